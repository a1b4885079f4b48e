import assert from "node:assert/strict";
import { test } from "node:test";
import { XPRT_STATES } from "unstuck/sunrpc";
import { formatSchedule, type Run, replay, runRandom, shrink, twice } from "../lab/explore/mod.js";
import {
  BASE,
  execute,
  LARGE,
  PRODUCT,
  PROPERTIES,
  Prng,
  propertySet,
  SMALL,
  shortest,
  underEveryOrder,
  World,
} from "./mod.js";

const LIMITS = { unfairSteps: 2_000, maxSteps: 5_000 };
const outage = SMALL.find(({ name }) => name === "blackhole-restart-fin")!;
const newRun = (): Run => new World(outage, PROPERTIES, PRODUCT);

test("every large world ends well under every order of work, by chance and by priorities", () => {
  for (const scenario of LARGE.flatMap(underEveryOrder)) {
    for (const strategy of [{ kind: "uniform" }, { kind: "pct", depth: 3 }] as const) {
      for (let seed = 1_000; seed < 1_003; seed++) {
        const { over } = execute(scenario, PROPERTIES, PRODUCT, strategy, seed);
        assert.equal(over, "goal", `${scenario.name}, ${strategy.kind}, seed ${seed}`);
      }
    }
  }
});

test("the worlds reach every state of a transport and every stage of the probe", () => {
  const seen = new Set<string>();
  for (const scenario of LARGE) {
    for (let seed = 0; seed < 5; seed++) {
      const prng = new Prng(seed);
      const world = new World(scenario, PROPERTIES, PRODUCT);
      while (world.over === undefined) {
        world.step(prng.below(world.choices().length));
        for (const { state, probe } of world.machine.xprts) seen.add(state).add(`probe ${probe.stage}`);
      }
    }
  }
  const stages = ["none", "ping", "connecting", "calling", "pause", "verdict"];
  const missing = [...Object.keys(XPRT_STATES), ...stages.map((stage) => `probe ${stage}`)];
  assert.deepEqual(
    missing.filter((what) => !seen.has(what)),
    [],
  );
});

test("the explorer's own strategies, replay and guard of determinism run it", () => {
  for (const strategy of [
    { kind: "walk" },
    { kind: "pct", depth: 3, length: 40 },
    { kind: "pos" },
  ] as const) {
    for (let seed = 0; seed < 10; seed++) {
      const run = runRandom(newRun, strategy, seed, LIMITS);
      assert.equal(run.outcome, "goal");
      const again = replay(newRun, formatSchedule(run.schedule));
      assert.deepEqual([again.outcome, again.digest], [run.outcome, run.digest]);
    }
    assert.equal(twice(newRun, strategy, 7, LIMITS), undefined);
  }
});

test("the shortest schedule that shows something is found, or nothing when there is none", () => {
  const begin = new World(BASE, PROPERTIES, PRODUCT);
  const settled = (w: World) => w.calls.some((call) => call.settled > 0);
  assert.equal(shortest(begin, settled, 10_000)?.length, 8);
  assert.equal(
    shortest(begin, (w) => w.calls.length > 2, 10_000),
    undefined,
  );
  assert.equal(shortest(begin, settled, 10), undefined, "too many states before it");
  assert.equal(begin.steps, 0);
});

test("a property that fails is found, named, and its schedule made short", () => {
  const answered = propertySet([{ name: "no-reply", settle: () => "a call settles" }]);
  const unlucky = (): Run => new World(BASE, answered, PRODUCT);
  const run = runRandom(unlucky, { kind: "walk" }, 1, LIMITS);
  assert.equal(run.outcome, "broken:no-reply");
  const { schedule } = shrink(unlucky, run.schedule);
  assert.equal(replay(unlucky, schedule).outcome, "broken:no-reply");
  assert.deepEqual(schedule.steps, [
    "caller.call.0",
    "work.connect.0",
    "net.syn.1",
    "net.established.1",
    "work.task.0",
    "net.arrive.1",
    "server.execute.1",
    "net.data.1",
  ]);
});
