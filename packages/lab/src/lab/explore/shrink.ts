/** The least believable schedule that still shows the same, made smaller step by step. */
import type { Actor } from "./model.js";
import { type Replay, replay, type ScheduleCost } from "./replay.js";
import { parseSchedule, type Schedule } from "./schedule.js";
import type { Run } from "./schedule-run.js";

export interface ShrinkOptions {
  /** Whether a replay still shows what is to be shown; unless told: it has the outcome of the first. */
  readonly shows?: (replay: Replay) => boolean;
  /** No more schedules are tried than this; unless told 10,000. */
  readonly maxReplays?: number;
}

export interface Shrunk {
  /** Fits strictly, and has no more steps than the one given. */
  readonly schedule: Schedule;
  readonly before: ScheduleCost;
  readonly after: ScheduleCost;
  readonly replays: number;
  /** Nothing that was tried makes it smaller; false: the replays ran out first. */
  readonly complete: boolean;
}

const MAX_REPLAYS = 10_000;

/**
 * Makes `schedule` smaller while `shows` holds: fewer preemptions first, then fewer events of the environment, then
 * fewer switches, then fewer steps. Each round cuts what leads back to where it began, leaves out turns (ddmin: Zeller,
 * Hildebrandt 2002), then events, then single steps, and joins turns of one actor; rounds go on until one brings
 * nothing. What no longer fits because of an earlier cut falls away by itself. The result is a local minimum. Throws
 * RangeError if the schedule itself does not show it.
 */
export function shrink(newRun: () => Run, schedule: Schedule | string, options: ShrinkOptions = {}): Shrunk {
  const given = typeof schedule === "string" ? parseSchedule(schedule) : schedule;
  const first = replay(newRun, given, { lenient: true });
  const shows = options.shows ?? ((played) => played.outcome === first.outcome);
  if (!shows(first)) {
    throw new RangeError(`the schedule ends as ${first.outcome}: give one that shows what is to be shown`);
  }
  const hunt = newHunt(newRun, first, shows, options.maxReplays ?? MAX_REPLAYS);
  const actors = newRun().subject.actors;
  let before: Replay;
  do {
    before = hunt.best;
    cutDetours(hunt, newRun);
    for (const cut of CUTS) leaveOut(hunt, (played) => cut(played, actors));
    joinTurns(hunt);
  } while (hunt.best !== before && !hunt.spent);
  return {
    schedule: hunt.best.taken,
    before: first.cost,
    after: hunt.best.cost,
    replays: hunt.replays,
    complete: !hunt.spent,
  };
}

/** The best so far, and a way to try another. */
interface Hunt {
  readonly best: Replay;
  readonly replays: number;
  readonly spent: boolean;
  /** Plays it; if it shows the same at less cost it is the best. */
  better(steps: readonly string[], loopAt: number | undefined): boolean;
}

function newHunt(
  newRun: () => Run,
  first: Replay,
  shows: (replay: Replay) => boolean,
  maxReplays: number,
): Hunt {
  const tried = new Set<string>();
  let best = first;
  let replays = 1;
  return {
    get best() {
      return best;
    },
    get replays() {
      return replays;
    },
    get spent() {
      return replays >= maxReplays;
    },
    better: (steps, loopAt) => {
      const key = `${loopAt} ${steps.join(" ")}`;
      if (tried.has(key) || replays >= maxReplays) return false;
      tried.add(key);
      replays++;
      const played = replay(newRun, { ...best.taken, steps, loopAt }, { lenient: true });
      const less = compareCosts(played.cost, best.cost) < 0 && shows(played);
      if (less) best = played;
      return less;
    },
  };
}

/** Negative: `one` is easier to believe. */
export function compareCosts(one: ScheduleCost, other: ScheduleCost): number {
  return (
    one.preemptions - other.preemptions ||
    one.events - other.events ||
    one.switches - other.switches ||
    one.steps - other.steps
  );
}

/** Places in a schedule that are left out together. */
type Unit = readonly number[];

