import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGraph, judge } from "../../explore/mod.js";
import { compile } from "../../guarded/mod.js";
import { namedProgram } from "../named.js";

const judged = (name: string, values: Readonly<Record<string, string | number>> = {}) =>
  judge(buildGraph(compile(namedProgram(name)).starting(values)));

// A property that never fails anywhere could be one that cannot.
test("a wake that was held back sends the call twice", () => {
  const { verdict, property } = judged("reconnect_v3.6_no-early-wake_smp_fin");
  assert.deepEqual([verdict, property], ["breaks", "a call goes out twice on a live connection"]);
});

test("a connect on a socket that was shut down while it connected fails the call", () => {
  const waiting = { queue: "for_connect", next: "to_connect_status", locked: "by_task" };
  const worker = { connecting: 1, work: "queued", connected: 0 };
  const socket = { ss: "SS_DISCONNECTING", peer: "nobody" };
  const { verdict, property } = judged("reconnect_v3.6_none_equal_rst", { ...waiting, ...worker, ...socket });
  assert.deepEqual([verdict, property], ["breaks", "a hard call fails"]);
});

test("a kernel that is in order reaches its goal", () => {
  const { verdict, reachesGoal } = judged("reconnect_v3.7_none_task-above-worker_fin");
  assert.deepEqual([verdict, reachesGoal], ["recovers", true]);
});
