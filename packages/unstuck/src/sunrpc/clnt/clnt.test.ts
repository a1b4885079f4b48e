import assert from "node:assert/strict";
import { test } from "node:test";
import { viewOf } from "../../xdr/mod.js";
import { HARD, reply, Sim, SOFT } from "./sim.fixture.js";

test("a call is answered", () => {
  const sim = new Sim();
  const task = sim.call();
  sim.run(10);
  assert.equal(sim.outcome(task)?.type, "accepted");
  assert.equal(sim.steps.connects, 1);
});

test("the outage of 2012: hole, server restarted, healed; the same call is answered soon, from the same port", () => {
  for (const weather of ["blackhole", "unreachable"] as const) {
    for (const outageMs of [300, 1_000, 5_000, 25_000, 59_000, 61_000, 180_000, 1_000_000]) {
      const sim = new Sim();
      sim.call();
      sim.run(10);
      const port = sim.live()[0]!.localPort;
      sim.weather = weather;
      const task = sim.call();
      sim.run(outageMs / 2);
      sim.restartServer();
      sim.run(outageMs / 2);
      assert.equal(sim.outcome(task), undefined);
      const healedAt = sim.now;
      sim.weather = "fine";
      sim.run(5_000);
      const settled = sim.settled.get(task);
      assert.equal(settled?.outcome.type, "accepted");
      const ms = settled!.at - healedAt;
      assert(ms < 1_100, `${weather} for ${outageMs} ms: answered ${ms} ms after the heal`);
      if (weather === "unreachable") assert(ms < 500, `${weather} for ${outageMs} ms: ${ms} ms`);
      assert.equal(sim.live()[0]!.localPort, port, "the source port is kept");
      assert.deepEqual(new Set(sim.executed).size, sim.executed.length, "nothing ran twice");
      sim.run(2_000);
      assert.equal(sim.live().length, 1);
    }
  }
});

test("a stuck socket is replaced only after the path works: no reset is lost in the hole", () => {
  const sim = new Sim();
  sim.call();
  sim.run(10);
  const [first] = sim.live();
  sim.weather = "blackhole";
  const task = sim.call();
  sim.run(120_000);
  assert.equal(first!.state, "up", "the old socket is left alone as long as the path is dead");
  sim.weather = "fine";
  sim.run(1_200);
  assert.equal(sim.outcome(task)?.type, "accepted");
});

test("a server that is slow with one call is not mistaken for a lost one", () => {
  const sim = new Sim();
  let slow: Uint8Array | undefined;
  sim.serve = (record) => {
    if (record[27] === 0) return reply(record);
    slow = record;
    return undefined;
  };
  const task = sim.call();
  sim.run(50_000);
  assert.equal(sim.steps.connects, 1);
  assert.equal(sim.steps.probes, 0, "the ping on the connection itself was answered");
  sim.post({ type: "data", cookie: sim.live()[0]!.cookie, bytes: reply(slow!) });
  assert.equal(sim.outcome(task)?.type, "accepted");
});

test("a server that does nothing else while it works on one call is given more patience each time", () => {
  const sim = new Sim();
  const main = new Set<number>();
  sim.serve = (record) => {
    if (record[27] !== 0) main.add(record[7]!);
    // Probes come on fresh connections and are answered; the main connection never is.
    const probing = sim.live().some((s) => s.probe && s.state === "up");
    return record[27] === 0 && probing ? reply(record) : undefined;
  };
  sim.call();
  sim.run(300_000);
  assert(sim.steps.connects <= 12, `${sim.steps.connects} connections in five minutes`);
  assert.equal(main.size, 1, "one xid, however often it was sent");
});

test("a path whose round trip has grown a thousandfold is connected again", () => {
  const sim = new Sim();
  sim.call();
  sim.run(10);
  sim.rttMs = 1_500;
  const task = sim.call();
  sim.resetAll();
  sim.run(40_000);
  assert.equal(sim.outcome(task)?.type, "accepted");
});

