import assert from "node:assert/strict";
import { test } from "node:test";
import { Svc, type SvcEffect, type SvcEvent } from "unstuck/sunrpc";
import { type Run, replay, runRandom, shrink } from "../lab/explore/mod.js";
import { SERVER_WORLDS } from "./server-scenarios.js";
import { type ServerScenario, ServerWorld, type SvcClass } from "./server-world.js";

const [TIGHT, WIDE] = SERVER_WORLDS;
const STRATEGIES = [{ kind: "walk" }, { kind: "pct", depth: 3, length: 60 }, { kind: "pos" }] as const;
const LIMITS = { unfairSteps: 1_000, maxSteps: 3_000 };

/** The first bad outcome of 300 seeds with each strategy. */
function hunt(scenario: ServerScenario, svc: SvcClass): string | undefined {
  for (const strategy of STRATEGIES) {
    for (let seed = 0; seed < 300; seed++) {
      const { outcome } = runRandom((): Run => new ServerWorld(scenario, svc), strategy, seed, LIMITS);
      if (outcome !== "goal") return outcome;
    }
  }
  return undefined;
}

for (const scenario of [TIGHT, WIDE]) {
  test(`the server answers every call and keeps its limits: ${scenario.name}`, () => {
    assert.equal(hunt(scenario, Svc), undefined);
  });
}

/** The server core with one rule broken from outside. */
function broken(step: (next: Svc["step"], now: number, event: SvcEvent) => readonly SvcEffect[]): SvcClass {
  return class extends Svc {
    override step(now: number, event: SvcEvent): readonly SvcEffect[] {
      return step((...args) => super.step(...args), now, event);
    }
  };
}

const looser = (limits: object): SvcClass =>
  class extends Svc {
    constructor(...[services, given]: ConstructorParameters<SvcClass>) {
      super(services, { ...given, ...limits });
    }
  };

const BROKEN: readonly (readonly [name: string, outcomes: readonly string[], svc: SvcClass])[] = [
  ["one connection too many", ["broken:limits-hold"], looser({ connections: 4 })],
  ["one call too many", ["broken:limits-hold"], looser({ calls: 4 })],
  ["one call of a connection too many", ["broken:limits-hold"], looser({ callsPerConn: 3 })],
  ["no bound of unsent bytes", ["broken:limits-hold"], looser({ unsentBytes: 10_000 })],
  [
    "impatient with a peer that does not read",
    ["broken:no-reset-without-reason"],
    looser({ sendTimeoutMs: 10 }),
  ],
  [
    "a failed call has no reply",
    ["broken:always-answers", "broken:no-reset-without-reason"],
    broken((next, now, event) => {
      const effects = next(now, event);
      return event.type === "failed" ? effects.filter(({ type }) => type !== "send") : effects;
    }),
  ],
  [
    "a reply goes out twice",
    ["broken:answers-once"],
    broken((next, now, event) => {
      const effects = next(now, event);
      return event.type === "replied"
        ? [...effects.filter(({ type }) => type === "send"), ...effects]
        : effects;
    }),
  ],
  [
    "it sends after it has closed",
    ["broken:current-connection"],
    broken((next, now, event) => {
      const effects = next(now, event);
      const last = effects.find((one) => one.type === "close");
      return last === undefined ? effects : [...effects, { type: "resume", conn: last.conn }];
    }),
  ],
  [
    "it never reads again",
    ["stuck", "broken:all-over"],
    broken((next, now, event) => next(now, event).filter(({ type }) => type !== "close")),
  ],
];

for (const [name, outcomes, svc] of BROKEN) {
  test(`caught: ${name}`, () => {
    const outcome = hunt(TIGHT, svc);
    assert(outcome !== undefined && outcomes.includes(outcome), `${outcome}`);
  });
}

test("a run is played again by its line, and a failure made short", () => {
  const begin = (): Run => new ServerWorld(TIGHT, looser({ calls: 4 }));
  for (let seed = 0; seed < 300; seed++) {
    const run = runRandom(begin, { kind: "walk" }, seed, LIMITS);
    const again = replay(begin, run.schedule);
    assert.deepEqual([again.outcome, again.digest], [run.outcome, run.digest]);
    if (run.outcome !== "broken:limits-hold") continue;
    const { schedule } = shrink(begin, run.schedule, { maxReplays: 500 });
    assert(schedule.steps.length <= 7, schedule.steps.join(" "));
    return;
  }
  assert.fail("no run breaks the limit");
});
