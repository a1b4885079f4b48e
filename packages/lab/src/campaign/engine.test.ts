import assert from "node:assert/strict";
import { test } from "node:test";
import { type Campaign, newGathering, reportText } from "./campaign.js";
import { CODE, campaignOf, RANDOM, TREE } from "./campaigns.fixture.js";
import { type Engine, inline, newPool, threads } from "./engine.js";
import { type Item, newItem } from "./item.js";

const NEVER = new AbortController().signal;
const ENGINES: readonly (readonly [string, Engine])[] = [
  ["inline", inline],
  ["threads", threads(2)],
];

/** Seeds by fives, or the whole tree. */
function itemsOf({ targets, search }: Campaign): readonly Item[] {
  if (search.kind === "tree") return targets.map((target) => newItem(CODE, target, search));
  const starts = Array.from({ length: 12 }, (_, i) => 1 + i * 5);
  return targets.flatMap((target) =>
    starts.map((from) => newItem(CODE, target, { ...search, seeds: [from, from + 5] })),
  );
}

async function textOf(engine: Engine, campaign: Campaign): Promise<string> {
  const gathering = newGathering(campaign);
  const fail = (item: Item, why: string) => assert.fail(`${item.id}: ${why}`);
  await engine(itemsOf(campaign), { found: (result) => gathering.add(result), failed: fail }, NEVER);
  return reportText(gathering.report(true));
}

for (const search of [RANDOM, TREE]) {
  test(`${search.kind}: threads find what one thread finds, byte for byte`, async () => {
    const campaign = campaignOf(search);
    assert.equal(await textOf(threads(2), campaign), await textOf(inline, campaign));
  });
}

for (const [name, engine] of ENGINES) {
  test(`${name}: an item that cannot be done is named, and the others are done`, async () => {
    const campaign = campaignOf(RANDOM);
    const bad = newItem(CODE, { kind: "mill", name: "nowhere" }, RANDOM);
    const failed: string[] = [];
    const found: string[] = [];
    const items = [bad, ...itemsOf(campaign)];
    await engine(
      items,
      {
        found: ({ item }) => found.push(item),
        failed: ({ id }, why) => failed.push(`${id} ${why.split(":")[0]}`),
      },
      NEVER,
    );
    assert.deepEqual(failed, [`${bad.id} no world of the mill is called nowhere`]);
    assert.deepEqual(
      found.sort(),
      itemsOf(campaign)
        .map(({ id }) => id)
        .sort(),
    );
  });

  test(`${name}: it stops when told to, without a word of failure`, async () => {
    const stop = new AbortController();
    let found = 0;
    const endless = newItem(CODE, { kind: "mill", name: "calm" }, { ...RANDOM, seeds: [0, 1e9] });
    const items = [...itemsOf(campaignOf(RANDOM)), ...(name === "inline" ? [] : [endless])];
    const listener = {
      found: () => {
        if (++found === 3) stop.abort();
      },
      failed: (item: Item, why: string) => assert.fail(`${item.id}: ${why}`),
    };
    await engine(items, listener, stop.signal);
    assert.ok(found >= 3 && found < items.length, `${found}`);
  });
}

test("threads that cannot be started fail each item with the reason, and keep nobody waiting", async () => {
  const pool = newPool(2, "/nowhere/thread.js");
  const [item] = itemsOf(campaignOf(RANDOM));
  for (let round = 0; round < 4; round++) await assert.rejects(pool.run(item!, NEVER), /nowhere/);
  await pool.close();
});
