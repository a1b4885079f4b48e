// Bytes of other people's programs: our codecs read what tshark reads in them, and write the same bytes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  callTemplate,
  parseCall,
  parseReply,
  RecordReader,
  refusalReply,
  replyXid,
  sealCall,
  setCallXid,
  writeMark,
} from "../../packages/unstuck/dist/sunrpc/mod.js";
import { decode, encode, viewOf, XdrError } from "../../packages/unstuck/dist/xdr/mod.js";
import { exchanges } from "./format.mjs";
import { leaves } from "./leaves.mjs";
import { means } from "./names.mjs";
import {
  auth_flavor,
  authsys_parms,
  join,
  outcome,
  procedures,
  readCall,
  readReply,
  rpc_msg,
} from "./rpc.mjs";

const all = exchanges();

/** nfs-ganesha ends a READDIRPLUS whose first entry hardly fits with one word too many; every client ignores what follows. */
const loose = "NFSPROC3_READDIRPLUS NFS3_OK";

for (const file of new Set(all.map((each) => each.file))) {
  describe(file, () => {
    for (const exchange of all.filter((each) => each.file === file)) {
      test(`${exchange.title} over ${exchange.transport}`, () => {
        const procedure = checkCall(exchange);
        checkReply(exchange, procedure);
      });
    }
  });
}

function checkCall({ title, call: { bytes, fields } }) {
  const { header, procedure, codec, at, body } = readCall(bytes);
  const front = leaves(rpc_msg, header, 0).leaves;
  const { cred, verf, prog, vers, proc } = header.body.cbody;
  const credAt = front.find(({ path }) => path === "body.cbody.cred.body").at;
  if (cred.flavor === auth_flavor.AUTH_SYS) front.push(...inside(authsys_parms, cred.body, credAt));

  const parsed = parseCall(bytes);
  assert.deepEqual(
    [parsed.kind, parsed.xid, parsed.prog, parsed.vers, parsed.proc, parsed.argsAt],
    ["call", header.xid, prog, vers, proc, at],
  );
  assert.deepEqual(
    [parsed.credAt, parsed.credFlavor, parsed.credBytes],
    [credAt, cred.flavor, cred.body.length],
  );
  if (title.includes("GARBAGE_ARGS")) {
    assert.throws(() => body(), XdrError);
    agree(fields, front, at);
    return procedure;
  }
  const args = body();
  const { leaves: rest, end } = leaves(codec, args, at);
  assert.equal(end, bytes.length);
  agree(fields, [...front, ...rest]);
  same(join(header, codec, args), bytes);
  same(ourCall(header.xid, { prog, vers, proc, cred, verf }, encode(codec, args)).subarray(4), bytes);
  return procedure;
}

function checkReply({ title, reply: { bytes, fields } }, procedure) {
  const { header, codec, at, body } = readReply(bytes, procedure);
  const results = body({ trailing: title === loose });
  const { leaves: rest, end } = leaves(codec, results, at);
  const trailing = bytes.length - end;
  assert.ok(trailing === 0 || (title === loose && trailing === 4), `${trailing} bytes too many`);
  agree(fields, [...leaves(rpc_msg, header, 0).leaves, ...rest]);
  same(join(header, codec, results), bytes.subarray(0, end));

  assert.equal(replyXid(bytes), header.xid);
  const parsed = parseReply(bytes);
  if (outcome(header) === "SUCCESS") assert.deepEqual(parsed, { kind: "accepted", start: at });
  else {
    assert.equal(parsed.stat.code, outcome(header));
    same(refusalReply(header.xid, parsed.stat).subarray(4), bytes);
  }
}

/** The message as our client makes it: a template, the arguments, an xid and a mark. */
function ourCall(xid, { prog, vers, proc, cred, verf }, args) {
  const record = new Uint8Array(Buffer.concat([callTemplate(prog, vers, proc, cred, verf), args]));
  setCallXid(record, xid);
  sealCall(record);
  return record;
}

function inside(codec, bytes, at) {
  return leaves(codec, decode(codec, bytes), at).leaves;
}

/** Each of tshark's fields before `until` is a part of ours: same place, length, meaning and value. */
function agree(fields, ours, until = Number.POSITIVE_INFINITY) {
  // A credential and its first part begin at one place: the part counts.
  const byPlace = new Map(ours.filter(({ size }) => size > 0).map((leaf) => [leaf.at, leaf]));
  for (const { at, size, name, show } of fields) {
    if (at >= until || name === "rpc.fill_bytes") continue;
    const leaf = byPlace.get(at);
    assert.ok(leaf !== undefined, `tshark has ${name} at ${at}, where we have nothing`);
    assert.equal(leaf.size, size, `bytes of ${leaf.path}, ${name} at ${at}`);
    assert.ok(means(name, leaf.path), `tshark has ${name} at ${at}, we ${leaf.path}`);
    if (show === undefined) continue;
    if (typeof leaf.value === "string") assert.equal(leaf.value, show, leaf.path);
    else assert.equal(BigInt(leaf.value), BigInt(show), `${leaf.path} at ${at}, ${name}`);
  }
}

function same(ours, theirs) {
  assert.equal(Buffer.from(ours).toString("hex"), Buffer.from(theirs).toString("hex"));
}

test("the golden files know every procedure but those nobody here asks for", () => {
  const known = new Set(all.flatMap(({ title }) => title.split(" ")[0]));
  const missing = [...new Set(procedures.map(({ name }) => name))].filter((name) => !known.has(name));
  assert.deepEqual(missing, [
    "MOUNTPROC_EXPORTALL",
    "PMAPPROC_CALLIT",
    "RPCBPROC_CALLIT",
    "RPCBPROC_BCAST",
    "RPCBPROC_GETVERSADDR",
    "RPCBPROC_INDIRECT",
  ]);
});

test("each procedure of NFSv3 succeeded once, and the usual errors came up", () => {
  const titles = new Set(all.map(({ title }) => title));
  for (const { name, proc } of procedures.filter(({ prog }) => prog === 100003)) {
    assert.ok(titles.has(proc === 0 ? name : `${name} NFS3_OK`), name);
  }
  const errors = new Set(
    [...titles].map((title) => title.split(" ")[1]).filter((word) => word?.startsWith("NFS3ERR")),
  );
  for (const error of [
    "NOENT",
    "ACCES",
    "STALE",
    "BADHANDLE",
    "NOTDIR",
    "ISDIR",
    "EXIST",
    "INVAL",
    "NOTEMPTY",
    "NOT_SYNC",
  ]) {
    assert.ok(errors.has(`NFS3ERR_${error}`), error);
  }
});

test("all records in one stream come out of the record reader as they were, however it is cut", () => {
  const records = all.flatMap(({ call, reply }) => [call.bytes, reply.bytes]);
  const stream = Buffer.concat(records.flatMap((bytes) => [mark(bytes.length), bytes]));
  for (const piece of [1, 3, 1460, 65536, stream.length]) {
    const reader = new RecordReader();
    const out = [];
    for (let at = 0; at < stream.length; at += piece) {
      reader.push(new Uint8Array(stream.subarray(at, at + piece)));
      for (let record = reader.next(); record !== undefined; record = reader.next()) out.push(viewOf(record));
    }
    assert.equal(out.length, records.length);
    out.forEach((record, i) => {
      same(record, records[i]);
    });
  }
});

function mark(length) {
  const bytes = new Uint8Array(4);
  writeMark(bytes, 0, length);
  return bytes;
}
