import { type Enabled, type Offer, TASK } from "./choice.js";
import type { WorkPolicy } from "./scenario.js";

/** Adds to `into` which of the runnable works may run next. */
export function runnable(work: readonly Enabled[], policy: WorkPolicy, into: Offer): void {
  const first = work[0];
  if (first === undefined) return;
  switch (policy) {
    case "fifo":
      into.add(first);
      return;
    case "tasks-first":
      into.add(work.find((w) => w.kind === TASK) ?? first);
      return;
    case "connects-first":
      into.add(work.find((w) => w.kind !== TASK) ?? first);
      return;
    case "any":
      // The same work twice is one choice.
      for (const w of work) if (!into.has(w)) into.add(w);
  }
}
