/** One execution by chance: a strategy for its beginning, a fair end, and what came of it. */
import { newRandom } from "./prng.js";
import { newPick, type Strategy } from "./random-strategy.js";
import { newFairPick, watchFairness } from "./random-tail.js";
import { newSchedule, type Schedule } from "./schedule.js";
import { type Outcome, outcomeOf, type Run, stepName } from "./schedule-run.js";

export interface RandomLimits {
  /** The strategy picks this many steps, then everybody gets his turn. */
  readonly unfairSteps: number;
  /** No run has more steps; one that reaches this is `open`. */
  readonly maxSteps: number;
}

export interface RandomResult {
  readonly outcome: Outcome;
  readonly steps: number;
  /** Replays to the same outcome and digest. For a `cycle`: up to the loop, then the loop once. */
  readonly schedule: Schedule;
  /** Of the last state. */
  readonly digest: number | string;
}

/** Called at the start of a run and after every step, with its name. */
export type OnStep = (run: Run, step: string | undefined) => void;

/**
 * Runs `seed`'s execution: the same for the same world, strategy, seed and limits. In the fair end a state that
 * recurs ends it as a `cycle` if the steps between are fair for every actor (Brent 1980 finds the recurrence), and a
 * world that nothing moves any more, or where only actors who are owed nothing could move it, as `stuck`.
 */
export function runRandom(
  newRun: () => Run,
  strategy: Strategy,
  seed: number,
  limits: RandomLimits,
  onStep?: OnStep,
): RandomResult {
  const run = newRun();
  const pick = newPick(strategy, run.subject, newRandom(seed));
  const steps: string[] = [];
  onStep?.(run, undefined);
  const unfair = Math.min(limits.unfairSteps, limits.maxSteps);
  while (run.over === undefined && steps.length < unfair) {
    const choices = run.choices();
    const index = pick(choices);
    const name = stepName(choices, index);
    run.step(index);
    steps.push(name);
    onStep?.(run, name);
  }
  const tail = run.over === undefined ? runFairly(run, steps, limits.maxSteps, onStep) : undefined;
  return {
    outcome: tail?.outcome ?? outcomeOf(run),
    steps: steps.length,
    schedule: newSchedule(run.subject, steps, tail?.loopAt),
    digest: run.digest(),
  };
}

interface Tail {
  readonly outcome: Outcome;
  readonly loopAt?: number;
}

/** Goes on until the run is over, stuck or in a loop; the steps taken are added to `steps`. */
function runFairly(run: Run, steps: string[], maxSteps: number, onStep?: OnStep): Tail {
  const pick = newFairPick(run.subject.actors);
  const watch = watchFairness(run.subject.actors);
  let digest = run.digest();
  let markDigest = digest;
  let markAt = steps.length;
  let reach = 1;
  let idle = 0;
  while (run.over === undefined && steps.length < maxSteps) {
    const choices = run.choices();
    const index = pick(run);
    // Least recently served: after as many steps as pairs of choices each of them was tried.
    if (index < 0 || idle > choices.length * choices.length) return { outcome: "stuck" };
    const name = stepName(choices, index);
    const actor = choices[index]!.actor;
    watch.saw(run);
    run.step(index);
    steps.push(name);
    onStep?.(run, name);
    const before = digest;
    digest = run.digest();
    const moved = digest !== before;
    idle = moved ? 0 : idle + 1;
    watch.took(actor, moved);
    if (digest === markDigest && watch.fair()) return { outcome: "cycle", loopAt: markAt };
    if (steps.length - markAt === reach) {
      watch.mark();
      markDigest = digest;
      markAt = steps.length;
      reach *= 2;
    }
  }
  return { outcome: outcomeOf(run) };
}

/** Where two executions of one seed part. */
export interface Difference {
  /** After so many steps. */
  readonly step: number;
  /** The last step and what it led to, in the first execution; undefined: it had ended. */
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/**
 * The guard of determinism: runs the seed twice, one after the other, and compares steps, choices and digests.
 * Undefined: they are the same; anything else is a fault of the world.
 */
export function twice(
  newRun: () => Run,
  strategy: Strategy,
  seed: number,
  limits: RandomLimits,
): Difference | undefined {
  const [first, second] = [0, 1].map(() => {
    const seen: string[] = [];
    runRandom(newRun, strategy, seed, limits, (run, step) => {
      const names = run.choices().map(({ name, actor }) => `${name}/${actor}`);
      seen.push(`${step ?? "start"} -> ${run.digest()} [${names.join(" ")}] ${outcomeOf(run)}`);
    });
    return seen;
  });
  const length = Math.max(first!.length, second!.length);
  for (let step = 0; step < length; step++) {
    if (first![step] !== second![step]) return { step, first: first![step], second: second![step] };
  }
  return undefined;
}