test("probing ends when nobody waits any more, and begins anew with the next call", () => {
  const sim = new Sim();
  sim.call();
  sim.run(10);
  sim.weather = "blackhole";
  sim.call(HARD, 5_000);
  sim.run(6_000);
  const { probes } = sim.steps;
  assert(probes > 3);
  sim.run(60_000);
  assert(sim.steps.probes <= probes + 1, `${sim.steps.probes - probes} probes for nobody`);
  const task = sim.call();
  sim.run(5_000);
  assert(sim.steps.probes > probes + 3);
  sim.weather = "fine";
  sim.run(1_500);
  assert.equal(sim.outcome(task)?.type, "accepted");
});

test("FIN with a call in flight: it goes out again on the next connection, same xid, same port", () => {
  const sim = new Sim();
  sim.serve = () => undefined;
  const task = sim.call();
  sim.run(10);
  const port = sim.live()[0]!.localPort;
  sim.serve = reply;
  sim.finAll();
  sim.run(1_000);
  const outcome = sim.outcome(task);
  assert.equal(outcome?.type, "accepted");
  assert.equal(outcome?.attempts, 2);
  assert.equal(sim.live()[0]!.localPort, port);
});

test("a server that accepts and closes is tried ever more rarely, never in a tight loop", () => {
  const sim = new Sim();
  sim.slam = true;
  sim.serve = () => undefined;
  sim.call();
  sim.run(60_000);
  assert(sim.steps.connects < 60, `${sim.steps.connects} connects in a minute`);
  assert(sim.steps.connects > 10, `${sim.steps.connects} connects in a minute`);
  sim.slam = false;
  sim.serve = reply;
  sim.run(2_500);
  assert.equal(sim.settled.size, 1);
});

test("every retry cycle sleeps: one minute of each kind of trouble takes a bounded number of steps", () => {
  for (const weather of ["blackhole", "unreachable", "refused"] as const) {
    const sim = new Sim();
    sim.weather = weather;
    sim.call();
    sim.run(60_000);
    assert(sim.steps.count < 2_000, `${weather}: ${sim.steps.count} steps`);
    assert(sim.steps.connects > 20, `${weather}: ${sim.steps.connects} connects`);
  }
});

test("soft: EIO at the major timeout, softerr: ETIMEDOUT, and what was sent is said", () => {
  for (const [mode, code] of [
    ["soft", "EIO"],
    ["softerr", "ETIMEDOUT"],
  ] as const) {
    const never = new Sim();
    never.weather = "unreachable";
    const a = never.call({ ...SOFT, mode });
    never.run(5_999);
    assert.equal(never.outcome(a), undefined);
    never.run(2);
    const why = "connection to server:2049 failed 35 times (EINVAL); next attempt in 0.1 s";
    assert.deepEqual(never.outcome(a), { type: "unanswered", code, sent: "never", attempts: 0, why });

    const maybe = new Sim();
    maybe.serve = () => undefined;
    const b = maybe.call({ ...SOFT, mode });
    maybe.run(6_001);
    const outcome = maybe.outcome(b);
    assert(outcome?.type === "unanswered" && outcome.code === code && outcome.sent === "maybe");
  }
});

test("hard: announces the major timeout once, goes on, and announces the recovery", () => {
  const sim = new Sim();
  sim.weather = "blackhole";
  const task = sim.call();
  sim.run(1_000_000);
  assert.equal(sim.outcome(task), undefined);
  assert.equal(sim.notices.filter((n) => n.kind === "not-responding").length, 1);
  sim.weather = "fine";
  sim.run(10_000);
  assert.equal(sim.outcome(task)?.type, "accepted");
  assert.equal(sim.notices.filter((n) => n.kind === "responding").length, 1);
});

test("a deadline ends a hard call; its late reply is swallowed and the connection goes on", () => {
  const sim = new Sim();
  let held: Uint8Array | undefined;
  sim.serve = (record) => {
    held = record;
    return undefined;
  };
  const task = sim.call(HARD, 500);
  sim.run(501);
  const why = "sent 0.5 s ago, waiting for the reply, server last heard 0.5 s ago";
  assert.deepEqual(sim.outcome(task), {
    type: "unanswered",
    code: "ETIMEDOUT",
    sent: "maybe",
    attempts: 1,
    why,
  });
  assert.equal(sim.core.size, 1, "the xid stays taken until its reply came");
  sim.serve = reply;
  sim.post({ type: "data", cookie: sim.live()[0]!.cookie, bytes: reply(held!) });
  assert.equal(sim.core.size, 0);
  const next = sim.call();
  sim.run(10);
  assert.equal(sim.outcome(next)?.type, "accepted");
  assert.equal(sim.steps.connects, 1);
});

