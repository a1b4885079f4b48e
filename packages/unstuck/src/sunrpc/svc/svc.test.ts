import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { InvariantError } from "../errors.js";
import { authSys, refusalReply } from "../msg/mod.js";
import { writeMark } from "../record.js";
import { Dispatcher, Svc, writeResults } from "./mod.js";
import type { Call, Peer, SvcEvent } from "./port.js";
import {
  callRecord,
  join,
  NO_MARK,
  PEER,
  Rig,
  readReplies,
  readReply,
  TEST_V2,
  TEST_V4,
  testService,
} from "./rig.fixture.js";
import { service } from "./service.js";

const XID = 77;
const sys = authSys({ machinename: "h", uid: 1000, gid: 100, gids: [7, 8] });
const junk = { flavor: 1, body: new Uint8Array(8).fill(255) };

test("every reply status", () => {
  const services = [
    testService(
      {},
      { auth: (cred) => (cred.flavor === "sys" && cred.uid === 0 ? "AUTH_TOOWEAK" : undefined) },
    ),
    service(TEST_V4, {}),
  ];
  const table: readonly [string, Parameters<typeof callRecord>[0], string][] = [
    ["success", { xid: XID, arg: 21 }, "77:42"],
    ["NULL without a handler", { xid: XID, proc: 0 }, "77:ok"],
    ["unknown program", { xid: XID, prog: 1 }, "77:PROG_UNAVAIL"],
    ["version between", { xid: XID, vers: 3, proc: 0 }, "77:PROG_MISMATCH 2..4"],
    ["unknown procedure", { xid: XID, proc: 9 }, "77:PROC_UNAVAIL"],
    ["procedure without handler", { xid: XID, proc: 2 }, "77:PROC_UNAVAIL"],
    ["no arguments", { xid: XID }, "77:GARBAGE_ARGS"],
    ["AUTH_SYS", { xid: XID, arg: 1, cred: sys }, "77:2"],
    ["malformed AUTH_SYS", { xid: XID, arg: 1, cred: junk }, "77:AUTH_ERROR AUTH_BADCRED"],
    [
      "unknown flavor",
      { xid: XID, arg: 1, cred: { flavor: 6, body: new Uint8Array(4) } },
      "77:AUTH_ERROR AUTH_BADCRED",
    ],
    [
      "AUTH_SHORT",
      { xid: XID, arg: 1, cred: { flavor: 2, body: new Uint8Array(4) } },
      "77:AUTH_ERROR AUTH_REJECTEDCRED",
    ],
    ["verifier with AUTH_SYS", { xid: XID, arg: 1, cred: sys, verf: junk }, "77:AUTH_ERROR AUTH_BADVERF"],
    [
      "the program's own policy",
      { xid: XID, arg: 1, cred: authSys({ machinename: "h", uid: 0, gid: 0 }) },
      "77:AUTH_ERROR AUTH_TOOWEAK",
    ],
    ["NULL with any credential", { xid: XID, proc: 0, cred: junk }, "77:ok"],
  ];
  for (const [name, spec, expected] of table) {
    const rig = new Rig(services).open(1).data(1, callRecord(spec));
    assert.deepEqual(rig.replies(1), [expected], name);
    assert.equal(rig.core.inFlight, 0, name);
  }
});

test("RPC_MISMATCH is denied with 2..2, a truncated call is garbage", () => {
  const mismatch = callRecord({ xid: XID, arg: 1 });
  mismatch[4 + 11] = 3;
  const truncated = callRecord({ xid: XID }).slice(0, 4 + 20);
  writeMark(truncated, 0, 20);
  const rig = new Rig().open(1).data(1, mismatch, truncated, callRecord({ xid: 78, arg: 1 }));
  assert.deepEqual(rig.replies(1), ["77:RPC_MISMATCH 2..2", "77:GARBAGE_ARGS", "78:2"]);
});

test("source ports above 1023 are too weak where a program says so; NULL is not asked", () => {
  const rig = new Rig([testService({}, { requireResvport: true })]);
  rig
    .open(1, { ...PEER, port: 1024 })
    .data(1, callRecord({ xid: 1, arg: 1 }), callRecord({ xid: 2, proc: 0 }));
  assert.deepEqual(rig.replies(1), ["1:AUTH_ERROR AUTH_TOOWEAK", "2:ok"]);
  rig.open(2, { ...PEER, port: 1023 }).data(2, callRecord({ xid: 1, arg: 1 }));
  assert.deepEqual(rig.replies(2), ["1:2"]);
});

