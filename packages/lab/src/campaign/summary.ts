/** A report's figures, the same for every way of searching. */
import { type CurvePoint, discoveryCurve, formatSchedule, runRandom } from "../lab/explore/mod.js";
import type { Found } from "./search.js";
import { openTarget, type Target } from "./target.js";

export interface OutcomeSummary {
  readonly outcome: string;
  readonly runs: number;
  /** Of a random search. */
  readonly firstSeed: number | undefined;
  /** As a line to replay. */
  readonly shortest: { readonly steps: number; readonly schedule: string };
}

export interface Summary {
  readonly runs: number;
  readonly steps: number;
  readonly outcomes: readonly OutcomeSummary[];
  /** Different states that were met, or different last states; of a random search. */
  readonly curve: readonly CurvePoint[];
  readonly counted: "states" | "last states";
}

export function summarizeFound({ kind, report }: Found): Summary {
  const { runs, steps } = report;
  const outcomes = report.outcomes.map((row) => ({
    outcome: row.outcome,
    runs: row.runs,
    firstSeed: "firstSeed" in row ? row.firstSeed : undefined,
    shortest: { steps: row.shortest.steps, schedule: row.shortest.schedule },
  }));
  if (kind === "tree") return { runs, steps, outcomes, curve: [], counted: "last states" };
  const { plan, states, ends, seeds } = report;
  const sketch = plan.countStates ? states : ends;
  const counted = plan.countStates ? "states" : "last states";
  return { runs, steps, outcomes, curve: discoveryCurve(sketch, seeds), counted };
}

/** The schedule of one seed of a random search, as a line. It is run again, so the code has to be that of the search. */
export function scheduleOfSeed(target: Target, found: Found, seed: number): string | undefined {
  if (found.kind !== "random") return undefined;
  const { strategy, limits } = found.report.plan;
  return formatSchedule(runRandom(openTarget(target), strategy, seed, limits).schedule);
}
