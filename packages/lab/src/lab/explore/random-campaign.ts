/** Many executions by chance: how often each outcome came, where first, and how many different worlds were seen. */
import { joinRanges, mergeSketches, newSketcher, type SeedRange, type Sketch } from "./curve.js";
import { type RandomLimits, type RandomResult, runRandom } from "./random.js";
import type { Strategy } from "./random-strategy.js";
import { formatSchedule } from "./schedule.js";
import type { Outcome, Run } from "./schedule-run.js";

export interface CampaignPlan {
  readonly strategy: Strategy;
  readonly limits: RandomLimits;
  /** Digests that each sketch holds; unless told 4096, which makes estimated counts err by about 1.6 %. */
  readonly sketchSize?: number;
  /** Count the states on the way too, which costs a digest for every step. */
  readonly countStates?: boolean;
}

/** One outcome's share of a campaign. */
export interface OutcomeReport {
  readonly outcome: Outcome;
  readonly runs: number;
  readonly firstSeed: number;
  /** The run of fewest steps, of the smallest seed among equals. */
  readonly shortest: { readonly seed: number; readonly steps: number; readonly schedule: string };
}

/** What a campaign found. Plain data; equal campaigns give equal reports, whatever they were merged from. */
export interface CampaignReport {
  readonly model: string;
  readonly fingerprint: string;
  readonly plan: Required<CampaignPlan>;
  /** Apart and rising. */
  readonly seeds: readonly SeedRange[];
  readonly runs: number;
  readonly steps: number;
  /** By name of the outcome. */
  readonly outcomes: readonly OutcomeReport[];
  /** Last states. */
  readonly ends: Sketch;
  /** All states on the way; empty unless asked for. */
  readonly states: Sketch;
}

const SKETCH_SIZE = 4096;

/** Runs the seeds of `range`, one execution each. */
export function runCampaign(newRun: () => Run, plan: CampaignPlan, range: SeedRange): CampaignReport {
  const { model, fingerprint } = subjectOf(newRun);
  const size = plan.sketchSize ?? SKETCH_SIZE;
  const ends = newSketcher(size);
  const states = newSketcher(size);
  const outcomes = new Map<Outcome, OutcomeReport>();
  const [from, to] = range;
  let steps = 0;
  let seed = from;
  const onStep = plan.countStates === true ? (run: Run) => states.add(run.digest(), seed) : undefined;
  for (; seed < to; seed++) {
    const result = runRandom(newRun, plan.strategy, seed, plan.limits, onStep);
    steps += result.steps;
    ends.add(result.digest, seed);
    outcomes.set(result.outcome, counted(outcomes.get(result.outcome), result, seed));
  }
  return {
    model,
    fingerprint,
    plan: { sketchSize: size, countStates: false, ...plan },
    seeds: from < to ? [[from, to]] : [],
    runs: Math.max(0, to - from),
    steps,
    outcomes: byName([...outcomes.values()]),
    ends: ends.sketch(),
    states: states.sketch(),
  };
}

function subjectOf(newRun: () => Run) {
  const { name, fingerprint } = newRun().subject;
  return { model: name, fingerprint };
}

function counted(sofar: OutcomeReport | undefined, result: RandomResult, seed: number): OutcomeReport {
  const { outcome, steps } = result;
  if (sofar !== undefined && steps >= sofar.shortest.steps) return { ...sofar, runs: sofar.runs + 1 };
  const shortest = { seed, steps, schedule: formatSchedule(result.schedule) };
  return { outcome, runs: (sofar?.runs ?? 0) + 1, firstSeed: sofar?.firstSeed ?? seed, shortest };
}

const byName = (outcomes: readonly OutcomeReport[]) =>
  [...outcomes].sort((a, b) => (a.outcome < b.outcome ? -1 : 1));

/**
 * The report of both campaigns' seeds in one, the same as if they had been run together: associative, and the order
 * does not matter. Throws RangeError if they ran different things, or a seed twice.
 */
export function mergeReports(one: CampaignReport, other: CampaignReport): CampaignReport {
  const [what, otherWhat] = [one, other].map(({ model, fingerprint, plan }) =>
    canonical([model, fingerprint, plan]),
  );
  if (what !== otherWhat) {
    throw new RangeError(
      `${what} and ${otherWhat} are different campaigns: merge reports of one model and plan`,
    );
  }
  const outcomes = new Map<Outcome, OutcomeReport>();
  for (const report of [...one.outcomes, ...other.outcomes]) {
    const sofar = outcomes.get(report.outcome);
    outcomes.set(report.outcome, sofar === undefined ? report : mergeOutcomes(sofar, report));
  }
  return {
    model: one.model,
    fingerprint: one.fingerprint,
    plan: one.plan,
    seeds: joinRanges(one.seeds, other.seeds),
    runs: one.runs + other.runs,
    steps: one.steps + other.steps,
    outcomes: byName([...outcomes.values()]),
    ends: mergeSketches(one.ends, other.ends),
    states: mergeSketches(one.states, other.states),
  };
}

function mergeOutcomes(one: OutcomeReport, other: OutcomeReport): OutcomeReport {
  const [a, b] = [one.shortest, other.shortest];
  return {
    outcome: one.outcome,
    runs: one.runs + other.runs,
    firstSeed: Math.min(one.firstSeed, other.firstSeed),
    shortest: a.steps < b.steps || (a.steps === b.steps && a.seed < b.seed) ? a : b,
  };
}

/** JSON whose keys are in order, so that equal data is equal text. */
function canonical(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