test("handlers are told who calls", () => {
  let seen: unknown;
  const rig = new Rig([
    testService({
      TEST_DOUBLE: (n, { peer, cred, xid, proc }) => {
        seen = { peer, cred, xid, proc: proc.name };
        return n;
      },
    }),
  ]);
  rig.open(1).data(1, callRecord({ xid: 5, arg: 1, cred: sys }));
  assert.deepEqual(seen, {
    peer: PEER,
    cred: { flavor: "sys", stamp: 0, machinename: "h", uid: 1000, gid: 100, gids: [7, 8] },
    xid: 5,
    proc: "TEST_DOUBLE",
  });
});

test("a handler that throws, or gives what does not fit, is a SYSTEM_ERR and a notice; its neighbours are answered", () => {
  const rig = new Rig([
    testService({
      TEST_DOUBLE: (n) => {
        if (n === 1) throw new Error("boom");
        if (n === 2) return -1;
        if (n === 3) {
          return writeResults((w) => {
            w.uint32(1);
            throw new Error("half written");
          });
        }
        if (n === 4) return writeResults((w) => w.uint32(44));
        return n;
      },
    }),
  ]);
  rig.open(1).data(1, ...[0, 1, 2, 3, 4, 5].map((n) => callRecord({ xid: n, arg: n })));
  assert.deepEqual(rig.replies(1).sort(), [
    "0:0",
    "1:SYSTEM_ERR",
    "2:SYSTEM_ERR",
    "3:SYSTEM_ERR",
    "4:44",
    "5:5",
  ]);
  const failed = rig.notices.filter((n) => n.kind === "call-failed");
  assert.deepEqual(
    failed.map((n) => n.call.xid),
    [1, 2, 3],
  );
  assert.equal(rig.core.stats.failed, 3);
});

test("what comes later is answered later, in the order of completion", () => {
  const settle: ((n: number) => void)[] = [];
  const fail: ((e: unknown) => void)[] = [];
  const rig = new Rig([
    testService({
      TEST_DOUBLE: () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
        then(onValue: (n: number) => void, onError: (e: unknown) => void) {
          settle.push(onValue);
          fail.push(onError);
        },
      }),
    }),
  ]);
  rig
    .open(1)
    .data(1, callRecord({ xid: 1, arg: 1 }), callRecord({ xid: 2, arg: 1 }), callRecord({ xid: 3, proc: 0 }));
  assert.deepEqual(rig.replies(1), ["3:ok"]);
  fail[1]!(new Error("later"));
  settle[0]!(10);
  assert.deepEqual(rig.replies(1), ["3:ok", "2:SYSTEM_ERR", "1:10"]);
});

test("a call answered twice is our bug", () => {
  const rig = new Rig([testService()], {}, true);
  rig.open(1).data(1, callRecord({ xid: 1, arg: 1 }));
  const calls: readonly Call[] = [rig.held[0]!];
  rig.answer();
  assert.throws(() => rig.post({ type: "replied", calls, bytes: new Uint8Array(4) }), InvariantError);
});

test("any cut of a stream of calls gives the same replies", () => {
  const records = [0, 1, 2, 3, 4].map((n) =>
    callRecord({ xid: n, arg: n, cred: n % 2 ? sys : undefined! } as never),
  );
  const stream = join(...records);
  const whole = new Rig().open(1).data(1, stream).replies(1);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (cuts) => {
      const rig = new Rig().open(1);
      for (let at = 0, i = 0; at < stream.length; i++) {
        const n = cuts[i % cuts.length]!;
        rig.data(1, stream.subarray(at, at + n));
        at += n;
      }
      assert.deepEqual(rig.replies(1), whole);
    }),
  );
});

test("a reply-type message is dropped, the stream goes on", () => {
  const rig = new Rig()
    .open(1)
    .data(1, refusalReply(1, { code: "SYSTEM_ERR" }), callRecord({ xid: 2, arg: 1 }));
  assert.deepEqual(rig.replies(1), ["2:2"]);
  assert.deepEqual(rig.log, []);
});

