import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { callRecord, PEER, Rig, TEST_V2, testService } from "./rig.fixture.js";
import { service, writeResults } from "./service.js";

const ONCE = { once: ["TEST_DOUBLE"] };
const CALL = callRecord({ xid: 7, arg: 21 });

/** A server whose calls wait for `answer`; how often each argument was executed. */
function held(limits: ConstructorParameters<typeof Rig>[1] = {}) {
  const ran: number[] = [];
  const double = (n: number) => {
    ran.push(n);
    return 2 * n;
  };
  const rig = new Rig([testService({ TEST_DOUBLE: double }, ONCE)], limits, true);
  return { rig, ran };
}

test("a resend of an answered call gets the same reply, and the call runs once", () => {
  const { rig, ran } = held();
  rig.open(1).data(1, CALL).answer();
  rig.post({ type: "error", conn: 1, code: "ECONNRESET" });
  rig.open(2).data(2, CALL).answer();
  assert.deepEqual([rig.replies(1), rig.replies(2), ran], [["7:42"], ["7:42"], [21]]);
  assert.deepEqual(rig.core.stats.repeated, 1);
});

test("a resend while the call runs waits for its answer, which goes to every connection that is left", () => {
  const { rig, ran } = held();
  rig.open(1).data(1, CALL);
  rig.post({ type: "error", conn: 1, code: "ECONNRESET" });
  rig.open(2).data(2, CALL).open(3).data(3, CALL).data(3, CALL);
  assert.deepEqual(
    rig.core.snapshot().map(({ inFlight }) => inFlight),
    [1, 1],
    "it counts as in flight, once a connection",
  );
  rig.answer();
  assert.deepEqual([rig.replies(1), rig.replies(2), rig.replies(3), ran], [[], ["7:42"], ["7:42"], [21]]);
  assert.equal(rig.core.inFlight, 0);
  assert.equal(rig.core.stats.joined, 3);
});

test("a connection that ended is closed when the answer it waits for is out", () => {
  const { rig } = held();
  rig.open(1).data(1, CALL).open(2).data(2, CALL);
  rig.post({ type: "fin", conn: 2 });
  assert.deepEqual(rig.log, []);
  rig.answer();
  assert.deepEqual([rig.replies(2), rig.log], [["7:42"], ["close 2"]]);
});

test("what differs in xid, port, arguments or credential is another call", () => {
  const { rig, ran } = held();
  const cred = { flavor: 0, body: new Uint8Array(4) };
  rig.open(1).open(2, { ...PEER, port: 901 });
  rig.data(1, CALL, callRecord({ xid: 8, arg: 21 }), callRecord({ xid: 7, arg: 22 }));
  rig
    .data(1, callRecord({ xid: 7, arg: 21, cred }))
    .data(2, CALL)
    .answer(5);
  assert.deepEqual(ran, [21, 21, 22, 21, 21]);
});

test("calls that may run twice do", () => {
  const ran: number[] = [];
  const rig = new Rig([testService({ TEST_DOUBLE: (n) => ran.push(n) })]);
  rig.open(1).data(1, CALL, CALL);
  assert.deepEqual([ran, rig.core.stats.cachedReplies], [[21, 21], 0]);
});

test("a call that threw may have run: its refusal is its answer; one whose arguments made no sense did not", () => {
  let ran = 0;
  const broken = () => {
    ran++;
    throw new Error("by design");
  };
  const rig = new Rig([testService({ TEST_DOUBLE: broken }, ONCE)]);
  rig.open(1).data(1, CALL).data(1, CALL);
  rig.data(1, callRecord({ xid: 9 })).data(1, callRecord({ xid: 9 }));
  assert.deepEqual(rig.replies(1), ["7:SYSTEM_ERR", "7:SYSTEM_ERR", "9:GARBAGE_ARGS", "9:GARBAGE_ARGS"]);
  assert.deepEqual([ran, rig.core.stats.repeated], [1, 1]);
});

test("a reply that is too long is not kept, and its call does not run again for that", () => {
  const { rig, ran } = held({ cachedReplyBytes: 31 });
  rig.open(1).data(1, CALL).answer().data(1, CALL);
  assert.deepEqual([rig.replies(1), ran], [["7:42", "7:SYSTEM_ERR"], [21]]);
});

test("kept replies are bounded by number, bytes and age, and the oldest go first", () => {
  const rows: [string, ConstructorParameters<typeof Rig>[1], number, number][] = [
    ["number", { cachedReplies: 2 }, 1, 0],
    ["bytes", { cachedBytes: 80 }, 1, 0],
    ["age", { cachedMs: 1000 }, 0, 1000],
  ];
  for (const [what, limits, evicted, waitMs] of rows) {
    const { rig, ran } = held(limits);
    rig.open(1);
    for (const xid of [1, 2, 3]) rig.data(1, callRecord({ xid, arg: xid })).answer();
    rig.now += waitMs;
    rig.data(1, callRecord({ xid: 1, arg: 1 })).answer();
    assert.deepEqual(ran, [1, 2, 3, 1], what);
    rig.now -= waitMs;
    rig.data(1, callRecord({ xid: 3, arg: 3 })).answer();
    assert.deepEqual(ran.length, what === "age" ? 5 : 4, `${what}: the newest`);
    assert(rig.core.stats.evicted >= evicted && (what !== "age" || rig.core.stats.evicted === 0), what);
    assert(rig.core.stats.cachedBytes <= 4 * 32, what);
  }
});