/** What can be left out, from the large to the small. */
const CUTS: readonly ((played: Replay, actors: readonly Actor[]) => readonly Unit[])[] = [
  (played) => turnsOf(played).map(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)),
  (played, actors) => singles(played).filter(([at]) => actors[played.actors[at!]!]!.kind !== "thread"),
  (played) => singles(played),
];

const singles = (played: Replay): readonly Unit[] => played.taken.steps.map((_, at) => [at]);

/** Leaves out halves of the units, then quarters, and so on to single ones, as long as that is better. */
function leaveOut(hunt: Hunt, unitsOf: (played: Replay) => readonly Unit[]): void {
  let units = unitsOf(hunt.best);
  for (let size = Math.ceil(units.length / 2); size >= 1 && !hunt.spent; ) {
    let cut = false;
    // From the end: early steps are more often needed by later ones than the other way round.
    for (let end = units.length; end > 0; end -= size) {
      const out = new Set(units.slice(Math.max(0, end - size), end).flat());
      if (!hunt.better(...without(hunt.best.taken, out))) continue;
      cut = true;
      units = unitsOf(hunt.best);
      end = Math.min(end, units.length + size);
    }
    if (size === 1 && !cut) return;
    size = cut ? Math.min(size, Math.ceil(units.length / 2)) : Math.floor(size / 2);
  }
}

function without({ steps, loopAt }: Schedule, out: ReadonlySet<number>): [string[], number | undefined] {
  const kept = (_: string, at: number) => !out.has(at);
  return [steps.filter(kept), loopAt === undefined ? undefined : steps.slice(0, loopAt).filter(kept).length];
}

/** Steps of one actor in a row, on one side of where the loop begins. */
interface Turn {
  readonly actor: number;
  readonly from: number;
  readonly to: number;
}

function turnsOf({ actors, taken }: Replay): readonly Turn[] {
  const turns: Turn[] = [];
  for (let from = 0; from < actors.length; ) {
    let to = from + 1;
    while (to < actors.length && actors[to] === actors[from] && to !== taken.loopAt) to++;
    turns.push({ actor: actors[from]!, from, to });
    from = to;
  }
  return turns;
}

/** Moves a turn to the next one of the same actor, earlier or later, as long as that is better. */
function joinTurns(hunt: Hunt): void {
  for (let at = 0; !hunt.spent; ) {
    const turns = turnsOf(hunt.best);
    const turn = turns[at];
    if (turn === undefined) return;
    const next = turns.slice(at + 1).find(({ actor }) => actor === turn.actor);
    const joined = next !== undefined && (moved(hunt, next, turn.to) || moved(hunt, turn, next.from));
    if (!joined) at++;
  }
}

/** Whether it is better to take `turn` where step `to` stands now. */
function moved(hunt: Hunt, turn: Turn, to: number): boolean {
  const { steps, loopAt } = hunt.best.taken;
  if (loopAt !== undefined && turn.from < loopAt !== to <= loopAt) return false;
  const rest = [...steps.slice(0, turn.from), ...steps.slice(turn.to)];
  const at = to > turn.from ? to - (turn.to - turn.from) : to;
  return hunt.better([...rest.slice(0, at), ...steps.slice(turn.from, turn.to), ...rest.slice(at)], loopAt);
}

/** Leaves out what leads back to a state that was there before, and enters a loop where the path first meets it. */
function cutDetours(hunt: Hunt, newRun: () => Run): void {
  const { taken } = hunt.best;
  const { steps, loopAt = steps.length } = taken;
  const states: (number | string)[] = [];
  replay(newRun, taken, { onStep: (run) => states.push(run.digest()) });
  const kept: string[] = [];
  for (let at = 0; at < loopAt; ) {
    const last = states.lastIndexOf(states[at]!);
    // A state of the loop: from here on it is the loop, turned to begin here.
    if (taken.loopAt !== undefined && last >= loopAt) {
      const loop = [...steps.slice(last), ...steps.slice(loopAt, last)];
      hunt.better([...kept, ...loop], kept.length);
      return;
    }
    if (last === steps.length) break;
    kept.push(steps[last]!);
    at = last + 1;
  }
  if (kept.length < loopAt) hunt.better([...kept, ...steps.slice(loopAt)], taken.loopAt);
}
