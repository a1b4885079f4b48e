import type { Instant } from "./port.js";

/** What Node and the lab drive in the same way (design §4). */
export interface Core<Event, Effect> {
  /** Takes one event; returns what is to be done, in order. The array is good until the next step. */
  step(now: Instant, event: Event): readonly Effect[];
  /** When the core wants a `deadline` event if nothing else happens. */
  readonly deadline: Instant | undefined;
}

/**
 * The loop around a core: events wait in an inbox, are stepped one at a time, and the effects of one
 * step are all performed before the next. `perform` may post (a `schedule` effect comes back as a
 * `run` event this way) but never re-enters the core. `rested` is told when the inbox is empty again:
 * the place to look at the core's deadline.
 */
export class Drive<Event, Effect> {
  readonly #core: Core<Event, Effect>;
  readonly #now: () => Instant;
  readonly #perform: (effect: Effect, now: Instant) => void;
  readonly #rested: (now: Instant) => void;
  readonly #inbox: Event[] = [];
  #busy = false;

  constructor(
    core: Core<Event, Effect>,
    ports: {
      readonly now: () => Instant;
      readonly perform: (effect: Effect, now: Instant) => void;
      readonly rested: (now: Instant) => void;
    },
  ) {
    this.#core = core;
    this.#now = ports.now;
    this.#perform = ports.perform;
    this.#rested = ports.rested;
  }

  /** Steps the core with `event`, at once or, from inside `perform`, as soon as its turn comes. */
  post(event: Event): void {
    const inbox = this.#inbox;
    inbox.push(event);
    if (this.#busy) return;
    this.#busy = true;
    const now = this.#now();
    let taken = 0;
    try {
      while (taken < inbox.length) {
        const effects = this.#core.step(now, inbox[taken++] as Event);
        for (let i = 0; i < effects.length; i++) this.#perform(effects[i] as Effect, now);
      }
    } finally {
      // Also after a throw, so that no event is stepped twice.
      if (taken === inbox.length) inbox.length = 0;
      else inbox.splice(0, taken);
      this.#busy = false;
    }
    this.#rested(now);
  }
}
