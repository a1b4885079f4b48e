import assert from "node:assert/strict";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { XprtError } from "../sunrpc/mod.js";
import { ECHO, NULL, PROG, reply, until, within } from "./fixture.test.js";
import { clientOver, connect, HARD_UDP, QUICK, Resolver, type RpcClient, udpDialer } from "./mod.js";

const BYTES = Uint8Array.of(1, 2, 3, 4);

/** A UDP peer; `onDatagram` gets the record (no mark on a datagram). */
async function udpPeer(
  onDatagram: (record: Buffer, from: RemoteInfo, n: number) => void,
): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket("udp4");
  let n = 0;
  socket.on("message", (record, from) => onDatagram(record, from, n++));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { socket, port: socket.address().port };
}

function to(port: number, policy = HARD_UDP): Promise<RpcClient> {
  const auth = { flavor: "none" } as const;
  return connect({ host: "127.0.0.1", port, program: PROG, version: 1, proto: "udp", auth, policy });
}

function answer(socket: Socket, record: Buffer, from: RemoteInfo): void {
  socket.send(reply(record.readUInt32BE(0), record.subarray(40)).subarray(4), from.port, from.address);
}

test("a call over UDP is answered", async () => {
  const peer = await udpPeer((record, from) => answer(peer.socket, record, from));
  const client = await to(peer.port);
  assert.deepEqual(await within(5000, client.call(ECHO, BYTES)), BYTES);
  await client.close();
  peer.socket.close();
});

test("many calls of one turn are a datagram each", async () => {
  let most = 0;
  const peer = await udpPeer((record, from) => {
    most = Math.max(most, record.length);
    answer(peer.socket, record, from);
  });
  const client = await to(peer.port);
  await within(5000, Promise.all(Array.from({ length: 20 }, () => client.call(ECHO, BYTES))));
  assert.equal(most, 40 + 8);
  await client.close();
  peer.socket.close();
});

test("a lost datagram is sent again with the same xid, from the same port", async () => {
  const calls: string[] = [];
  const peer = await udpPeer((record, from, n) => {
    calls.push(`${from.port} ${record.readUInt32BE(0)}`);
    if (n >= 2) answer(peer.socket, record, from);
  });
  const client = await to(peer.port, { ...HARD_UDP, timeoMs: 20 });
  assert.deepEqual(await within(5000, client.call(ECHO, BYTES)), BYTES);
  assert.equal(new Set(calls).size, 1);
  assert.equal(calls.length, 3);
  await client.close();
  peer.socket.close();
});

test("softconn: ICMP's port unreachable ends the call", async () => {
  const peer = await udpPeer(() => {});
  peer.socket.close();
  const client = await to(peer.port, QUICK);
  await assert.rejects(within(5000, client.call(NULL, undefined)), { code: "ECONNREFUSED" });
  await client.close();
});

test("hard: port unreachable is transient", async () => {
  const first = await udpPeer(() => {});
  first.socket.close();
  const client = await to(first.port, { ...HARD_UDP, timeoMs: 20 });
  const call = client.call(ECHO, BYTES);
  await until(() => client.snapshot().xprts[0]!.history.some((h) => h.detail === "ECONNREFUSED"));
  const again = createSocket("udp4");
  again.on("message", (record, from) => answer(again, record, from));
  again.bind(first.port, "127.0.0.1");
  assert.deepEqual(await within(5000, call), BYTES);
  await client.close();
  again.close();
});

test("a call that fits no datagram is EMSGSIZE and was never sent", async () => {
  let datagrams = 0;
  const peer = await udpPeer(() => datagrams++);
  const client = await to(peer.port);
  await assert.rejects(client.call(ECHO, new Uint8Array(65_507)), (error) => {
    assert.ok(error instanceof XprtError);
    assert.deepEqual([error.code, error.sent], ["EMSGSIZE", "never"]);
    return true;
  });
  assert.equal(datagrams, 0);
  await client.close();
  peer.socket.close();
});

test("a name with several addresses: where nobody listens, the next one is tried", async () => {
  const peer = await udpPeer((record, from) => answer(peer.socket, record, from));
  const lookup = async () => [
    { address: "127.0.0.2", family: 4 },
    { address: "127.0.0.1", family: 4 },
  ];
  const resolver = new Resolver({ target: { host: "two.test", port: peer.port }, proto: "udp", lookup });
  const client = clientOver(udpDialer({ resolver, peer: "test" }), {
    policy: { ...QUICK, timeoMs: 20 },
    auth: { flavor: "none" },
  });
  assert.deepEqual(await within(5000, client.call(ECHO, BYTES)), BYTES);
  await client.close();
  peer.socket.close();
});

// Refuses; cannot be reached; says nothing (discard-only, RFC 6666).
for (const other of ["127.0.0.2", "fe80::1", "100::1"]) {
  test(`a name with several addresses: the server at the first restarts, nobody is ever at ${other}`, async (t) => {
    const first = await udpPeer((record, from) => answer(first.socket, record, from));
    const { port } = first;
    const lookup = async () => [
      { address: "127.0.0.1", family: 4 },
      { address: other, family: other.includes(":") ? 6 : 4 },
    ];
    const resolver = new Resolver({ target: { host: "two.test", port }, proto: "udp", lookup });
    const client = clientOver(udpDialer({ resolver, peer: "test" }), {
      policy: { ...HARD_UDP, timeoMs: 20 },
      auth: { flavor: "none" },
    });
    t.after(() => client.close());
    await within(5000, client.call(ECHO, BYTES));
    first.socket.close();
    const call = client.call(ECHO, BYTES);
    const pings = () => client.snapshot().xprts[0]!.bytesSent;
    const before = pings();
    await until(() => pings() > before + 3 * 40);
    const again = createSocket("udp4");
    t.after(() => again.close());
    again.on("message", (record, from) => answer(again, record, from));
    again.bind(port, "127.0.0.1");
    assert.deepEqual(await within(5000, call), BYTES);
  });
}

test("a name with several addresses: the next one is tried when the first cannot even be bound", async (t) => {
  const peer = await udpPeer((record, from) => answer(peer.socket, record, from));
  t.after(() => peer.socket.close());
  const lookup = async () => [
    { address: "fe80::1", family: 6 }, // without a zone: EINVAL
    { address: "127.0.0.1", family: 4 },
  ];
  const resolver = new Resolver({ target: { host: "two.test", port: peer.port }, proto: "udp", lookup });
  const client = clientOver(udpDialer({ resolver, peer: "test" }), {
    policy: HARD_UDP,
    auth: { flavor: "none" },
  });
  t.after(() => client.close());
  assert.deepEqual(await within(5000, client.call(ECHO, BYTES)), BYTES);
});

test("closing in the turn of a call sends nothing more, and throws nothing", async (t) => {
  const peer = await udpPeer((record, from) => answer(peer.socket, record, from));
  t.after(() => peer.socket.close());
  const client = await to(peer.port);
  await within(5000, client.call(ECHO, BYTES));
  const last = client.call(ECHO, BYTES);
  await Promise.all([assert.rejects(last, { code: "ECLOSED" }), client.close()]);
  // An error of the write that was still queued would be uncaught, and fail this test.
  await new Promise((resolve) => setImmediate(resolve));
});
