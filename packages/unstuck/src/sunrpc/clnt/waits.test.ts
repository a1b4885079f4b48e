/** Calls that end while they wait, and whom they leave waiting. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { spanOf } from "../../xdr/mod.js";
import { Clnt } from "./clnt.js";
import { Machine } from "./machine.js";
import { HARD, reply, Sim, SOFT } from "./sim.fixture.js";

test("the holder of the only slot and the next in line time out at the same moment: the third is sent", () => {
  const sim = new Sim({ slots: 1 });
  sim.weather = "refused";
  sim.call(HARD, 500);
  sim.call(HARD, 500);
  const third = sim.call();
  sim.run(600);
  sim.weather = "fine";
  sim.run(1_000);
  assert.equal(sim.outcome(third)?.type, "accepted");
});

test("a call that was woken for a slot and cancelled before it ran passes the slot on", () => {
  const sim = new Sim({ slots: 1 });
  let held: Uint8Array | undefined;
  sim.serve = (record) => {
    if (held !== undefined) return reply(record);
    held = record;
    return undefined;
  };
  sim.call();
  const second = sim.call();
  const third = sim.call();
  sim.run(10);
  sim.post({ type: "data", cookie: sim.live()[0]!.cookie, bytes: reply(held!) });
  sim.post({ type: "cancel", task: second });
  sim.run(1_000);
  assert.equal(sim.outcome(third)?.type, "accepted");
});

test("a call given up at its deadline keeps its slot while its reply may still come", () => {
  const sim = new Sim({ slots: 1 });
  let sent = 0;
  sim.serve = (record) => {
    if (record[27] === 0) return reply(record);
    sent++;
    return undefined;
  };
  sim.call(HARD, 5_000);
  sim.run(10);
  sim.call();
  sim.run(20_000);
  assert.equal(sent, 1);
  sim.run(50_000);
  assert.equal(sent, 2, "but not for ever");
});

test("calls given up during a long outage leave nothing behind in the waiting lists", () => {
  const config = new Sim().config;
  const machine = new Machine(config, 0);
  const core = new Clnt(config, 0, machine);
  const call = (task: number) =>
    core.step(0, {
      type: "call",
      task,
      tag: undefined,
      record: spanOf(new Uint8Array(40)),
      policy: HARD,
      deadline: undefined,
    });
  call(0);
  for (let task = 1; task < 20_000; task++) {
    call(task);
    core.step(0, { type: "cancel", task });
  }
  const { connect } = machine.xprts[0]!.waiting;
  assert(connect.length < 2_000, `${connect.length} entries`);
  assert.equal(connect.peek(), 0, "who waits still does");
});

test("the server's FIN comes while a probe's verdict is due: the connection is left once", () => {
  const sim = new Sim();
  sim.call();
  sim.run(10);
  const old = sim.live()[0]!;
  const probeIsUp = () => sim.live().some((s) => s.probe && s.state === "up");
  sim.serve = (record) => (probeIsUp() ? reply(record) : undefined);
  const task = sim.call();
  const answered = () => sim.notices.some((n) => n.kind === "history" && n.entry.what === "probe-answered");
  sim.run(5_000, answered);
  assert(answered());
  sim.serve = reply;
  sim.post({ type: "fin", cookie: old.cookie });
  // The disconnect's work is still in the run queue.
  sim.now += sim.config.probe.graceMs;
  sim.post({ type: "deadline" });
  sim.run(1_000);
  assert.equal(sim.outcome(task)?.type, "accepted");
});

test("the kept source port was taken meanwhile: a softconn call is sent from a fresh one", () => {
  const sim = new Sim({ idleMs: 1_000 });
  const softconn = { ...SOFT, softconn: true };
  sim.call(softconn);
  sim.run(10);
  sim.takenPorts.add(sim.live()[0]!.localPort);
  sim.run(3_000);
  assert.equal(sim.live().length, 0, "closed for want of use");
  const task = sim.call(softconn);
  sim.run(1_000);
  assert.equal(sim.outcome(task)?.type, "accepted");
});