test("what is no RPC ends the stream, after the replies it is owed", () => {
  const short = new Uint8Array(8);
  writeMark(short, 0, 4);
  const notRpc = callRecord({ xid: 1, arg: 1 });
  notRpc[4 + 7] = 9;
  const oversize = new Uint8Array(4);
  writeMark(oversize, 0, 0x7fffffff);
  for (const bad of [short, notRpc, oversize]) {
    const rig = new Rig([testService()], {}, true).open(1).data(1, callRecord({ xid: 1, arg: 1 }), bad);
    assert.deepEqual(rig.log, ["pause 1"]);
    rig.data(1, callRecord({ xid: 2, arg: 1 }));
    rig.answer();
    assert.deepEqual(rig.replies(1), ["1:2"]);
    assert.deepEqual(rig.log, ["pause 1", "close 1"]);
    assert.deepEqual(
      rig.notices.map((n) => (n.kind === "gone" ? n.why : n.kind)),
      ["bad-record", "bad-record"],
    );
  }
});

test("a client that half-closes still gets its replies", () => {
  const rig = new Rig([testService()], { callsPerConn: 1 }, true).open(1);
  rig.data(1, callRecord({ xid: 1, arg: 1 }), callRecord({ xid: 2, arg: 2 })).post({ type: "fin", conn: 1 });
  rig.answer();
  rig.answer();
  assert.deepEqual(rig.replies(1), ["1:2", "2:4"]);
  assert.equal(rig.log.at(-1), "close 1");
  assert.equal(rig.core.connections, 0);
});

test("datagrams: answered to their sender; what deserves no answer is dropped, the socket lives", () => {
  const rig = new Rig([testService()], { calls: 1 }, true);
  const own: Peer = { address: "127.0.0.1", port: 111, transport: "udp" };
  const [a, b] = [600, 601].map((port): Peer => ({ address: "192.0.2.9", port, transport: "udp" }));
  const datagram = (from: Peer, bytes: Uint8Array) =>
    rig.post({ type: "data", conn: 1, bytes: bytes.subarray(NO_MARK), from });
  rig.open(1, own, "datagram");
  datagram(a!, callRecord({ xid: 1, arg: 4 }));
  datagram(b!, callRecord({ xid: 2, arg: 5 }));
  assert.ok(rig.notices.some((n) => n.kind === "overloaded" && n.peer.port === 601));
  rig.answer();
  datagram(b!, callRecord({ xid: 2, arg: 5 }));
  rig.answer();
  datagram(a!, new Uint8Array(8));
  datagram(a!, callRecord({ xid: 3, prog: 5 }));
  rig.post({ type: "error", conn: 1, code: "ECONNREFUSED" });
  assert.deepEqual(
    rig.datagrams.map((d) => `${d.to.port} ${d.reply}`),
    ["600 1:8", "601 2:10", "600 3:PROG_UNAVAIL"],
  );
  assert.equal(rig.core.connections, 1);
  rig.post({ type: "drain", until: 9e9 });
  assert.deepEqual(rig.log, ["close 1"]);
});

test("a datagram from port 0, which nobody can answer, is dropped", () => {
  const rig = new Rig().open(1, { ...PEER, transport: "udp" }, "datagram");
  const from: Peer = { address: "192.0.2.7", port: 0, transport: "udp" };
  rig.post({ type: "data", conn: 1, bytes: callRecord({ xid: 1, arg: 4 }).subarray(NO_MARK), from });
  assert.deepEqual(rig.datagrams, []);
  assert.equal(rig.core.stats.dropped, 1);
});

test("a reply too long for a datagram is a SYSTEM_ERR, not silence", () => {
  const rig = new Rig([testService()], { datagramBytes: 27 });
  rig.open(1, { ...PEER, transport: "udp" }, "datagram");
  const bytes = callRecord({ xid: 3, arg: 1 }).subarray(NO_MARK);
  rig.post({ type: "data", conn: 1, bytes, from: PEER });
  assert.deepEqual(
    rig.datagrams.map((d) => d.reply),
    ["3:SYSTEM_ERR"],
  );
});

