/** A schedule played again. */
import { watchFairness } from "./random-tail.js";
import { parseSchedule, type Schedule } from "./schedule.js";
import { type Outcome, outcomeOf, type Run, stepIndex, stepName } from "./schedule-run.js";

/** A step of a schedule that could not be taken where it stands. */
export interface Misfit {
  /** Place in `Schedule.steps`. */
  readonly step: number;
  readonly name: string;
  /** What could be taken instead. */
  readonly enabled: readonly string[];
}

/** A schedule does not fit the world: the misfit says where. */
export class ScheduleMisfitError extends Error {
  override readonly name = "ScheduleMisfitError";
  readonly misfit: Misfit;
  constructor(model: string, misfit: Misfit) {
    const { step, name, enabled } = misfit;
    super(
      `${model}: step ${step + 1}, ${name}, cannot be taken; take ${enabled.join(" or ")}, or replay leniently`,
    );
    this.misfit = misfit;
  }
}

export interface Replay {
  /** `cycle`: the loop leads back to where it began, and is fair. `open`: the schedule ends before the world does. */
  readonly outcome: Outcome;
  readonly digest: number | string;
  /** The steps that were taken, as a schedule that fits: strict replay takes it to the same outcome and digest. */
  readonly taken: Schedule;
  /** What did not fit and was left out. */
  readonly misfits: readonly Misfit[];
  /** Steps left when the world was over. */
  readonly unused: number;
  /** The schedule was written for another world, or another edition of this one. */
  readonly edited: boolean;
  /** Who took each step: rows of `Subject.actors`. */
  readonly actors: readonly number[];
  readonly cost: ScheduleCost;
}

/** What makes a schedule hard to believe. */
export interface ScheduleCost {
  /** Times that a thread came on though the thread before it could have gone on. */
  readonly preemptions: number;
  /** Steps of actors who are no threads. */
  readonly events: number;
  /** Times that another actor came on. */
  readonly switches: number;
  readonly steps: number;
}

export interface ReplayOptions {
  /** Leave out what does not fit and go on, instead of throwing. */
  readonly lenient?: boolean;
  /** Called at the start and after every step, with its name. */
  readonly onStep?: (run: Run, step: string | undefined) => void;
}

/**
 * Plays `schedule`, a line or its parts, on a new run, by the names of its steps. Throws {@link ScheduleMisfitError}
 * at the first that cannot be taken, unless lenient; ScheduleTextError if the line is none.
 */
export function replay(newRun: () => Run, schedule: Schedule | string, options: ReplayOptions = {}): Replay {
  const given = typeof schedule === "string" ? parseSchedule(schedule) : schedule;
  const run = newRun();
  const { actors, name: model, fingerprint } = run.subject;
  const watch = watchFairness(actors);
  const taken: string[] = [];
  const misfits: Misfit[] = [];
  const takers: number[] = [];
  const cost = { preemptions: 0, events: 0, switches: 0 };
  let lastThread = -1;
  let step = 0;
  let loop: { at: number; digest: number | string } | undefined;
  options.onStep?.(run, undefined);
  for (; step < given.steps.length && run.over === undefined; step++) {
    if (step === given.loopAt) {
      loop = { at: taken.length, digest: run.digest() };
      watch.mark();
    }
    const choices = run.choices();
    const name = given.steps[step]!;
    const index = stepIndex(choices, name);
    if (index < 0) {
      const misfit = { step, name, enabled: choices.map((_, i) => stepName(choices, i)) };
      if (options.lenient !== true) throw new ScheduleMisfitError(model, misfit);
      misfits.push(misfit);
      continue;
    }
    const actor = choices[index]!.actor;
    if (takers.length > 0 && takers.at(-1) !== actor) cost.switches++;
    if (actors[actor]!.kind !== "thread") {
      cost.events++;
    } else {
      if (actor !== lastThread && choices.some((other) => other.actor === lastThread)) cost.preemptions++;
      lastThread = actor;
    }
    takers.push(actor);
    const before = loop === undefined ? undefined : run.digest();
    if (loop !== undefined) watch.saw(run);
    run.step(index);
    taken.push(name);
    if (loop !== undefined) watch.took(actor, run.digest() !== before);
    options.onStep?.(run, name);
  }
  const closed = loop !== undefined && taken.length > loop.at && run.digest() === loop.digest && watch.fair();
  const loopAt = closed ? loop?.at : undefined;
  return {
    outcome: closed ? "cycle" : outcomeOf(run),
    digest: run.digest(),
    taken: { model, fingerprint, steps: taken, loopAt },
    misfits,
    unused: given.steps.length - step,
    edited: given.model !== model || (given.fingerprint !== "" && given.fingerprint !== fingerprint),
    actors: takers,
    cost: { ...cost, steps: taken.length },
  };
}