test("over UDP the resend's answer goes to who asked, without a mark", () => {
  const { rig, ran } = held();
  const from = { ...PEER, transport: "udp" } as const;
  rig.open(1, from, "datagram");
  const ask = () => rig.post({ type: "data", conn: 1, bytes: CALL.subarray(4), from });
  ask();
  ask();
  rig.answer();
  ask();
  assert.deepEqual(ran, [21]);
  assert.deepEqual(rig.datagrams, [
    { to: from, reply: "7:42" },
    { to: from, reply: "7:42" },
  ]);
});

test("a reply that was too long for a datagram is refused to a resend as it was the first time", () => {
  const { rig, ran } = held({ datagramBytes: 27 });
  const from = { ...PEER, transport: "udp" } as const;
  rig.open(1, from, "datagram");
  for (let i = 0; i < 2; i++) rig.post({ type: "data", conn: 1, bytes: CALL.subarray(4), from }).answer();
  assert.deepEqual([rig.datagrams.map(({ reply }) => reply), ran], [["7:SYSTEM_ERR", "7:SYSTEM_ERR"], [21]]);
});

test("replies of a batch, and one that ends in a tail, are kept each by itself", () => {
  const tail = new Uint8Array(20_001).fill(5);
  const program = {
    ...TEST_V2,
    procedures: {
      ...TEST_V2.procedures,
      TEST_TAIL: { ...TEST_V2.procedures.TEST_DOUBLE, name: "TEST_TAIL", proc: 3 },
    },
  };
  const handlers = {
    TEST_DOUBLE: (n: number) => 2 * n,
    TEST_TAIL: () => writeResults((w) => w.uint32(tail.length), { bytes: tail }),
  };
  const rig = new Rig([service(program, handlers, { once: ["TEST_DOUBLE", "TEST_TAIL"] })]);
  const calls = [
    callRecord({ xid: 1, arg: 1 }),
    callRecord({ xid: 2, arg: 2 }),
    callRecord({ xid: 3, proc: 3, arg: 3 }),
  ];
  rig.open(1).data(1, ...calls);
  rig.open(2).data(2, ...calls);
  assert.deepEqual(rig.sent.get(2)?.length, 3);
  assert.deepEqual(Buffer.concat(rig.sent.get(2)!), Buffer.concat(rig.sent.get(1)!));
});

test("an unknown name is an error that says which there are", () => {
  assert.throws(() => testService({}, { once: ["TEST_DUOBLE"] }), /no procedure TEST_DUOBLE: .*TEST_DOUBLE/);
});

test("whatever is lost and sent again, a call runs once and all its replies are the same", () => {
  const deed = fc.oneof(
    fc.record({ do: fc.constant("send" as const), call: fc.nat(5), conn: fc.nat(2) }),
    fc.constant({ do: "answer" as const, call: 0, conn: 0 }),
    fc.record({ do: fc.constant("cut" as const), call: fc.constant(0), conn: fc.nat(2) }),
  );
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      const { rig, ran } = held({ calls: 4, callsPerConn: 3 });
      let newest = 3;
      const conns = [1, 2, 3];
      for (const id of conns) rig.open(id);
      const all = new Map<number, string[]>();
      for (const { do: what, call, conn } of deeds) {
        if (what === "send") rig.data(conns[conn]!, callRecord({ xid: call, arg: 100 + call }));
        else if (what === "answer") rig.answer();
        else {
          rig.post({ type: "error", conn: conns[conn]!, code: "ECONNRESET" });
          conns[conn] = ++newest;
          rig.open(newest);
        }
      }
      while (rig.held.length > 0) rig.answer();
      assert.equal(new Set(ran).size, ran.length, `ran: ${ran}`);
      for (let id = 1; id <= newest; id++) {
        for (const reply of rig.replies(id)) {
          const xid = Number(reply.split(":")[0]);
          all.set(xid, [...(all.get(xid) ?? []), reply]);
          assert.equal(reply, `${xid}:${2 * (100 + xid)}`);
        }
      }
      assert.deepEqual(
        [rig.core.inFlight, rig.core.snapshot().some(({ inFlight }) => inFlight > 0)],
        [0, false],
      );
    }),
    { seed: 2012, numRuns: 400 },
  );
});

test("a copy of the state goes its own way", async () => {
  const { Svc, SvcState } = await import("./mod.js");
  const services = [testService({}, ONCE)];
  const state = new SvcState();
  const core = new Svc(services, {}, state);
  core.step(0, { type: "accepted", conn: 1, kind: "stream", peer: PEER });
  core.step(0, { type: "data", conn: 1, bytes: CALL.subarray(0, 30) });
  const copied = state.clone();
  const copy = new Svc(services, {}, copied);
  core.step(0, { type: "error", conn: 1, code: "ECONNRESET" });
  const [invoke] = copy.step(0, { type: "data", conn: 1, bytes: CALL.subarray(30) });
  assert.equal(invoke?.type, "invoke");
  assert.deepEqual(
    [core.connections, copy.connections, copied.cache.running.size, state.cache.running.size],
    [0, 1, 1, 0],
  );
});
