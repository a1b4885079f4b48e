import { cpus } from "node:os";
import { performance } from "node:perf_hooks";

/**
 * How long the event loop looks for an answer before it sleeps, ms. Going to sleep and being woken cost about as much,
 * so a look that finds nothing at worst doubles the price of a sleep, and one that finds something saves it.
 */
const LOOK_MS = 0.06;
/** With one CPU for all, whoever looks keeps the one from working who could answer. */
const ALONE = cpus().length === 1;
/** So many looks in vain in a row are bad luck: the server had something else to do. */
const BAD_LUCK = 8;
/** After more of them so many writes are let pass without a look, at most. */
const MOST_PASSED = 64;

/**
 * Looks for answers that come at once: for a moment after a write the event loop polls instead of going to sleep (as
 * the sysctl `net.core.busy_poll` has the kernel do). Where answers take longer, it soon hardly ever looks.
 */
export class BusyPoll {
  #until = 0;
  #looking = false;
  /** Written, and nothing heard since. */
  #awaiting = false;
  /** Looks in vain since the last that was not. */
  #inVain = 0;
  /** Writes to let pass. */
  #pass = 0;

  /** Something was written that an answer is expected to. */
  sent(): void {
    if (ALONE) return;
    if (this.#pass > 0) {
      this.#pass--;
      return;
    }
    this.#awaiting = true;
    this.#until = performance.now() + LOOK_MS;
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(this.#look);
  }

  /** Something came in. */
  heard(): void {
    if (!this.#awaiting) return;
    this.#awaiting = false;
    this.#inVain = 0;
  }

  // An immediate that is due keeps the loop from sleeping; timers and other sockets have their turn as ever.
  readonly #look = (): void => {
    if (this.#awaiting && performance.now() < this.#until) {
      setImmediate(this.#look);
      return;
    }
    this.#looking = false;
    if (!this.#awaiting) return;
    this.#awaiting = false;
    this.#inVain++;
    if (this.#inVain > BAD_LUCK) this.#pass = Math.min(2 ** (this.#inVain - BAD_LUCK), MOST_PASSED);
  };
}
