import type { CallOptions } from "../program/mod.js";
import { type Instant, XprtError } from "../sunrpc/mod.js";
import type { OpOptions } from "./ctx.js";
import type { NfsPorts } from "./ports.js";

/** The steps of mounting: each bounded, each told. */
export class Steps {
  readonly #ports: Pick<NfsPorts, "now">;
  readonly #signal: OpOptions["signal"];
  readonly #until: Instant | undefined;
  readonly #stepMs: number;
  readonly #onStep: ((text: string) => void) | undefined;

  constructor(
    ports: Pick<NfsPorts, "now">,
    stepMs: number,
    { signal, deadlineMs }: OpOptions,
    onStep?: (text: string) => void,
  ) {
    this.#ports = ports;
    this.#signal = signal;
    this.#until = deadlineMs === undefined ? undefined : ports.now() + deadlineMs;
    this.#stepMs = stepMs;
    this.#onStep = onStep;
  }

  /** Does `f`, whose calls end within the step's time; what fails for want of an answer names the step. */
  async step<T>(text: string, f: (options: CallOptions) => Promise<T>): Promise<T> {
    const left =
      this.#until === undefined ? this.#stepMs : Math.min(this.#stepMs, this.#until - this.#ports.now());
    if (left <= 0) throw new XprtError("ETIMEDOUT", "never", `${text}: the deadline passed`);
    this.#onStep?.(text);
    try {
      return await f({ signal: this.#signal, deadlineMs: left, label: text });
    } catch (error) {
      if (!(error instanceof XprtError)) throw error;
      throw new XprtError(error.code, error.sent, `${text}: ${error.message}`, { cause: error });
    }
  }
}
