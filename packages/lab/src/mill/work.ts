import { kindOf, type Offer, TASK } from "./choice.js";
import type { WorkPolicy } from "./scenario.js";

/** Adds to `into` which of the runnable works, codes of choices, may run next. */
export function runnable(work: readonly number[], policy: WorkPolicy, into: Offer): void {
  const first = work[0];
  if (first === undefined) return;
  if (policy === "any") {
    // The same work twice is one choice.
    for (let i = 0; i < work.length; i++) if (!into.has(work[i]!)) into.add(work[i]!);
    return;
  }
  switch (policy) {
    case "fifo":
      into.add(first);
      return;
    case "tasks-first":
      into.add(work.find((code) => kindOf(code) === TASK) ?? first);
      return;
    case "connects-first":
      into.add(work.find((code) => kindOf(code) !== TASK) ?? first);
      return;
  }
}
