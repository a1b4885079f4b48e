import { createLogUpdate } from "log-update";
import type { Paint } from "../paint.js";
import { epochMs } from "../watch/loop.js";
import type { DemoEvent } from "./event.js";
import { learn, type Model, newModel } from "./model.js";
import { render } from "./view.js";

/** Ten pictures a second: smooth for the eye, next to nothing for the processor. */
const FRAME_MS = 100;

export interface ScreenOptions {
  readonly title: string;
  readonly expectedMs: number | undefined;
  readonly paint: Paint;
}

/** The live view on a terminal. `close` leaves the last picture there, and the cursor as it was. */
export class Screen {
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #stream: NodeJS.WriteStream;
  readonly #model: Model = newModel(epochMs());
  readonly #timer: NodeJS.Timeout;
  readonly #options: ScreenOptions;

  constructor(stream: NodeJS.WriteStream, options: ScreenOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#update = createLogUpdate(stream);
    this.#timer = setInterval(() => this.#draw(), FRAME_MS);
  }

  show(event: DemoEvent): void {
    learn(this.#model, event);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#update.done();
  }

  #draw(): void {
    const { columns = 80, rows = 24 } = this.#stream;
    this.#update(render(this.#model, { ...this.#options, now: epochMs(), columns, rows }));
  }
}