test("cancel settles at once in every state, says what was sent, and frees the slot in the end", () => {
  const sim = new Sim({ slots: 1 });
  sim.weather = "blackhole";
  const connecting = sim.call();
  const slotless = sim.call();
  sim.post({ type: "cancel", task: connecting });
  sim.post({ type: "cancel", task: slotless });
  for (const task of [connecting, slotless]) {
    assert.deepEqual(sim.outcome(task), {
      type: "unanswered",
      code: "ECANCELED",
      sent: "never",
      attempts: 0,
    });
  }
  sim.weather = "fine";
  sim.serve = () => undefined;
  const sent = sim.call();
  sim.run(5_000);
  sim.post({ type: "cancel", task: sent });
  const outcome = sim.outcome(sent);
  assert(outcome?.type === "unanswered" && outcome.sent === "maybe");
  const next = sim.call();
  sim.serve = reply;
  sim.restartServer();
  sim.run(5_000);
  assert.equal(sim.outcome(next)?.type, "accepted", "the slot came free with the connection");
});

test("softconn: the first failed connect ends the call with its code", () => {
  const sim = new Sim();
  sim.weather = "refused";
  const task = sim.call({ ...HARD, softconn: true });
  sim.run(100);
  assert.deepEqual(sim.outcome(task), {
    type: "unanswered",
    code: "ECONNREFUSED",
    sent: "never",
    attempts: 0,
  });
});

test("a port that somebody took is given up at once, and said when a resend is concerned", () => {
  const sim = new Sim();
  sim.serve = () => undefined;
  const task = sim.call();
  sim.run(10);
  const port = sim.live()[0]!.localPort;
  sim.takenPorts.add(port);
  sim.serve = reply;
  sim.restartServer();
  sim.run(1_000);
  assert.equal(sim.outcome(task)?.type, "accepted");
  assert(sim.notices.some((n) => n.kind === "port-changed"));
});

test("close settles everything at once and closes every socket", () => {
  const sim = new Sim({ nconnect: 2, slots: 1 });
  sim.serve = () => undefined;
  const tasks = Array.from({ length: 6 }, () => sim.call());
  sim.run(2_500);
  sim.post({ type: "close" });
  for (const task of tasks) {
    const outcome = sim.outcome(task);
    assert(outcome?.type === "unanswered" && outcome.code === "ECLOSED");
  }
  assert.equal(sim.live().length, 0);
  assert.equal(sim.core.size, 0);
  assert.equal(sim.core.deadline, undefined);
  const late = sim.call();
  assert.equal(sim.outcome(late)?.type, "unanswered");
});

test("an unused connection is closed, and made again for the next call", () => {
  const sim = new Sim({ idleMs: 1_000 });
  sim.call();
  sim.run(900);
  sim.call();
  sim.run(900);
  assert.equal(sim.live().length, 1);
  sim.run(300);
  assert.equal(sim.live().length, 0);
  const task = sim.call();
  sim.run(10);
  assert.equal(sim.outcome(task)?.type, "accepted");
});

test("a peer that sends senseless records: EPROTO in the end, with pauses between", () => {
  const sim = new Sim();
  sim.serve = (record) => {
    const bytes = reply(record);
    bytes[15] = 9;
    return bytes;
  };
  const task = sim.call();
  sim.run(60_000);
  const outcome = sim.outcome(task);
  assert(outcome?.type === "unanswered" && outcome.code === "EPROTO", JSON.stringify(outcome));
});

test("a corrupt record mark swallows the replies after it, but not for ever", () => {
  const sim = new Sim();
  sim.call();
  sim.run(10);
  sim.serve = (record) => {
    const bytes = reply(record);
    bytes[1] = 1;
    sim.serve = reply;
    return bytes;
  };
  const task = sim.call();
  for (let s = 0; s < 200; s++) {
    sim.call();
    sim.run(1_000);
  }
  assert.equal(sim.outcome(task)?.type, "accepted");
  assert.equal(sim.settled.size, 202, "nothing is left behind");
});

