import assert from "node:assert/strict";
import { test } from "node:test";
import { writeResults } from "./mod.js";
import { callRecord, Rig, testService } from "./rig.fixture.js";

test("calls in flight are limited per connection; reading stops, and starts again at half", () => {
  const rig = new Rig([testService()], { callsPerConn: 4 }, true).open(1);
  rig.data(1, ...[1, 2, 3, 4].map((n) => callRecord({ xid: n, arg: n })));
  assert.deepEqual(rig.log, [], "exactly full is not too much");
  rig.data(1, ...[5, 6].map((n) => callRecord({ xid: n, arg: n })));
  assert.equal(rig.held.length, 4);
  assert.deepEqual(rig.log, ["pause 1"]);
  rig.answer(2);
  assert.equal(rig.held.length, 4);
  assert.deepEqual(rig.log, ["pause 1"]);
  rig.answer(1);
  assert.deepEqual(rig.log, ["pause 1"], "three left is more than half");
  rig.answer(1);
  assert.deepEqual(rig.log, ["pause 1", "resume 1"]);
  rig.answer(2);
  assert.deepEqual(
    rig.replies(1),
    [1, 2, 3, 4, 5, 6].map((n) => `${n}:${2 * n}`),
  );
});

test("calls in flight are limited for the whole server; connections take turns, nobody starves", () => {
  const rig = new Rig([testService()], { calls: 2, callsPerConn: 2 }, true);
  for (const conn of [1, 2, 3])
    rig.open(conn).data(conn, callRecord({ xid: 1, arg: 1 }), callRecord({ xid: 2, arg: 2 }));
  const order: number[] = [];
  for (let i = 0; i < 6; i++) {
    assert.ok(rig.held.length <= 2);
    order.push(rig.held[0]!.conn);
    rig.answer();
  }
  for (const conn of [1, 2, 3]) assert.deepEqual(rig.replies(conn), ["1:2", "2:4"]);
  assert.equal(
    new Set(order.slice(0, 4)).size,
    3,
    `all connections are served before any is served out: ${order}`,
  );
  assert.deepEqual(rig.log, ["pause 2", "pause 3", "resume 2", "resume 3"]);
});

test("a peer that takes no replies is not read any more, and reset after sendTimeoutMs without progress", () => {
  const rig = new Rig([testService()], { unsentBytes: 50, sendTimeoutMs: 1000 }).open(1);
  rig.reads = false;
  for (let n = 1; n <= 10; n++) rig.data(1, callRecord({ xid: n, arg: n }));
  assert.deepEqual(rig.log, ["pause 1"]);
  const owed = rig.unread(1);
  assert.ok(owed <= 50 + 32, `${owed} bytes are owed`);
  rig.at(1500).post({ type: "writable", conn: 1, bytes: 4 });
  rig.at(2400);
  assert.deepEqual(rig.log, ["pause 1"], "progress counts");
  rig.at(2500);
  assert.deepEqual(rig.log, ["pause 1", "abort 1"]);
  assert.ok(rig.notices.some((n) => n.kind === "gone" && n.why === "stuck"));
});

test("large replies let fewer calls in: what is owed stays near its bound", () => {
  const limits = { unsentBytes: 1_000_000 };
  const big = testService({
    TEST_DOUBLE: () => writeResults((w) => w.opaqueFixed(new Uint8Array(10_000), 10_000)),
  });
  const rig = new Rig([big], limits).open(1);
  rig.reads = false;
  rig.data(1, ...Array.from({ length: 200 }, (_, n) => callRecord({ xid: n, arg: n })));
  assert.ok(rig.unread(1) > 900_000 && rig.unread(1) < 1_200_000, `${rig.unread(1)} bytes are owed`);
});

test("a peer that reads again is served to the end", () => {
  const rig = new Rig([testService()], { unsentBytes: 50 }).open(1);
  rig.reads = false;
  for (let n = 1; n <= 10; n++) rig.data(1, callRecord({ xid: n, arg: n }));
  rig.reads = true;
  rig.post({ type: "writable", conn: 1, bytes: rig.unread(1) });
  assert.equal(rig.replies(1).length, 10);
  assert.equal(rig.log.at(-1), "resume 1");
});

test("idle connections are closed after idleMs; calls in flight and half calls are told apart", () => {
  const rig = new Rig([testService()], { idleMs: 100 }, true).open(1).open(2);
  rig.data(1, callRecord({ xid: 1, arg: 1 }));
  rig.at(1099);
  assert.deepEqual(rig.log, []);
  rig.at(1100);
  assert.deepEqual(rig.log, ["close 2"]);
  rig.at(2000);
  rig.answer();
  rig.at(2099);
  assert.deepEqual(rig.log, ["close 2"]);
  rig.at(2200);
  assert.deepEqual(rig.log, ["close 2", "close 1"]);
});

test("without idleMs an idle server has no deadline", () => {
  const rig = new Rig().open(1).data(1, callRecord({ xid: 1, arg: 1 }));
  rig.at(1e6);
  assert.equal(rig.core.deadline, undefined);
  assert.equal(rig.core.connections, 1);
});

test("drain: idle ones close at once, busy ones after their replies, the rest is reset at its end", () => {
  const rig = new Rig([testService()], {}, true).open(1).open(2).open(3);
  rig.data(2, callRecord({ xid: 1, arg: 1 }), callRecord({ xid: 9, arg: 1 }).slice(0, 10));
  rig.data(3, callRecord({ xid: 2, arg: 2 }));
  rig.post({ type: "drain", until: 1500 });
  assert.deepEqual(rig.log, ["pause 1", "close 1", "pause 2", "pause 3"]);
  rig.answer();
  assert.deepEqual(rig.replies(2), ["1:2"]);
  assert.equal(rig.log.at(-1), "close 2");
  rig.open(4);
  assert.equal(rig.log.at(-1), "abort 4");
  rig.at(1499);
  assert.equal(rig.core.connections, 1);
  rig.at(1500);
  assert.equal(rig.log.at(-1), "abort 3");
  assert.equal(rig.core.connections, 0);
  rig.answer();
  assert.equal(rig.core.inFlight, 0, "an answer to nobody is forgotten");
  assert.equal(rig.core.deadline, undefined);
});

test("more connections than allowed are reset at once", () => {
  const rig = new Rig([testService()], { connections: 1 }).open(1).open(2);
  assert.deepEqual(rig.log, ["abort 2"]);
  assert.ok(rig.notices.some((n) => n.kind === "too-many-connections"));
});
