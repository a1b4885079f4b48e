// The server core with all programs, asked by somebody broken or malicious: each call gets one good reply, and what is exported
// to others stays unseen.
import assert from "node:assert/strict";
import { Exports, mount3, nfs3, rpcbind } from "../../packages/unstuck/dist/program/mod.js";
import {
  Dispatcher,
  Drive,
  parseCall,
  parseReply,
  RecordReader,
  replyXid,
  Svc,
} from "../../packages/unstuck/dist/sunrpc/mod.js";
import { MemTree, MemVfs } from "../../packages/unstuck/dist/vfs/mod.js";
import { decode, encode, viewOf } from "../../packages/unstuck/dist/xdr/mod.js";
import { authsys_parms, join, procedureOf, readCall } from "../golden/rpc.mjs";
import { calls, known } from "./corpus.mjs";
import { join as concat, cut, mutate, record } from "./mutate.mjs";

const PEER = { address: "127.0.0.1", port: 700 };
/** In every name and byte of what is exported to somebody else. */
const SECRET = "TOP-SECRET";

const open = new MemTree({ incarnation: 1 });
open.file("file.txt", "a file to be read\n");
open.file("big.bin", { zeros: 3_000_000 });
open.file("open/inner/deep.txt", "deep");
open.file("private/key", "for root only", { mode: 0o600 });
open.symlink("link", "../../../etc/passwd");
for (let i = 0; i < 50; i++) open.file(`many/file ${i}`, String(i));
const closed = new MemTree({ incarnation: 1 });
closed.file(`${SECRET}/${SECRET}.txt`, SECRET.repeat(100));

const exports = new Exports([
  { path: "/srv/golden", vfs: new MemVfs(open) },
  { path: "/srv/closed", vfs: new MemVfs(closed), clients: ["192.0.2.7"] },
]);
const [ours, theirs] = exports.list;
const handlesOf = (each, tree) => [...tree.nodes.values()].map((node) => each.handle(node));
const [openHandles, closedHandles] = [handlesOf(ours, open), handlesOf(theirs, closed)];
const allowed = new Set(openHandles.map(hex));
const handles = [...openHandles, ...openHandles, ...closedHandles];
const names = [
  "file.txt",
  "open",
  "inner",
  "big.bin",
  "link",
  "many",
  "file 7",
  "private",
  "key",
  ".",
  "..",
  "",
  "/",
  "a/b",
];
const oddNames = [
  "../../etc",
  "\0",
  "x".repeat(255),
  "x".repeat(256),
  "x".repeat(5000),
  SECRET,
  `../closed/${SECRET}`,
  "\udc80",
];
const paths = [
  "/srv/golden",
  "/srv/closed",
  "/srv",
  "/",
  "",
  "/srv/golden/open",
  "/srv/golden/../closed",
  `/srv/closed/${SECRET}`,
];

export const server = {
  name: "server",
  cases: 800,
  run(dice) {
    const registry = new rpcbind.Registry();
    registry.set({ prog: 100003, vers: 3, netid: "tcp", uaddr: "0.0.0.0.8.1", owner: "fuzz" });
    const services = [
      nfs3.server(exports),
      ...mount3.servers(exports),
      ...rpcbind.servers({ registry, now: () => 1_349_049_600, addressFor: () => "127.0.0.1" }),
    ];
    const sent = Array.from({ length: 1 + dice.below(20) }, () => call(dice));
    if (dice.chance(0.2)) return datagrams(services, sent);
    const stream = concat(...sent.map((message) => record(message, dice)));
    const broken = dice.chance(0.2);
    const peer = new Peer(services, "stream");
    for (const piece of cut(broken ? mutate(stream, dice, calls) : stream, dice)) peer.say(piece);
    const got = readRecords(concat(...peer.heard));
    if (!broken) checkOrder(sent, got, peer);
    // In a broken stream nobody knows which call a reply is for.
    const byXid = new Map(broken ? [] : sent.map((message) => [xidOf(message), message]));
    for (const reply of got) checkReply(reply, byXid);
    peer.checkRest();
  },
};

/** A golden call with our handles, names and paths, now and then broken afterwards. */
function call(dice) {
  const golden = dice.chance(0.05) ? dice.pick(calls) : dice.pick(known).call;
  const { header, codec, body } = readCall(golden);
  let message = golden.slice();
  try {
    const { cred } = header.body.cbody;
    if (dice.chance(0.2))
      cred.body = encode(authsys_parms, { ...decode(authsys_parms, cred.body), uid: 0, gid: 0, gids: [] });
    message = new Uint8Array(join(header, codec, adopt(codec, body(), dice)));
  } catch {
    // Garbage from the start.
  }
  if (dice.chance(0.5)) message = mutate(message, dice, calls);
  if (message.length >= 4) new DataView(message.buffer, message.byteOffset).setUint32(0, dice.below(2 ** 32));
  return message;
}

/** The value with its handles, names, paths and numbers replaced by such as this server may be asked with. */
function adopt(codec, value, dice) {
  const { shape, name } = codec;
  if (name === "nfs_fh3") {
    const data = dice.pick(handles).slice();
    if (dice.chance(0.1)) return { data: mutate(data, dice, handles).subarray(0, 64) };
    return { data };
  }
  if (name === "filename3") return dice.pick(dice.chance(0.8) ? names : oddNames);
  if (name === "dirpath") return dice.pick(paths);
  if (name === "count3") return dice.pick([0, 1, 100, 512, 4096, 1 << 20, 0xffffffff]);
  if (name === "cookie3" || name === "offset3")
    return dice.pick([0n, 1n, 2n, 3n, 40n, 1n << 32n, (1n << 64n) - 1n]);
  if (shape.kind === "struct") {
    return Object.fromEntries(
      shape.fields.map((field) => [field.name, adopt(field.type(), value[field.name], dice)]),
    );
  }
  return value;
}

