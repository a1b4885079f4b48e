/** A schedule of our own core: made short, told, and played again. */
import {
  formatSchedule,
  newSchedule,
  parseSchedule,
  type Replay,
  replay,
  type Schedule,
  ScheduleMisfitError,
  ScheduleTextError,
  shrink,
} from "../lab/mod.js";
import {
  type MillScenario,
  PRODUCT,
  PROPERTIES,
  shortest,
  type ToldStep,
  tellRun,
  WORLDS,
  World,
} from "../mill/mod.js";
import { LabError, usage } from "./failure.js";
import { replayServer, serverWorld } from "./mill-server.js";
import { storyText } from "./story.js";

/** A schedule that did not end well, as told to people and machines. */
export interface Failure {
  readonly scenario: string;
  readonly property: string;
  readonly why: string;
  /** For `--replay`. */
  readonly line: string;
  readonly story: readonly ToldStep[];
}

/** More are not worth the wait. */
const MOST_REPLAYS = 3_000;
const MOST_STATES = 20_000;

/** Of a schedule of the worlds that `begin` makes that did not end well: the shortest that still shows the same. */
export function failureOf(
  begin: () => World,
  property: string,
  why: string,
  steps: readonly string[],
): Failure {
  const { subject } = begin();
  const schedule = newSchedule(subject, steps);
  const shows = ({ outcome }: Replay) => outcome === property || outcome === `broken:${property}`;
  // What only the search itself can see, a state that comes again, stays as long as it is.
  const short = shows(replay(begin, schedule)) ? shorten(begin, schedule, shows, property) : schedule;
  const world = begin();
  const story = tellRun(world, short.steps);
  const { over } = world;
  const reason = typeof over === "object" ? over.why : why;
  return { scenario: world.scenario.name, property, why: reason, line: formatSchedule(short), story };
}

/** Of a small world the shortest there is; of a large one what leaving out and joining steps brings. */
function shorten(
  begin: () => World,
  schedule: Schedule,
  shows: (played: Replay) => boolean,
  property: string,
): Schedule {
  const broken = ({ over }: World) =>
    over === property || (typeof over === "object" && over.broken === property);
  const best = shortest(begin(), broken, MOST_STATES);
  if (best !== undefined) return { ...schedule, steps: best };
  return shrink(begin, schedule, { shows, maxReplays: MOST_REPLAYS }).schedule;
}

export function failureText({ scenario, property, why, line, story }: Failure): string {
  return `${storyText(story)}${scenario}: ${property}${why === "" ? "" : `: ${why}`}\nagain: unstuck lab mill --replay '${line}'\n`;
}

export interface Replayed {
  readonly scenario: string;
  readonly outcome: string;
  readonly why: string;
  readonly digest: number | string;
  readonly edited: boolean;
  readonly story: readonly ToldStep[];
}

/** Plays a line again. Throws {@link LabError}: 2 it is none, or of no world; 1 it does not fit any more. */
export function replayLine(line: string): Replayed {
  const schedule = reading(line);
  const server = serverWorld(schedule.model);
  if (server !== undefined) {
    const played = fitting(() => replayServer(server, schedule));
    const { outcome, why, digest, edited, story } = played;
    return { scenario: server.name, outcome, why, digest, edited, story };
  }
  const scenario = WORLDS.get(schedule.model);
  if (scenario === undefined)
    throw usage(`no world of the mill is called ${schedule.model} (all of them: unstuck lab mill --list)`);
  const { outcome, digest, edited, taken } = fitting(() => replay(() => newWorld(scenario), schedule));
  const world = newWorld(scenario);
  const story = tellRun(world, taken.steps);
  const why = typeof world.over === "object" ? world.over.why : "";
  return { scenario: scenario.name, outcome, why, digest, edited, story };
}

function fitting<T>(play: () => T): T {
  try {
    return play();
  } catch (error) {
    if (error instanceof ScheduleMisfitError) throw new LabError(error.message, 1);
    throw error;
  }
}

export function replayedText({ scenario, outcome, why, digest, edited, story }: Replayed): string {
  return [
    storyText(story),
    `${scenario}: ${outcome}${why === "" ? "" : `: ${why}`}; ${story.length} steps, digest ${digest}\n`,
    edited ? "  the schedule was written for another edition of the mill\n" : "",
  ].join("");
}

/** A world of the product's own core with every property. */
export function newWorld(scenario: MillScenario): World {
  return new World(scenario, PROPERTIES, PRODUCT);
}

function reading(line: string): Schedule {
  try {
    return parseSchedule(line.trim());
  } catch (error) {
    if (error instanceof ScheduleTextError) throw usage(error.message);
    throw error;
  }
}
