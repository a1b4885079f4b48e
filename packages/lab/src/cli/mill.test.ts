import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE, execute, PRODUCT, propertySet, World } from "../mill/mod.js";
import { LabError } from "./failure.js";
import { strategy, strategyWord } from "./mill-options.js";
import { runMill } from "./mill-search.js";
import { failureOf, failureText, replayLine } from "./mill-story.js";

const PLAN = {
  scenarios: ["restart-rst", "few-slots"],
  orders: undefined,
  strategies: [{ kind: "uniform" }],
  seeds: [1, 3],
  states: 50_000,
} as const;

function watcher(signal = new AbortController().signal) {
  return { signal, at() {}, searched() {}, random() {} };
}

test("a failing schedule is made short and told, and its line plays it again", () => {
  const unlucky = propertySet([{ name: "no-reply", settle: () => "a call settles" }]);
  const taken: string[] = [];
  const { over } = execute(BASE, unlucky, PRODUCT, { kind: "uniform" }, 3, { taken });
  assert.deepEqual(over, { broken: "no-reply", why: "a call settles" });
  const failure = failureOf(() => new World(BASE, unlucky, PRODUCT), "no-reply", "a call settles", taken);
  assert.equal(failure.story.length, 8);
  assert(taken.length > 8, `${taken.length} steps before`);
  assert.deepEqual(failure.story[0]?.what, "makes call 0");
  assert.match(failureText(failure), /^calm: no-reply: a call settles\nagain: .*--replay 'calm~/m);
  const played = replayLine(failure.line);
  assert.deepEqual([played.outcome, played.story.length], ["open", 8], "the real core has no such property");
});

test("a line that is none, or of no world, is bad input; one that does not fit has failed", () => {
  const status = (line: string) => {
    try {
      replayLine(line);
    } catch (error) {
      return error instanceof LabError ? error.status : error;
    }
    return 0;
  };
  assert.equal(status("calm:caller.call.0"), 0);
  assert.equal(status("calm"), 2);
  assert.equal(status("calmer:caller.call.0"), 2);
  assert.equal(status("calm:caller.call.1"), 1);
});

test("a run counts what it did, and is whole", async () => {
  const { searched, random, failure, stopped } = await runMill(PLAN, watcher());
  assert.deepEqual([failure, stopped], [undefined, false]);
  assert.deepEqual(
    searched.map(({ scenario, complete, goals }) => [scenario, complete, goals > 0]),
    [["restart-rst", true, true]],
  );
  assert.deepEqual(
    random.map(({ worlds, executions, complete }) => [worlds, executions, complete]),
    [[10, 20, true]],
  );
});

test("the server's worlds run by chance, and play a line again", async () => {
  const { random } = await runMill({ ...PLAN, scenarios: ["server-tight", "server-wide"] }, watcher());
  assert.deepEqual(
    random.map(({ worlds, executions, complete }) => [worlds, executions, complete]),
    [[2, 4, true]],
  );
  const played = replayLine("server-tight:peer.connect.1,peer.call.1,handler.answer,peer.take.1");
  assert.deepEqual([played.outcome, played.story.at(-1)?.what], ["open", "take 1"]);
});

test("a run that is stopped says that it is not whole", async () => {
  const stop = new AbortController();
  const seen = watcher(stop.signal);
  const report = await runMill(PLAN, { ...seen, searched: () => stop.abort() });
  assert.equal(report.stopped, true);
  assert.equal(report.random.length, 0);
});

test("a search that is over its budget says so", async () => {
  const { searched } = await runMill({ ...PLAN, scenarios: ["slam"], states: 100 }, watcher());
  assert.deepEqual(
    searched.map(({ complete, states }) => [complete, states]),
    [[false, 100]],
  );
});

test("a strategy is read and written", () => {
  for (const word of ["uniform", "pct:1", "pct:3"]) assert.equal(strategyWord(strategy(word)), word);
  for (const word of ["uniform:2", "pct:0", "pct:x", "pos"]) assert.throws(() => strategy(word));
});