/** A connection to a server core of its own, without a network. */
class Peer {
  heard = [];
  closed = false;
  problems = [];
  #core;
  #drive;
  #peer;

  constructor(services, kind) {
    this.#peer = { ...PEER, transport: kind === "stream" ? "tcp" : "udp" };
    this.#core = new Svc(services, { maxRecordBytes: 1 << 18 });
    const dispatcher = new Dispatcher((event) => this.#drive.post(event));
    this.#drive = new Drive(this.#core, {
      now: () => 0,
      rested: () => {},
      perform: (effect) => {
        if (effect.type === "invoke") dispatcher.invoke(effect.calls);
        else if (effect.type === "send") this.#onSend(effect);
        else if (effect.type === "close" || effect.type === "abort") this.closed = true;
        else if (effect.type === "notice" && effect.notice.kind === "call-failed")
          this.problems.push(effect.notice.error);
      },
    });
    this.#drive.post({ type: "accepted", conn: 1, kind, peer: this.#peer });
  }

  say(bytes) {
    if (!this.closed) this.#drive.post({ type: "data", conn: 1, bytes, from: this.#peer });
  }

  #onSend({ bytes, tail }) {
    assert.ok(!this.closed, "something was sent after the connection was closed");
    this.heard.push(bytes.slice());
    tail?.release?.();
    this.#drive.post({ type: "writable", conn: 1, bytes: bytes.length });
  }

  checkRest() {
    assert.deepEqual(this.problems, [], "a handler threw, or its results did not fit");
    for (const each of this.#core.snapshot()) assert.deepEqual([each.inFlight, each.unsentBytes], [0, 0]);
  }
}

/**
 * Each call one reply, until the first record that is no RPC: then the connection is closed, and what came behind it may be
 * lost. A reply is nothing to answer, and no harm.
 */
function checkOrder(sent, got, peer) {
  const end = sent.findIndex((message) => ["short", "not-rpc"].includes(parseCall(message).kind));
  const replies = new Set(got.map((message) => replyXid(message)));
  assert.equal(replies.size, got.length, "two replies for one call");
  for (const message of (end < 0 ? sent : sent.slice(0, end)).filter(isCall)) {
    assert.ok(replies.delete(xidOf(message)), "a call without a reply");
  }
  const behind = new Set(sent.filter(isCall).map(xidOf));
  for (const xid of replies) assert.ok(end >= 0 && behind.has(xid), "a reply that nobody asked for");
  assert.equal(peer.closed, end >= 0, "closed when, and only when, a record is no RPC");
}

function isCall(message) {
  return !["short", "reply", "not-rpc"].includes(parseCall(message).kind);
}

function datagrams(services, sent) {
  for (const message of sent) {
    const peer = new Peer(services, "datagram");
    peer.say(message);
    const expected = isCall(message) ? 1 : 0;
    assert.equal(peer.heard.length, expected, "not one reply for a datagram");
    for (const reply of peer.heard) checkReply(reply, new Map([[xidOf(message), message]]));
    peer.checkRest();
  }
}

/** A reply that any client could read, and that says nothing it should not. */
function checkReply(reply, byXid) {
  const parsed = parseReply(reply);
  assert.notEqual(parsed.kind, "bad", parsed.why);
  assert.ok(!Buffer.from(reply).includes(SECRET), "a reply holds what is exported to others");
  for (const handle of closedHandles)
    assert.ok(!Buffer.from(reply).includes(handle), "a reply holds a handle of others");
  const message = byXid.get(replyXid(reply));
  if (parsed.kind !== "accepted" || message === undefined) return;
  const { procedure } = procedureOf(parseCall(message));
  const results = decode(procedure.res, reply, { start: parsed.start });
  eachHandle(procedure.res, results, (data) =>
    assert.ok(allowed.has(hex(data)), `${procedure.name} gave an unknown handle`),
  );
}

function eachHandle(codec, value, visit) {
  const { shape, name } = codec;
  if (value === null || value === undefined) return;
  if (name === "nfs_fh3") visit(value.data);
  else if (name === "fhandle3") visit(value);
  else if (shape.kind === "struct")
    for (const each of shape.fields) eachHandle(each.type(), value[each.name], visit);
  else if (shape.kind === "list" || shape.kind === "array")
    for (const each of value) eachHandle(shape.of(), each, visit);
  else if (shape.kind === "optional") eachHandle(shape.of(), value, visit);
  else if (shape.kind === "union") {
    const arm = shape.arms.find(({ when }) => when.includes(value[shape.on.name])) ?? shape.otherwise;
    if (arm?.field !== undefined) eachHandle(arm.field.type(), value[arm.field.name], visit);
  }
}

function readRecords(stream) {
  const reader = new RecordReader();
  reader.push(stream);
  const out = [];
  for (let one = reader.next(); one !== undefined; one = reader.next()) out.push(viewOf(one));
  assert.ok(reader.clean, "the replies end inside a record");
  return out;
}

function xidOf(message) {
  return message.length < 4 ? -1 : new DataView(message.buffer, message.byteOffset).getUint32(0);
}

function hex(bytes) {
  return Buffer.from(bytes).toString("hex");
}