test("large arguments go back to the pool after their answer, if the program allows it", () => {
  const big = (xid: number) => {
    const head = callRecord({ xid, arg: 1 });
    const record = join(head, new Uint8Array(100_000));
    writeMark(record, 0, record.length - 4);
    return record;
  };
  for (const recycleArgs of [true, false]) {
    const rig = new Rig([testService({}, { recycleArgs })], {}, true).open(1);
    rig.data(1, big(1));
    const first = rig.held[0]!.record.bytes.buffer;
    rig.answer();
    rig.data(1, big(2));
    assert.equal(rig.held[0]!.record.bytes.buffer === first, recycleArgs);
  }
});

test("random bytes never throw and never leave a call behind", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 80 })), (chunks) => {
      const rig = new Rig().open(1);
      for (const bytes of chunks) rig.post({ type: "data", conn: 1, bytes });
      for (const bytes of chunks) {
        const framed = join(new Uint8Array(4), bytes);
        writeMark(framed, 0, bytes.length);
        rig.data(1, framed);
      }
      assert.equal(rig.core.inFlight, 0);
      for (const reply of rig.sent.get(1) ?? []) assert.doesNotMatch(readReply(reply.subarray(4)), /^bad/);
    }),
  );
});

test("a service refuses handlers of unknown procedures and versions given twice", () => {
  assert.throws(
    () => service(TEST_V2, { TEST_TYPO: () => undefined } as never),
    /has no procedure TEST_TYPO/,
  );
  assert.throws(() => new Rig([testService(), testService()]), /TEST_V2 .* given twice/);
});

test("a tail is sent from where it lies, padded; a short one is copied; both are released", () => {
  for (const length of [10, 20_001]) {
    const released: number[] = [];
    const bytes = new Uint8Array(length).fill(9);
    const handler = () =>
      writeResults((w) => w.uint32(length), { bytes, release: () => released.push(length) });
    const tails: unknown[] = [];
    const core = new Svc([testService({ TEST_DOUBLE: handler })]);
    const inbox: SvcEvent[] = [];
    const dispatcher = new Dispatcher((event) => inbox.push(event));
    const out: Uint8Array[] = [];
    inbox.push({ type: "accepted", conn: 1, kind: "stream", peer: PEER });
    inbox.push({
      type: "data",
      conn: 1,
      bytes: join(callRecord({ xid: 1, arg: 1 }), callRecord({ xid: 2, proc: 0 })),
    });
    for (let e = inbox.shift(); e !== undefined; e = inbox.shift()) {
      for (const effect of core.step(0, e)) {
        if (effect.type === "invoke") dispatcher.invoke(effect.calls);
        if (effect.type === "send") {
          out.push(effect.bytes);
          if (effect.tail !== undefined) tails.push(effect.bytes.buffer);
        }
      }
    }
    assert.deepEqual(readReplies(join(...out)), [`1:${length}`, "2:ok"]);
    assert.deepEqual(tails, length === 10 ? [] : [bytes.buffer]);
    assert.deepEqual(released, length === 10 ? [10] : [], "a long one is the driver's to release");
    assert.equal(join(...out).length, 28 + 4 + ((length + 3) & ~3) + 28);
  }
});

test("a tail nobody wants any more is given back; a datagram is one piece", () => {
  const bytes = new Uint8Array(20_000);
  const slow = testService({ TEST_DOUBLE: () => writeResults((w) => w.uint32(bytes.length), { bytes }) });
  const gone = new Rig([slow], {}, true).open(1).data(1, callRecord({ xid: 1, arg: 1 }));
  gone.post({ type: "error", conn: 1, code: "ECONNRESET" }).answer();
  assert.deepEqual(gone.log, ["abort 1", "unused"]);
  const udp = new Rig([slow]).open(1, { ...PEER, transport: "udp" }, "datagram");
  udp.post({ type: "data", conn: 1, bytes: callRecord({ xid: 1, arg: 1 }).subarray(NO_MARK), from: PEER });
  assert.deepEqual(udp.log, ["unused"]);
  assert.deepEqual(
    udp.datagrams.map((d) => d.reply),
    ["1:20000"],
  );
});
