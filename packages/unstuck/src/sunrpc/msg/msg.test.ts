import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decode, encode, sample, XdrError, XdrWriter } from "../../xdr/mod.js";
import type { Refusal } from "../port.js";
import { MARK_BYTES } from "../record.js";
import { authNone, authSys, parseAuthSys } from "./auth.js";
import { callTemplate, callXid, parseCall, sealCall, setCallXid } from "./call.js";
import { parseReply, refusalReply, replyXid, resultsStart, sealReply, writeSuccessHeader } from "./reply.js";
import {
  auth_stat,
  authsys_parms,
  call_body,
  msg_type,
  reply_body,
  reply_stat,
  rpc_msg,
} from "./rpc_msg.gen.js";

const random = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
const uint32 = fc.integer({ min: 0, max: 0xffffffff });

/** A random source for `sample`. */
function source(stream: Iterator<number>): () => number {
  return () => stream.next().value as number;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

test("a call made from a template is what the generated codec writes, and reads back", () => {
  fc.assert(
    fc.property(random, uint32, fc.uint8Array({ maxLength: 40 }), (stream, xid, args) => {
      const body = sample(call_body, source(stream), { maxLength: 400 });
      const template = callTemplate(body.prog, body.vers, body.proc, body.cred, body.verf);
      const record = new Uint8Array(template.length + args.length);
      record.set(template);
      record.set(args, template.length);
      setCallXid(record, xid);
      sealCall(record);
      assert.equal(callXid(record), xid);
      assert.equal(hex(record.subarray(0, 4)), (0x80000000 + record.length - 4).toString(16));
      const message = { xid, body: { mtype: msg_type.CALL, cbody: { ...body, rpcvers: 2 } } };
      const bare = record.subarray(MARK_BYTES);
      assert.equal(hex(bare), hex(encode(rpc_msg, message)) + hex(args));

      const header = parseCall(bare);
      assert.ok(header.kind === "call");
      assert.equal(header.xid, xid);
      assert.equal(header.prog, body.prog);
      assert.equal(header.vers, body.vers);
      assert.equal(header.proc, body.proc);
      assert.equal(header.credFlavor, body.cred.flavor);
      assert.equal(hex(bare.subarray(header.credAt, header.credAt + header.credBytes)), hex(body.cred.body));
      assert.equal(header.verfFlavor, body.verf.flavor);
      assert.equal(hex(bare.subarray(header.verfAt, header.verfAt + header.verfBytes)), hex(body.verf.body));
      assert.equal(hex(bare.subarray(header.argsAt)), hex(args));
    }),
  );
});

test("any reply is read as the generated codec reads it", () => {
  fc.assert(
    fc.property(random, uint32, (stream, xid) => {
      const body = sample(reply_body, source(stream), { maxLength: 400 });
      const record = encode(rpc_msg, { xid, body: { mtype: msg_type.REPLY, rbody: body } });
      assert.equal(replyXid(record), xid);
      const parsed = parseReply(record);
      if (body.stat === reply_stat.MSG_ACCEPTED && body.areply.reply_data.stat === 0) {
        assert.deepEqual(parsed, { kind: "accepted", start: record.length });
        assert.equal(resultsStart(record), record.length);
        return;
      }
      assert.equal(resultsStart(record), -1);
      assert.ok(parsed.kind === "refused");
      // Written again it is the same message, apart from the verifier.
      const again = decode(rpc_msg, refusalReply(xid, parsed.stat).subarray(MARK_BYTES)).body;
      assert.ok(again.mtype === msg_type.REPLY);
      if (body.stat === reply_stat.MSG_ACCEPTED) {
        assert.ok(again.rbody.stat === reply_stat.MSG_ACCEPTED);
        assert.deepEqual(again.rbody.areply.reply_data, body.areply.reply_data);
      } else {
        assert.deepEqual(again.rbody, body);
      }
    }),
  );
});

// RFC 5531 §9, byte by byte: mark, xid, REPLY, reply_stat, ...
const GOLDEN: readonly [Refusal, string][] = [
  [{ code: "PROG_UNAVAIL" }, "80000018 deadbeef 00000001 00000000 00000000 00000000 00000001"],
  [
    { code: "PROG_MISMATCH", low: 2, high: 4 },
    "80000020 deadbeef 00000001 00000000 00000000 00000000 00000002 00000002 00000004",
  ],
  [{ code: "PROC_UNAVAIL" }, "80000018 deadbeef 00000001 00000000 00000000 00000000 00000003"],
  [{ code: "GARBAGE_ARGS" }, "80000018 deadbeef 00000001 00000000 00000000 00000000 00000004"],
  [{ code: "SYSTEM_ERR" }, "80000018 deadbeef 00000001 00000000 00000000 00000000 00000005"],
  [
    { code: "RPC_MISMATCH", low: 2, high: 2 },
    "80000018 deadbeef 00000001 00000001 00000000 00000002 00000002",
  ],
  [{ code: "AUTH_ERROR", authStat: "AUTH_TOOWEAK" }, "80000014 deadbeef 00000001 00000001 00000001 00000005"],
];

for (const [stat, bytes] of GOLDEN) {
  test(`golden reply: ${stat.code}`, () => {
    const reply = refusalReply(0xdeadbeef, stat);
    assert.equal(hex(reply), bytes.replaceAll(" ", ""));
    assert.deepEqual(parseReply(reply.subarray(MARK_BYTES)), { kind: "refused", stat });
  });
}

test("golden reply: SUCCESS with its results", () => {
  const w = new XdrWriter();
  w.begin();
  writeSuccessHeader(w, 1);
  w.uint32(0xcafe);
  sealReply(w, 0);
  const second = w.pos;
  writeSuccessHeader(w, 2);
  sealReply(w, second);
  assert.equal(
    hex(w.finish()),
    "8000001c 00000001 00000001 00000000 00000000 00000000 00000000 0000cafe".replaceAll(" ", "") +
      "80000018 00000002 00000001 00000000 00000000 00000000 00000000".replaceAll(" ", ""),
  );
});

test("every auth_stat has its number, an unknown one is told by it", () => {
  for (const [name, value] of Object.entries(auth_stat.shape.kind === "enum" ? auth_stat.shape.values : {})) {
    const reply = refusalReply(1, { code: "AUTH_ERROR", authStat: name });
    assert.equal(reply[reply.length - 1], value);
  }
  const reply = refusalReply(1, { code: "AUTH_ERROR", authStat: "AUTH_TOOWEAK" }).subarray(MARK_BYTES);
  reply[reply.length - 1] = 99;
  assert.deepEqual(parseReply(reply), {
    kind: "refused",
    stat: { code: "AUTH_ERROR", authStat: "auth_stat 99" },
  });
});

test("a reply cut anywhere is bad, never a throw", () => {
  for (const [stat] of GOLDEN) {
    const reply = refusalReply(7, stat).subarray(MARK_BYTES);
    for (let cut = 0; cut < reply.length; cut++) assert.equal(parseReply(reply.subarray(0, cut)).kind, "bad");
  }
  assert.equal(replyXid(new Uint8Array(7)), undefined);
});

test("a call cut anywhere says what it deserves", () => {
  const cred = authSys({ machinename: "host", uid: 1, gid: 2, gids: [3] });
  const record = callTemplate(100003, 3, 1, cred).subarray(MARK_BYTES);
  for (let cut = 0; cut < record.length; cut++) {
    assert.equal(parseCall(record.subarray(0, cut)).kind, cut < 8 ? "short" : "truncated", `cut at ${cut}`);
  }
  assert.equal(parseCall(record).kind, "call");
});

test("what is no call of RPC version 2 is told apart", () => {
  const record = callTemplate(1, 1, 1).subarray(MARK_BYTES);
  const with32 = (at: number, value: number) => {
    const copy = record.slice();
    new DataView(copy.buffer).setUint32(at, value);
    return copy;
  };
  assert.equal(parseCall(with32(4, 1)).kind, "reply");
  assert.equal(parseCall(with32(4, 2)).kind, "not-rpc");
  assert.deepEqual(parseCall(with32(8, 3)), { kind: "rpc-mismatch", xid: 0 });
  assert.deepEqual(parseCall(with32(28, 401)), { kind: "bad-auth", xid: 0, authStat: "AUTH_BADCRED" });
  assert.deepEqual(parseCall(with32(36, 0xffffffff)), { kind: "bad-auth", xid: 0, authStat: "AUTH_BADVERF" });
});

test("random bytes never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      parseCall(bytes);
      parseReply(bytes);
      parseAuthSys(bytes, 0, bytes.length);
    }),
  );
});

test("AUTH_SYS: bounds of RFC 5531 Appendix A", () => {
  const parms = {
    machinename: "ä".repeat(127),
    uid: 0xffffffff,
    gid: 0,
    gids: Array.from({ length: 16 }, (_, i) => i),
  };
  const { flavor, body } = authSys(parms);
  assert.equal(flavor, 1);
  assert.deepEqual(parseAuthSys(body, 0, body.length), { ...parms, stamp: 0 });
  assert.deepEqual(decode(authsys_parms, body), { ...parms, stamp: 0 });
  assert.equal(authNone().body.length, 0);
  const tooLong = (p: Partial<typeof parms>, path: string) =>
    assert.throws(
      () => authSys({ ...parms, ...p }),
      (e: unknown) => e instanceof XdrError && e.path.startsWith(path),
    );
  tooLong({ machinename: "x".repeat(256) }, "machinename");
  tooLong({ gids: new Array(17).fill(1) }, "gids");
  tooLong({ uid: -1 }, "uid");
  assert.equal(parseAuthSys(body, 0, body.length - 4), undefined);
});
