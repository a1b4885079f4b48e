// Every decoder on bytes that somebody broke: a value or a typed error, in memory that the bytes account for.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import {
  parseCall,
  parseReply,
  RecordError,
  RecordReader,
  replyXid,
  resultsStart,
} from "../../packages/unstuck/dist/sunrpc/mod.js";
import { decode, encode, sample, viewOf, XdrError } from "../../packages/unstuck/dist/xdr/mod.js";
import { authsys_parms, readCall, readReply, rpc_msg } from "../golden/rpc.mjs";
import { calls, known, messages, procedures, replies } from "./corpus.mjs";
import { cut, join, mutate, record } from "./mutate.mjs";

const codecs = [rpc_msg, authsys_parms, ...procedures.flatMap(({ arg, res }) => [arg, res])];
/** Bytes of heap that a byte of a message may cost while it is decoded; the worst seen is a fifth of this. */
const COST = 64;
/** V8 counts its heap by pages. */
const FLOOR_BYTES = 1 << 20;

export const decoders = {
  name: "decoders",
  cases: 8000,
  run(dice) {
    if (dice.chance(0.001)) bombs(dice);
    else dice.pick([bodies, bodies, samples, headers, streams])(dice);
  },
};

/** A golden body, broken, by its own codec or, now and then, another's. */
function bodies(dice) {
  const { procedure, call, reply } = dice.pick(known);
  const isCall = dice.chance(0.5);
  const { at, codec } = isCall ? readCall(call) : readReply(reply, procedure);
  const bytes = mutate((isCall ? call : reply).subarray(at), dice, messages);
  check(dice.chance(0.9) ? codec : dice.pick(codecs), bytes, dice);
}

/** A value that fits the type, with all its rare arms, broken. */
function samples(dice) {
  const codec = dice.pick(codecs);
  const bytes = encode(codec, sample(codec, dice.roll, { maxLength: dice.pick([2, 6, 40]) }));
  check(codec, mutate(bytes, dice, messages), dice);
}

/** As many small parts as there is room for: entries of lists, elements of arrays, one long string. */
function bombs(dice) {
  const codec = dice.pick(codecs);
  const start = encode(codec, sample(codec, dice.roll, { maxLength: 1 }));
  const cutAt = 4 * dice.below(start.length / 4 + 1);
  const piece = dice.pick([
    [0, 0, 0, 1],
    [0, 0, 0, 1, 0, 0, 0, 0],
    [0, 3, 0, 0],
    [0, 0, 0, 1, ...start.subarray(cutAt)],
  ]);
  const bytes = new Uint8Array(1 << 20).map(
    (_, i) => start[i < cutAt ? i : -1] ?? piece[(i - cutAt) % piece.length],
  );
  check(codec, bytes, dice);
}

function check(codec, bytes, dice) {
  const lenientPadding = dice.chance(0.3);
  const trailing = dice.chance(0.3);
  const before = process.memoryUsage();
  let value;
  try {
    value = decode(codec, bytes, { lenientPadding, trailing });
  } catch (error) {
    assert.ok(error instanceof XdrError, `${codec.name}: ${error?.stack}`);
    return;
  } finally {
    const after = process.memoryUsage();
    const cost = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
    assert.ok(
      cost < FLOOR_BYTES + COST * bytes.length,
      `${codec.name}: ${cost} bytes of memory for ${bytes.length}`,
    );
  }
  // What was accepted is a value of the type: it can be written, and read again as the same.
  const again = encode(codec, value);
  assert.ok(isDeepStrictEqual(decode(codec, again), value), `${codec.name} does not come back as it was`);
  if (!lenientPadding && !trailing)
    assert.deepEqual(again, bytes, `${codec.name} is written otherwise than it was read`);
}

/** The headers that are read by hand agree with the generated codec wherever that accepts the message. */
function headers(dice) {
  const isCall = dice.chance(0.5);
  const bytes = mutate(dice.pick(isCall ? calls : replies), dice, messages);
  const [call, reply] = [parseCall(bytes), parseReply(bytes)];
  const start = resultsStart(bytes);
  assert.equal(start >= 0, reply.kind === "accepted");
  let message;
  try {
    message = decode(rpc_msg, bytes, { trailing: true, lenientPadding: true });
  } catch (error) {
    assert.ok(error instanceof XdrError, String(error?.stack));
    return;
  }
  const { cbody, rbody } = message.body;
  if (cbody !== undefined) {
    assert.equal(call.kind, cbody.rpcvers === 2 ? "call" : "rpc-mismatch");
    assert.equal(reply.kind, "bad");
    if (call.kind === "call") {
      assert.deepEqual(
        [call.xid, call.prog, call.vers, call.proc, call.credFlavor, call.credBytes, call.verfFlavor],
        [
          message.xid,
          cbody.prog,
          cbody.vers,
          cbody.proc,
          cbody.cred.flavor,
          cbody.cred.body.length,
          cbody.verf.flavor,
        ],
      );
    }
  } else {
    assert.equal(call.kind, "reply");
    assert.equal(replyXid(bytes), message.xid);
    assert.equal(reply.kind === "accepted", rbody.areply?.reply_data.stat === 0);
    assert.notEqual(reply.kind, "bad");
  }
}

/** Records in fragments, cut anywhere; sometimes the marks are broken, too. */
function streams(dice) {
  const maxRecordBytes = 1 << 18;
  const sent = Array.from({ length: 1 + dice.below(6) }, () => mutate(dice.pick(messages), dice, messages));
  const whole = join(...sent.map((message) => record(message, dice)));
  const broken = dice.chance(0.5);
  const stream = broken ? mutate(whole, dice, messages) : whole;
  const reader = new RecordReader({ maxRecordBytes });
  const got = [];
  try {
    for (const piece of cut(stream, dice)) {
      if (dice.chance(0.5) && reader.room().length >= piece.length) {
        const room = reader.room().subarray(0, piece.length);
        room.set(piece);
        reader.push(room);
      } else reader.push(piece);
      for (let one = reader.next(); one !== undefined; one = reader.next()) got.push(viewOf(one));
    }
  } catch (error) {
    assert.ok(error instanceof RecordError, String(error?.stack));
    assert.ok(broken, "good marks were refused");
  }
  assert.ok(got.reduce((sum, { length }) => sum + length, 0) <= stream.length, "more came out than went in");
  if (!broken) assert.deepEqual(got, sent);
}
