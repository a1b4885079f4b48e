import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type MillScenario,
  newSearch,
  PRODUCT,
  PROPERTIES,
  Prng,
  propertySet,
  SEARCHED,
  SMALL,
  searchAll,
  World,
} from "./mod.js";

function small(name: string): MillScenario {
  return SMALL.find((scenario) => scenario.name === name)!;
}

/** The larger ones take their time: `unstuck lab mill` has all of them. */
const LARGE_ONES = new Set([
  "stutter",
  "long-refuse",
  "long-blackhole",
  "long-blackhole-restart",
  "slam",
  "slow",
  "mute",
  "blackhole-restart-rst",
  "blackhole-restart-fin",
  "blackhole-restart-silent",
  "restart-fin_clock-runs-ahead",
  "heard-and-then-silent",
  "udp-blackhole",
  "udp-blackhole-restart",
  "udp-refuse",
  "udp-mute",
  "udp-mute-restart",
]);

for (const scenario of SEARCHED.filter(({ name }) => !LARGE_ONES.has(name))) {
  test(`every schedule of ${scenario.name} ends well`, (t) => {
    const search = searchAll(scenario, PROPERTIES, PRODUCT, { states: 30_000 });
    assert.equal(search.broken, undefined);
    assert(search.complete, "all of it was looked at");
    assert(search.goals > 0, "some schedule gets there");
    t.diagnostic(`${search.states} states, ${search.steps} steps, at most ${search.depth} in a row`);
  });
}

test("the searched worlds have every end of a call, on both transports", () => {
  const ends = new Set<string>();
  const used = new Set<number>();
  const ear = propertySet([
    {
      name: "ear",
      connect: (_, { xprt }) => void used.add(xprt),
      settle: (_, { outcome }) => void ends.add(outcome.type === "unanswered" ? outcome.code : outcome.type),
    },
  ]);
  for (const name of ["long-blackhole_deadline-soft", "restart-fin_cancel", "restart-fin_two-transports"]) {
    const scenario = SEARCHED.find((one) => one.name === name)!;
    assert(searchAll(scenario, ear, PRODUCT, { states: 30_000 }).complete);
  }
  assert.deepEqual([...ends].sort(), ["ECANCELED", "EIO", "ETIMEDOUT", "accepted"]);
  assert.deepEqual([...used], [0, 1]);
});

test("a search in slices finds what one in one go does", () => {
  const scenario = small("restart-rst");
  const sliced = newSearch(scenario, PROPERTIES, PRODUCT, { states: 30_000 });
  let slices = 1;
  while (sliced.run(1_000)) slices++;
  assert.deepEqual(sliced.found, searchAll(scenario, PROPERTIES, PRODUCT, { states: 30_000 }));
  assert(slices > 3, `${slices} slices`);
});

test("a search that runs out of states says so", () => {
  const { complete, states } = searchAll(small("blackhole"), PROPERTIES, PRODUCT, { states: 100 });
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
      const world = new World(small(name), PROPERTIES, PRODUCT);
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
    const world = new World(small("blackhole-restart-rst"), PROPERTIES, PRODUCT);
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
