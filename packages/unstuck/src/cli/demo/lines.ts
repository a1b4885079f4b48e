import { HistoryTeller } from "../history.js";
import type { Paint } from "../paint.js";
import { duration } from "../units.js";
import { waitText } from "../watch/lines.js";
import type { DemoEvent } from "./event.js";

/** At most a line in so many ms while a stat waits. */
const WAITING_MS = 1000;

/** Prints a demo as lines `[ 12.3s] …`, for logs and pipes. */
export class DemoLines {
  readonly #print: (line: string) => void;
  readonly #paint: Paint;
  readonly #startedAt: number;
  readonly #history = new HistoryTeller();
  #waitedAt = 0;

  constructor(print: (line: string) => void, paint: Paint, startedAt: number) {
    this.#print = print;
    this.#paint = paint;
    this.#startedAt = startedAt;
  }

  show(event: DemoEvent): void {
    const p = this.#paint;
    switch (event.type) {
      case "stage":
        this.#line(event.at, p("dim", event.text));
        return;
      case "phase":
        this.#line(event.at, p("bold", `--- ${event.phase} ---`));
        return;
      case "act":
        this.#line(event.at, p("cyan", event.text));
        return;
      case "watch":
        this.#watch(event.event);
    }
  }

  #watch(event: Extract<DemoEvent, { type: "watch" }>["event"]): void {
    const p = this.#paint;
    switch (event.type) {
      case "mounted":
        this.#line(event.at, p("dim", `mounted in ${duration(event.ms)}`));
        return;
      case "answer":
        this.#line(
          event.at,
          `stat #${event.n} ${event.ok ? p("green", "ok") : p("red", event.error.message)} ${duration(event.ms)}`,
        );
        return;
      case "lost":
        this.#line(
          event.at,
          p("red", `stat #${event.n} lost after ${duration(event.ms)}: ${event.error.message}`),
        );
        return;
      case "waiting":
        if (event.at - this.#waitedAt < WAITING_MS) return;
        this.#waitedAt = event.at;
        this.#line(
          event.at,
          p("yellow", `stat #${event.n} waits ${duration(event.ageMs)}: ${waitText(event)}`),
        );
        return;
      case "connection":
        for (const text of this.#history.tell(event)) this.#line(event.at, p("dim", text));
    }
  }

  #line(at: number, text: string): void {
    const s = Math.max(0, (at - this.#startedAt) / 1000);
    this.#print(`[${s.toFixed(1).padStart(5)}s] ${text}`);
  }
}
