import assert from "node:assert/strict";
import { test } from "node:test";
import { logOf, recordedLog } from "./recorded.fixture.js";
import { connectsOf, isReply, isReset, recoveryOf } from "./times.js";

const RECOVERS = logOf([
  "    15 call_status (status 116)", // 1.000: before the outage
  "       xs_error_report client ffff88001f83a800...", // 1.001
  "       error 104",
  "    15 call_status (status -104)", // 1.003
  "    15 call_status (status 0)",
  "    15 call_status (status 116)", // 1.005
  "    15 call_status (status 116)",
]);

test("a recovery lasts from the reset to the first reply after it", () => {
  assert.deepEqual(recoveryOf(RECOVERS), {
    healedAtUs: 1_001_000,
    repliedAtUs: 1_005_000,
    tookUs: 4000,
    line: 6,
  });
});

test("or from the heal, where that is known", () => {
  assert.equal(recoveryOf(RECOVERS, 1_002_500)?.tookUs, 2500);
  assert.equal(recoveryOf(RECOVERS, 1_006_500), undefined);
});

test("a log without a reset or without a reply shows no recovery", () => {
  assert.equal(recoveryOf(RECOVERS.filter((line) => !isReset(line))), undefined);
  assert.equal(recoveryOf(RECOVERS.filter((line) => !isReply(line))), undefined);
  const [first] = RECOVERS;
  assert.ok(first !== undefined && isReply(first));
});

test("the real kernel never recovered from its reset, and connected again and again", () => {
  const start = recordedLog("rpcdebug-3.6.0-start.txt").lines;
  assert.equal(start.find(isReset)?.atUs, 25_050_057);
  assert.equal(recoveryOf(start), undefined);
  assert.equal(connectsOf(start).count, 2);
  const { count, perSecond = 0 } = connectsOf(recordedLog("rpcdebug-3.6.0-loop.txt").lines);
  assert.equal(count, 5);
  assert.ok(perSecond > 5 && perSecond < 1000, `${perSecond}`);
  assert.deepEqual(connectsOf([]), { count: 0, perSecond: undefined });
});
