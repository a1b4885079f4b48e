import assert from "node:assert/strict";
import { test } from "node:test";
import { campaignId, seconds, seeds, way } from "./campaign-options.js";
import { progressLine } from "./campaign-progress.js";
import { campaignText, curveLines } from "./campaign-text.js";
import { replayLine } from "./mill-story.js";

test("strategies and seeds are read", () => {
  assert.deepEqual(way("walk"), { kind: "random", strategy: { kind: "walk" } });
  assert.deepEqual(way("pct:3"), { kind: "random", strategy: { kind: "pct", depth: 3, length: 100 } });
  assert.deepEqual(way("pct:3:40"), { kind: "random", strategy: { kind: "pct", depth: 3, length: 40 } });
  assert.deepEqual(way("all:12"), { kind: "tree", depth: 12 });
  assert.deepEqual(seeds("1..100"), [1, 101]);
  assert.deepEqual(seeds("7"), [7, 8]);
});

test("what is none of them is refused with what would be", () => {
  for (const wrong of ["", "wlk", "pct", "pct:0", "pct:x", "pct:1:2:3", "walk:1", "all", "all:1.5"])
    assert.throws(() => way(wrong), /A strategy is walk, pos, pct:DEPTH/, wrong);
  for (const wrong of ["", "5..4", "-1..4", "1-4", "1..", "1..99999999999999999999"])
    assert.throws(() => seeds(wrong), /first and the last seed/, wrong);
  for (const wrong of ["", "a b", "a:b", "x".repeat(65)]) assert.throws(() => campaignId(wrong), /an id is/);
  for (const wrong of ["0", "-1", "x", "1e9"]) assert.throws(() => seconds(wrong), /seconds/);
});

test("the line of progress tells how far, how fast, how long, what, and what failed", () => {
  const outcomes = new Map([
    ["goal", 1500],
    ["cycle", 500],
  ]);
  assert.equal(
    progressLine(2, 12, 0, 10, outcomes),
    "2 of 12 items, 200 runs/s, 50 s left: goal 1,500, cycle 500",
  );
  assert.match(progressLine(2, 1000, 1, 10, outcomes), /1 FAILED, 200 runs\/s, 83 min left/);
  assert.equal(progressLine(0, 12, 0, 10, new Map()), "0 of 12 items, 0 runs/s: ");
});

test("a curve is drawn as bars", () => {
  const curve = [
    { runs: 1, distinct: 5 },
    { runs: 1000, distinct: 50 },
  ];
  const lines = curveLines({ curve, counted: "states", runs: 1000, steps: 1, outcomes: [] });
  assert.deepEqual(lines, [
    "  different states met, by runs:",
    "      1   5 █████",
    `  1,000  50 ${"█".repeat(50)}`,
  ]);
});

test("what a campaign finds in the mill is printed with the command that plays it, and it does", async () => {
  const campaigns = await import("../campaign/mod.js");
  const search = { kind: "tree", depth: 3, prefix: [] } as const;
  const campaign = campaigns.newCampaign("c0de", [campaigns.parseTarget("mill:calm")], search);
  const gathering = campaigns.newGathering(campaign);
  const [item] = campaigns.splitCampaign(campaign, 60, () => 0);
  await campaigns.inline(
    [item!],
    { found: (result) => gathering.add(result), failed: (_, why) => assert.fail(why) },
    new AbortController().signal,
  );
  const text = campaignText(campaigns, gathering.report(true), "c0de");
  const [, line = ""] = /: unstuck lab mill --replay '([^']+)'/.exec(text) ?? [];
  const { scenario, story } = replayLine(line);
  assert.deepEqual([scenario, story.length], ["calm", 3]);
});
