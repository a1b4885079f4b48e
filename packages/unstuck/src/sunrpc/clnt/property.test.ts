import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvariantError } from "../errors.js";
import type { ClntEvent } from "../mod.js";
import { CALL_STATES, XPRT_STATES, xprtMove } from "./clnt.states.js";
import { Machine } from "./machine.js";
import { HARD, reply, Sim, SOFT, type Weather } from "./sim.fixture.js";

/** One thing that the world, or the user, does to the client. */
type Deed =
  | { type: "call"; soft: boolean; deadlineMs: number | undefined }
  | { type: "cancel"; nth: number }
  | { type: "weather"; weather: Weather }
  | {
      type:
        | "restart"
        | "fin"
        | "reset"
        | "mute"
        | "serve"
        | "slam"
        | "gentle"
        | "garbage"
        | "takePorts"
        | "deaf";
    }
  | { type: "pass"; ms: number };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("call" as const),
      soft: fc.boolean(),
      deadlineMs: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel" as const), nth: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("weather" as const),
      weather: fc.constantFrom<Weather>("fine", "blackhole", "unreachable", "refused"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "restart" as const,
        "fin" as const,
        "reset" as const,
        "mute" as const,
        "serve" as const,
        "slam" as const,
        "gentle" as const,
        "garbage" as const,
        "takePorts" as const,
        "deaf" as const,
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("pass" as const),
      ms: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 50, max: 70_000 })),
    }),
  },
);

function garble(record: Uint8Array): Uint8Array {
  const bytes = reply(record);
  bytes[23] = 77;
  return bytes;
}

function apply(sim: Sim, d: Deed, tasks: number[]): void {
  switch (d.type) {
    case "call":
      tasks.push(sim.call(d.soft ? SOFT : HARD, d.deadlineMs));
      return;
    case "cancel":
      if (tasks.length > 0) sim.post({ type: "cancel", task: tasks[d.nth % tasks.length]! });
      return;
    case "weather":
      sim.weather = d.weather;
      return;
    case "restart":
      return sim.restartServer();
    case "fin":
      return sim.finAll();
    case "reset":
      return sim.resetAll();
    case "mute":
      sim.serve = () => undefined;
      return;
    case "serve":
      sim.serve = reply;
      return;
    case "deaf":
      // Lives and answers pings, but every real call is lost on it.
      sim.serve = (record) => (record[27] === 0 ? reply(record) : undefined);
      return;
    case "slam":
    case "gentle":
      sim.slam = d.type === "slam";
      return;
    case "garbage":
      sim.serve = garble;
      return;
    case "takePorts":
      for (const s of sim.live()) sim.takenPorts.add(s.localPort);
      return;
    case "pass":
      return sim.run(d.ms);
  }
}

test("whatever happens, in whatever order runnable work runs: every call settles once, and soon after all is well", () => {
  fc.assert(
    fc.property(
      fc.array(deed, { maxLength: 40, size: "max" }),
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom(1, 2, 64),
      fc.nat(),
      (deeds, nconnect, slots, order) => {
        const sim = new Sim({ nconnect, slots, seed: order });
        let state = order;
        sim.pick = (n) => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state % n;
        };
        const tasks: number[] = [];
        for (const d of deeds) apply(sim, d, tasks);
        sim.weather = "fine";
        sim.slam = false;
        sim.serve = reply;
        const before = sim.steps.count;
        // A call that a living server dropped is sent again at its minor timeout, the third of which is the longest.
        sim.run(190_000);
        for (const task of tasks) assert(sim.settled.has(task), `task ${task} settled`);
        assert(sim.steps.count - before < 3_000, `${sim.steps.count - before} steps to recover`);
        assert.equal(sim.settled.size, tasks.length);
        assert.equal(sim.core.size, 0, "no zombie outlives its connection or its minute");
      },
    ),
    { numRuns: 400 },
  );
});

