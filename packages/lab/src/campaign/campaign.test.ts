import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Campaign, newCampaign, newGathering, reportText, splitCampaign } from "./campaign.js";
import { CODE, campaignOf, RANDOM, TARGETS, TREE } from "./campaigns.fixture.js";
import { CodeMismatchError, OtherCampaignError } from "./errors.js";
import { type Item, newItem, readResult, runItem } from "./item.js";
import { checkSame, readReport } from "./report-file.js";

/** The campaign's report when each target is one item. */
function wholeText(campaign: Campaign): string {
  return textOf(
    campaign,
    campaign.targets.map((target) => newItem(campaign.code, target, campaign.search)),
  );
}

function textOf(campaign: Campaign, items: readonly Item[]): string {
  const gathering = newGathering(campaign);
  for (const item of items) gathering.add(readResult(runItem(item)));
  return reportText(gathering.report(true));
}

/** A machine that seems to take the given times, again and again. */
function clockOf(times: readonly number[]): () => number {
  let now = 0;
  let calls = 0;
  return () => {
    now += times[calls++ % times.length]!;
    return now;
  };
}

for (const search of [RANDOM, TREE]) {
  const campaign = campaignOf(search);
  const whole = wholeText(campaign);

  test(`${search.kind}: however the machine's speed cuts it, in any order and done twice, it is the same bytes`, () => {
    const property = fc.property(
      fc.array(fc.double({ min: 0.01, max: 30, noNaN: true }), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (times, order) => {
        const items = splitCampaign(campaign, 4, clockOf(times));
        const ranks = new Map(items.map((item) => [item, order.next().value as number]));
        const shuffled = [...items].sort((a, b) => ranks.get(a)! - ranks.get(b)!);
        const twice = [...shuffled, ...shuffled.slice(0, items.length / 2)];
        assert.equal(textOf(campaign, twice), whole);
      },
    );
    fc.assert(property, { numRuns: 25 });
  });

  test(`${search.kind}: cuts differ with the speed`, () => {
    const counts = [0.01, 1, 30].map((time) => splitCampaign(campaign, 4, clockOf([time])).length);
    assert.ok(new Set(counts).size > 1, `${counts}`);
  });
}

test("a campaign that was stopped goes on from its report to the same bytes", () => {
  const campaign = campaignOf(RANDOM);
  const items = splitCampaign(campaign, 4, clockOf([30]));
  for (const kept of [0, 1, items.length >> 1, items.length]) {
    const before = newGathering(campaign);
    for (const item of items.filter((_, i) => (i * 7) % items.length < kept))
      before.add(readResult(runItem(item)));
    const done = readReport(reportText(before.report(false)), "a file");
    const after = newGathering(campaign, done);
    for (const item of splitCampaign(campaign, 4, clockOf([3]), done)) after.add(readResult(runItem(item)));
    assert.equal(reportText(after.report(true)), wholeText(campaign));
  }
});

test("results of other code never merge", () => {
  const campaign = campaignOf(RANDOM);
  const other = newItem("0ther", campaign.targets[0]!, RANDOM);
  assert.throws(() => newGathering(campaign).add(readResult(runItem(other))), CodeMismatchError);
  const report = newGathering({ ...campaign, code: "0ther" }).report(false);
  assert.throws(() => checkSame(campaign, report, "f"), CodeMismatchError);
});

test("a file of another campaign is not gone on with", () => {
  const report = newGathering(campaignOf(TREE)).report(false);
  assert.throws(() => checkSame(campaignOf(RANDOM), report, "f"), OtherCampaignError);
  assert.throws(() => readReport("{}", "f"), /f is not a campaign's report/);
  assert.throws(() => readReport("{", "f"), /f is not a campaign's report/);
});

test("the order and the doubling of targets make no other campaign; the search, the code and the targets do", () => {
  const { id } = campaignOf(RANDOM);
  assert.equal(campaignOf(RANDOM, [...TARGETS, ...TARGETS].reverse()).id, id);
  const others = [
    campaignOf(TREE),
    campaignOf(RANDOM, TARGETS.slice(1)),
    campaignOf({ ...RANDOM, seeds: [1, 62] }),
    newCampaign("0ther", campaignOf(RANDOM).targets, RANDOM),
  ];
  assert.equal(new Set([id, ...others.map((other) => other.id)]).size, 5);
  assert.equal(newCampaign(CODE, [], RANDOM, "mine").id, "mine");
});
