import type { Instant } from "../sunrpc/mod.js";

const MAX_TIMER_MS = 0x7fffffff;

/**
 * The one timer of a core. It is only ever moved forward: with every reply the core's deadline moves back,
 * and a timer that rings too early is cheaper than one that is set anew each time.
 */
export class Alarm {
  readonly #ring: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at: Instant = Number.POSITIVE_INFINITY;
  #holds = false;

  constructor(ring: () => void) {
    this.#ring = ring;
  }

  /** Rings at `deadline`, or earlier. */
  arm(deadline: Instant | undefined, now: Instant): void {
    if (deadline === undefined || deadline >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = deadline;
    this.#holds = false;
    const ms = Math.min(Math.max(Math.ceil(deadline - now), 1), MAX_TIMER_MS);
    this.#timer = setTimeout(this.#onTimer, ms).unref();
  }

  /** Whether the timer keeps the process alive. */
  hold(hold: boolean): void {
    if (hold === this.#holds || this.#timer === undefined) return;
    this.#holds = hold;
    if (hold) this.#timer.ref();
    else this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #onTimer = (): void => {
    this.#at = Number.POSITIVE_INFINITY;
    this.#ring();
  };
}
