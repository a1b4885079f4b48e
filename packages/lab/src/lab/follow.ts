/** Is a kernel's own log a run of the model? The model's worlds as the states that the conformance checker moves between. */
import {
  type Conformance,
  conform,
  diffLogs,
  type LineTest,
  type LogLine,
  linesOfTrace,
  type Move,
  modelOfMoves,
  startingAt,
} from "./conform/mod.js";
import type { Scenario } from "./scenario/mod.js";
import { newWorld, stepWorld, type World } from "./world.js";

/** How far the model is run to find where the recording may begin. */
const LOOK_STEPS = 3000;

/** What the checker takes for the same world: all but times, and numbers that only ever count up. */
const COUNTS = /(Us|At|^now|^at|^steps|^seq|^ackSeq|Isn|_nxt|_una|isn|random|readySeq)$/;

/**
 * Follows `recorded` through every run of `scenario` in which segments arrive when they are due or earlier: real wires
 * are not as even as the model's. `from`: the first line of the recording that counts. Refused: the first line that no
 * run takes, and what the model could have said instead.
 */
export function followLog(
  scenario: Scenario,
  seed: number,
  recorded: readonly LogLine[],
  from?: LineTest,
): Conformance {
  const wanted = from === undefined ? recorded : startingAt(recorded, from).lines;
  const { world, printed } = begin(scenario, seed, wanted);
  const model = modelOfMoves(
    { moves, key: (one: World) => JSON.stringify(one, withoutCounts) },
    world,
    printed,
  );
  return conform(model, wanted, {});
}

/** The world whose next lines follow the recording furthest. */
function begin(scenario: Scenario, seed: number, recorded: readonly LogLine[]) {
  const whole = newWorld(scenario, seed);
  for (let i = 0; i < LOOK_STEPS && stepWorld(whole); i++);
  const diff = diffLogs(recorded, linesOfTrace(whole.k.trace), { modelledFrom: "anywhere" });
  const { modelled } = diff.skipped;
  const world = newWorld(scenario, seed);
  while (linesOfTrace(world.k.trace).length <= modelled && stepWorld(world));
  const printed = linesOfTrace(world.k.trace).slice(modelled);
  world.k.trace = [];
  return { world, printed };
}

function moves(world: World): readonly Move<World>[] {
  const early = world.k.fabric.flights.length > 0;
  return [...move(world, false), ...(early ? move(world, true) : [])];
}

function move(world: World, early: boolean): readonly Move<World>[] {
  const copy = copyOf(world);
  const [flight] = copy.k.fabric.flights;
  if (early && flight !== undefined) copy.k.fabric.flights[0] = { ...flight, arriveUs: 0 };
  if (!stepWorld(copy)) return [];
  const { trace } = copy.k;
  const printed = linesOfTrace(trace);
  const step = trace.find((event) => event.type === "step");
  copy.k.trace = [];
  return [{ name: step?.fn ?? "softirq", world: copy, printed }];
}

function withoutCounts(key: string, value: unknown): unknown {
  return COUNTS.test(key) && typeof value === "number" ? undefined : value;
}

/** A world is plain data: objects, arrays, numbers and strings. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)])) as T;
}
