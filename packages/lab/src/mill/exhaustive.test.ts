import assert from "node:assert/strict";
import { test } from "node:test";
import { Clnt, Machine } from "unstuck/sunrpc";
import { configOf, type MillScenario, PROPERTIES, Prng, SMALL, searchAll, World } from "./mod.js";
import { fickle, hasty } from "./scenarios.js";

const CORE = { Clnt, Machine };

function small(name: string, changes: Partial<MillScenario> = {}): MillScenario {
  return { ...SMALL.find((scenario) => scenario.name === name)!, ...changes };
}

const NARROW = { work: "fifo", eager: true, stale: false, cutBytes: 0 } as const;

const WORLDS: readonly MillScenario[] = [
  small("calm"),
  small("restart-rst"),
  small("restart-fin"),
  small("restart-silent"),
  small("blackhole"),
  small("take-ports"),
  small("restart-rst", { ...NARROW, name: "restart-rst, slow world", early: 1 }),
  small("restart-fin", { ...NARROW, name: "restart-fin, two transports", config: configOf({ nconnect: 2 }) }),
  small("restart-fin", { ...NARROW, name: "restart-fin, cancels and deadlines", calls: [fickle, hasty] }),
];

for (const scenario of WORLDS) {
  test(`every schedule of ${scenario.name} ends well`, (t) => {
    const search = searchAll(scenario, PROPERTIES, CORE, { states: 30_000 });
    assert.equal(search.broken, undefined);
    assert(search.complete, "all of it was looked at");
    assert(search.goals > 0, "some schedule gets there");
    t.diagnostic(`${search.states} states, ${search.steps} steps, at most ${search.depth} in a row`);
  });
}

test("a search that runs out of states says so", () => {
  const { complete, states } = searchAll(small("blackhole"), PROPERTIES, CORE, { states: 100 });
  assert.deepEqual({ complete, states }, { complete: false, states: 100 });
});

/** What follows from a state: every choice's kind, and the digest after it. */
function future(world: World): string {
  return world
    .choices()
    .map(({ name, kind }, i) => {
      const next = world.fork();
      next.step(i);
      return `${kind === 18 ? "work.disconnect" : name.replace(/^(net|server)(.*)\.\d+$/, "$1$2")} ${next.digest()}`;
    })
    .join("\n");
}

test("worlds of the same digest have the same future", () => {
  const known = new Map<number, { future: string; steps: number }>();
  let met = 0;
  for (const name of ["blackhole-restart-fin", "slam", "slow", "take-ports"]) {
    for (let seed = 0; seed < 40; seed++) {
      const prng = new Prng(seed);
      const world = new World(small(name), PROPERTIES, CORE);
      while (world.over === undefined) {
        const digest = world.digest();
        const seen = known.get(digest);
        if (seen === undefined) known.set(digest, { future: future(world), steps: world.steps });
        else if (seen.steps !== world.steps) {
          met++;
          assert.equal(future(world), seen.future, `${name}, seed ${seed}, step ${world.steps}`);
        }
        world.step(prng.below(world.choices().length));
      }
    }
  }
  assert(met > 100, `${met} states were reached by different ways`);
});

test("a copy goes the same way as its original, and leaves it alone", () => {
  for (let seed = 0; seed < 20; seed++) {
    const prng = new Prng(seed);
    const world = new World(small("blackhole-restart-rst"), PROPERTIES, CORE);
    while (world.over === undefined) {
      const copy = world.fork();
      const index = prng.below(world.choices().length);
      const before = world.digest();
      assert.equal(copy.digest(), before);
      copy.step(index);
      assert.equal(world.digest(), before);
      world.step(index);
      assert.equal(copy.digest(), world.digest());
      assert.deepEqual(copy.choices(), world.choices());
    }
    assert.equal(world.over, "goal");
  }
});