test("events of dead sockets change nothing", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 25 }), (deeds) => {
      const sim = new Sim({ nconnect: 2 });
      const tasks: number[] = [];
      for (const d of deeds) {
        apply(sim, d, tasks);
        const before = JSON.stringify(sim.core.snapshot(sim.now));
        const dead = [...sim.sockets.values()].filter((s) => s.state === "dead").map((s) => s.cookie);
        for (const cookie of [...dead, 0x7fffffff]) {
          const stale: ClntEvent[] = [
            { type: "established", cookie, localPort: 1 },
            { type: "data", cookie, bytes: new Uint8Array(64) },
            { type: "writable", cookie, bytes: 10 },
            { type: "fin", cookie },
            { type: "error", cookie, code: "ECONNRESET" },
          ];
          for (const event of stale) assert.deepEqual(sim.core.step(sim.now, event), []);
        }
        assert.equal(JSON.stringify(sim.core.snapshot(sim.now)), before);
      }
    }),
    { numRuns: 100 },
  );
});

test("a copy goes its own way, and the same way when told the same", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 20 }), fc.integer({ min: 0, max: 5_000 }), (deeds, ms) => {
      const sim = new Sim({ nconnect: 2 });
      const tasks: number[] = [];
      for (const d of deeds) apply(sim, d, tasks);
      const copy = sim.core.clone();
      const before = JSON.stringify(copy.snapshot(sim.now));
      const now = sim.now + ms;
      const effects = sim.core.step(now, { type: "deadline" });
      assert.equal(JSON.stringify(copy.snapshot(now - ms)), before, "the copy did not move");
      assert.deepEqual(copy.step(now, { type: "deadline" }), effects);
      assert.equal(JSON.stringify(copy.snapshot(now)), JSON.stringify(sim.core.snapshot(now)));
    }),
    { numRuns: 100 },
  );
});

test("every move of the tables happens, and no other can", (t) => {
  const seen = new Set<string>();
  const { go, goCall } = Machine.prototype;
  t.mock.method(Machine.prototype, "go", function (this: Machine, ...args: Parameters<Machine["go"]>) {
    seen.add(`xprt ${args[0].state} --${args[1].input}--> ${args[1].to}`);
    return go.apply(this, args);
  });
  t.mock.method(
    Machine.prototype,
    "goCall",
    function (this: Machine, ...args: Parameters<Machine["goCall"]>) {
      seen.add(`call ${args[0].state} --${args[1].input}--> ${args[1].to}`);
      return goCall.apply(this, args);
    },
  );
  fc.assert(
    fc.property(
      fc.array(deed, { maxLength: 40, size: "max" }),
      fc.constantFrom(1, 64),
      fc.constantFrom(60, 1 << 20),
      (deeds, slots, sendBufferBytes) => {
        const sim = new Sim({
          slots,
          sendBufferBytes,
          idleMs: 30_000,
          connect: { timeoutMs: 9_000, firstMs: 300, leastMs: 300 },
        });
        let turn = 0;
        sim.eager = () => turn++ % 3 !== 0;
        const tasks: number[] = [];
        for (const d of deeds) apply(sim, d, tasks);
        sim.post({ type: "close" });
        assert.equal(sim.settled.size, tasks.length);
      },
    ),
    { numRuns: 700, seed: 2012 },
  );
  const closing = new Sim();
  closing.call();
  closing.run(10);
  closing.post({ type: "fin", cookie: closing.live()[0]!.cookie });
  closing.post({ type: "close" });
  const stuck = new Sim();
  stuck.call();
  stuck.run(10);
  stuck.weather = "blackhole";
  stuck.call();
  stuck.run(30_000);
  stuck.weather = "fine";
  stuck.run(2_000);
  const full = new Sim({ sendBufferBytes: 1 });
  full.call();
  full.run(10);
  full.call();
  full.call();
  full.post({ type: "error", cookie: full.live()[0]!.cookie, code: "ECONNRESET" });
  const table: string[] = [];
  for (const [kind, states] of [
    ["xprt", XPRT_STATES],
    ["call", CALL_STATES],
  ] as const) {
    for (const [state, inputs] of Object.entries(states)) {
      for (const [input, nexts] of Object.entries(inputs as Record<string, string[]>)) {
        for (const next of nexts) table.push(`${kind} ${state} --${input}--> ${next}`);
      }
    }
  }
  assert.deepEqual(
    table.filter((move) => !seen.has(move)),
    [],
    "moves that the table has and nothing makes",
  );
});

test("a move outside the table is an InvariantError", () => {
  const m = new Machine(new Sim().config, 0);
  assert.throws(() => m.go(m.xprts[0]!, xprtMove("established", "connected")), InvariantError);
});