test("a full send buffer makes calls wait in order, and its emptying lets them go", () => {
  const sim = new Sim({ sendBufferBytes: 100 });
  sim.call();
  sim.run(10);
  const tasks = Array.from({ length: 20 }, () => sim.call());
  const spaces = sim.core.snapshot(sim.now).calls.filter((c) => c.reason.code === "space");
  assert(spaces.length > 10, `${spaces.length} wait for space`);
  sim.run(50);
  for (const task of tasks) assert.equal(sim.outcome(task)?.type, "accepted");
});

test("UDP: datagrams into an outage are repeated as soon as the server is heard again", () => {
  const sim = new Sim({ kind: "datagram" });
  sim.serve = (record) => reply(record).subarray(4);
  sim.call();
  sim.run(10);
  sim.serve = () => undefined;
  const task = sim.call({ ...HARD, timeoMs: 20_000, backoff: "exponential" });
  sim.run(10_000);
  sim.serve = (record) => reply(record).subarray(4);
  sim.run(500);
  assert.equal(sim.outcome(task)?.type, "accepted");
  assert.equal(sim.steps.connects, 1);
});

test("a call that went out just before its major timeout does not go out again at it", () => {
  const sim = new Sim();
  sim.weather = "unreachable";
  sim.call();
  sim.run(179_500);
  sim.serve = () => undefined;
  sim.weather = "fine";
  const attempts = () => sim.core.snapshot(sim.now).calls[0]!.attempts;
  sim.run(400);
  assert.equal(attempts(), 1, "it went out when the way was open again");
  sim.run(200);
  assert.equal(sim.notices.filter(({ kind }) => kind === "not-responding").length, 1);
  assert.equal(attempts(), 1);
});

/** A call whose datagrams are lost until the probe asks; then its reply comes, or another's, at one moment with a new call. */
function silentDatagrams(): { sim: Sim; cookie: number; first: number; sends: (task: number) => number } {
  const sim = new Sim({ kind: "datagram" });
  const udp: typeof HARD = { ...HARD, timeoMs: 20_000, backoff: "exponential" };
  sim.serve = () => undefined;
  const first = sim.call(udp);
  sim.run(5_000, () => sim.core.snapshot(sim.now).calls[0]?.reason.code === "silent");
  const sends = (task: number): number =>
    sim.core.snapshot(sim.now).calls.find((call) => call.task === task)?.attempts ?? 0;
  return { sim, cookie: sim.live()[0]!.cookie, first, sends };
}

test("UDP: a call is not sent again while its reply comes in", () => {
  const { sim, cookie, first } = silentDatagrams();
  const sent = () => sim.effects.filter(({ type }) => type === "send").length;
  const before = sent();
  const record = sim.effects.find((effect) => effect.type === "send")!.record;
  sim.post({
    type: "data",
    cookie,
    bytes: reply(new Uint8Array([0, 0, 0, 0, ...viewOf(record)])).subarray(4),
  });
  assert.equal(sim.outcome(first)?.type, "accepted");
  assert.equal(sent(), before);
});

test("UDP: a call made at the moment the server is heard again goes out once", () => {
  const { sim, cookie, sends, first } = silentDatagrams();
  const second = sim.call();
  const stray = new Uint8Array(24);
  stray[7] = 1;
  sim.post({ type: "data", cookie, bytes: stray });
  assert.equal(sends(second), 1);
  assert.equal(sends(first), 2, "what was sent before the silence is repeated");
});

test("every wait has a reason one can print", () => {
  const sim = new Sim({ slots: 2 });
  sim.call();
  sim.run(10);
  sim.weather = "unreachable";
  const tasks = [sim.call(), sim.call(), sim.call()];
  sim.run(1);
  const seen = new Set<string>();
  const look = (): void => {
    for (const call of sim.core.snapshot(sim.now).calls) {
      assert(call.reason.text.length > 10);
      seen.add(call.reason.code);
    }
  };
  for (let i = 0; i < 100; i++) {
    sim.run(50);
    look();
  }
  sim.weather = "blackhole";
  sim.resetAll();
  for (let i = 0; i < 100; i++) {
    sim.run(50);
    look();
  }
  assert.deepEqual([...seen].sort(), ["backoff", "connecting", "reply", "silent", "slot"]);
  sim.weather = "fine";
  sim.run(3_000);
  for (const task of tasks) assert.equal(sim.outcome(task)?.type, "accepted");
});
