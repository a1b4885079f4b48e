/** The server core in the mill: by chance, and a schedule again. */
import {
  formatSchedule,
  type Replay,
  replay,
  runRandom,
  type Schedule,
  shrink,
  type Strategy as Walk,
} from "../lab/mod.js";
import {
  SERVER_WORLDS,
  type ServerScenario,
  ServerWorld,
  type Strategy,
  type ToldStep,
} from "../mill/mod.js";
import type { Failure } from "./mill-story.js";

/** Beyond any run that ends. */
const LIMITS = { unfairSteps: 1_000, maxSteps: 3_000 };
/** About as long as a run. */
const LENGTH = 60;

/** One run: its steps, and what went wrong. */
export function runServer(
  scenario: ServerScenario,
  strategy: Strategy,
  seed: number,
): { readonly steps: number; readonly failure: Failure | undefined } {
  const begin = () => new ServerWorld(scenario);
  const walk: Walk =
    strategy.kind === "pct" ? { kind: "pct", depth: strategy.depth, length: LENGTH } : { kind: "walk" };
  const { outcome, steps, schedule } = runRandom(begin, walk, seed, LIMITS);
  if (outcome === "goal") return { steps, failure: undefined };
  const shows = (played: Replay) => played.outcome === outcome;
  const short = shows(replay(begin, schedule)) ? shrink(begin, schedule, { shows }).schedule : schedule;
  const { why, story } = replayServer(scenario, short);
  const property = outcome.replace("broken:", "");
  return { steps, failure: { scenario: scenario.name, property, why, line: formatSchedule(short), story } };
}

export function serverWorld(name: string): ServerScenario | undefined {
  return SERVER_WORLDS.find((one) => one.name === name);
}

/** Plays a schedule again. Throws ScheduleMisfitError. */
export function replayServer(
  scenario: ServerScenario,
  schedule: Schedule,
): Replay & { readonly why: string; readonly story: readonly ToldStep[] } {
  const world = new ServerWorld(scenario);
  const played = replay(() => world, schedule);
  const story = played.taken.steps.map((name) => {
    const [actor = "", ...what] = name.split(".");
    return { actor, what: what.join(" "), changes: {}, repeats: false };
  });
  const why = typeof world.over === "object" ? world.over.why : "";
  return { ...played, why, story };
}
