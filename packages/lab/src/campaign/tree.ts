/** Every schedule below a prefix, up to a length: a search without stored states, which needs no memory to be shared. */
import {
  formatSchedule,
  newSchedule,
  type Outcome,
  outcomeOf,
  type Run,
  stepIndex,
  stepName,
} from "../lab/explore/mod.js";
import { BadResultError } from "./errors.js";

/** Steps from the start, by the names that `stepName` gives them. */
export type Prefix = readonly string[];

/** One outcome's share of the schedules. `open`: the schedule was cut off at the length. */
export interface TreeOutcome {
  readonly outcome: Outcome;
  readonly runs: number;
  readonly shortest: {
    readonly steps: number;
    /** Place of each step among the choices: among equals the first in this order counts. */
    readonly path: readonly number[];
    readonly schedule: string;
  };
}

export interface TreeReport {
  readonly model: string;
  readonly fingerprint: string;
  readonly depth: number;
  /** Schedules, and the sum of their lengths. */
  readonly runs: number;
  readonly steps: number;
  /** By name of the outcome. */
  readonly outcomes: readonly TreeOutcome[];
}

/** Where a walk through a tree stands: a run and how it came there. */
interface Place {
  readonly run: Run;
  readonly path: number[];
  readonly names: string[];
}

function follow(newRun: () => Run, prefix: Prefix): Place {
  const place: Place = { run: newRun(), path: [], names: [] };
  for (const name of prefix) {
    const index = place.run.over === undefined ? stepIndex(place.run.choices(), name) : -1;
    if (index < 0)
      throw new BadResultError(`${place.run.subject.name}: ${name} cannot be taken; split the tree anew`);
    take(place, index);
  }
  return place;
}

function take({ run, path, names }: Place, index: number): void {
  names.push(stepName(run.choices(), index));
  path.push(index);
  run.step(index);
}

/** Runs every schedule of at most `depth` steps that begins with `prefix`, from the start each (Godefroid, POPL 1997). */
export function searchTree(newRun: () => Run, depth: number, prefix: Prefix): TreeReport {
  const outcomes = new Map<Outcome, TreeOutcome>();
  const { name: model, fingerprint } = newRun().subject;
  let runs = 0;
  let steps = 0;
  // Below the prefix: what was taken at each level, and out of how many.
  const taken: number[] = [];
  const among: number[] = [];
  do {
    const place = follow(newRun, prefix);
    for (const index of taken) take(place, index);
    while (place.run.over === undefined && place.path.length < depth) {
      among.push(place.run.choices().length);
      taken.push(0);
      take(place, 0);
    }
    runs++;
    steps += place.path.length;
    const outcome = outcomeOf(place.run);
    outcomes.set(outcome, counted(outcomes.get(outcome), outcome, place));
    while (taken.length > 0 && taken.at(-1)! + 1 === among.at(-1)) {
      taken.pop();
      among.pop();
    }
    if (taken.length > 0) taken[taken.length - 1]!++;
  } while (taken.length > 0);
  return { model, fingerprint, depth, runs, steps, outcomes: byName([...outcomes.values()]) };
}

function counted(sofar: TreeOutcome | undefined, outcome: Outcome, { run, path, names }: Place): TreeOutcome {
  if (sofar !== undefined && sofar.shortest.steps <= path.length) return { ...sofar, runs: sofar.runs + 1 };
  const schedule = formatSchedule(newSchedule(run.subject, names));
  return {
    outcome,
    runs: (sofar?.runs ?? 0) + 1,
    shortest: { steps: path.length, path: [...path], schedule },
  };
}

const byName = (outcomes: readonly TreeOutcome[]) =>
  [...outcomes].sort((a, b) => (a.outcome < b.outcome ? -1 : 1));

/** The report of two trees that share no schedule: associative, and the order does not matter. */
export function mergeTrees(one: TreeReport, other: TreeReport): TreeReport {
  if (one.model !== other.model || one.fingerprint !== other.fingerprint || one.depth !== other.depth) {
    throw new BadResultError(
      `trees of ${one.model} and ${other.model} do not merge: search one model to one length`,
    );
  }
  const outcomes = new Map(one.outcomes.map((row) => [row.outcome, row]));
  for (const row of other.outcomes) {
    const sofar = outcomes.get(row.outcome);
    const shortest =
      sofar === undefined || before(row.shortest, sofar.shortest) ? row.shortest : sofar.shortest;
    outcomes.set(row.outcome, { ...row, runs: row.runs + (sofar?.runs ?? 0), shortest });
  }
  return {
    ...one,
    runs: one.runs + other.runs,
    steps: one.steps + other.steps,
    outcomes: byName([...outcomes.values()]),
  };
}

function before(a: TreeOutcome["shortest"], b: TreeOutcome["shortest"]): boolean {
  if (a.steps !== b.steps) return a.steps < b.steps;
  const at = a.path.findIndex((place, i) => place !== b.path[i]);
  return at >= 0 && a.path[at]! < b.path[at]!;
}

interface TreeNode {
  readonly prefix: Prefix;
  /** Nothing lies below it. */
  readonly ended: boolean;
}

/** Prefixes that share no schedule and leave none out, at least `count` of them if the tree has as many. */
export function splitTree(
  newRun: () => Run,
  depth: number,
  prefix: Prefix,
  count: number,
): readonly Prefix[] {
  let level: readonly TreeNode[] = [{ prefix, ended: false }];
  while (level.length < count && level.some(({ ended }) => !ended)) {
    level = level.flatMap((node): readonly TreeNode[] => {
      const { run, names } = follow(newRun, node.prefix);
      if (run.over !== undefined || names.length >= depth) return [{ prefix: node.prefix, ended: true }];
      const choices = run.choices();
      return choices.map((_, i) => ({ prefix: [...names, stepName(choices, i)], ended: false }));
    });
  }
  return level.map((node) => node.prefix);
}

/**
 * How many steps {@link searchTree} will about take: the mean of `probes` walks, each the product of its choices times
 * its length (Knuth 1975). `below(n)` gives a number from 0 to n - 1.
 */
export function guessSteps(
  newRun: () => Run,
  depth: number,
  prefix: Prefix,
  probes: number,
  below: (limit: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < probes; i++) {
    const place = follow(newRun, prefix);
    let schedules = 1;
    while (place.run.over === undefined && place.path.length < depth) {
      const { length } = place.run.choices();
      schedules *= length;
      take(place, below(length));
    }
    sum += schedules * place.path.length;
  }
  return sum / probes;
}
