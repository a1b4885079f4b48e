import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import * as mount from "../program/mount3/mount.gen.js";
import * as nfs3 from "../program/nfs3/nfs3.gen.js";
import * as rpcbind from "../program/rpcbind/rpcbind.gen.js";
import * as rpcMsg from "../sunrpc/msg/rpc_msg.gen.js";
import * as xdr from "../xdr/mod.js";

const modules = { mount, nfs3, rpcbind, rpcMsg };

function isCodec(value: unknown): value is xdr.AnyCodec {
  return typeof value === "object" && value !== null && "shape" in value && "decode" in value;
}

const codecs = Object.entries(modules).flatMap(([module, names]) =>
  Object.entries(names)
    .filter((entry): entry is [string, xdr.AnyCodec] => isCodec(entry[1]))
    .map(([name, codec]) => ({ name: `${module}.${name}`, codec })),
);

const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const decodeFailure = (codec: xdr.AnyCodec, bytes: Uint8Array): xdr.XdrError | undefined => {
  try {
    xdr.decode(codec, bytes);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof xdr.XdrError, `${codec.name}: ${error}`);
    return error;
  }
};

test("there is a codec for every type of our .x files", () => {
  assert.ok(codecs.length > 150, `${codecs.length} codecs`);
});

test("every type: decode(encode(value)) is the value", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      for (const { name, codec } of codecs) {
        const value = xdr.sample(codec, seeded(seed));
        assert.deepEqual(xdr.decode(codec, xdr.encode(codec, value)), value, name);
      }
    }),
    { numRuns: 30 },
  );
});

test("every type, cut at every byte: an XdrError that says where", () => {
  for (const { name, codec } of codecs) {
    const whole = xdr.encode(codec, xdr.sample(codec, seeded(3), { maxLength: 3 }));
    for (let cut = 0; cut < whole.length; cut++) {
      const error = decodeFailure(codec, whole.slice(0, cut));
      assert.ok(error, `${name} decodes from ${cut} of ${whole.length} bytes`);
      assert.equal(error.code, "XDR_EOF", name);
      assert.ok(error.offset <= cut, `${name}: offset ${error.offset} of ${cut}`);
      if (codec.shape.kind === "struct" || codec.shape.kind === "union")
        assert.notEqual(error.path, "", name);
    }
  }
});

test("every type: random bytes give a value or an XdrError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(8), (bytes, zeros) => {
      // Mostly zeros get deeper into the types than noise does.
      const sparse = bytes.map((byte, i) => (i % 4 === 3 ? byte % (zeros + 1) : 0));
      for (const { codec } of codecs) {
        decodeFailure(codec, bytes);
        decodeFailure(codec, sparse);
      }
    }),
    { numRuns: 100 },
  );
});

test("every type: one flipped byte gives a value that encodes back, or an XdrError", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (seed, place, flip) => {
      for (const { name, codec } of codecs) {
        const bytes = xdr.encode(codec, xdr.sample(codec, seeded(seed)));
        if (bytes.length === 0) continue;
        bytes[place % bytes.length]! ^= flip;
        if (decodeFailure(codec, bytes)) continue;
        assert.deepEqual(xdr.encode(codec, xdr.decode(codec, bytes)), bytes, name);
      }
    }),
    { numRuns: 30 },
  );
});

const time = { seconds: 1, nseconds: 2 };
const attributes: nfs3.fattr3 = {
  type: nfs3.ftype3.NF3REG,
  mode: 0o644,
  nlink: 1,
  uid: 0,
  gid: 0,
  size: 5n,
  used: 4096n,
  rdev: { specdata1: 0, specdata2: 0 },
  fsid: 1n,
  fileid: 2n,
  atime: time,
  mtime: time,
  ctime: time,
};
const entry: nfs3.entryplus3 = {
  fileid: 2n,
  name: "a",
  cookie: 1n,
  name_attributes: { attributes_follow: true, attributes },
  name_handle: { handle_follows: false },
};
const listing = (entries: nfs3.entryplus3[]): nfs3.READDIRPLUS3resok => ({
  dir_attributes: { attributes_follow: false },
  cookieverf: new Uint8Array(8),
  reply: { entries, eof: true },
});

test("an encode error carries the path to the value", () => {
  const late = { ...attributes, mtime: { seconds: 1, nseconds: 2 ** 32 } };
  const broken = { ...entry, name_attributes: { attributes_follow: true as const, attributes: late } };
  assert.throws(() => xdr.encode(nfs3.READDIRPLUS3resok, listing([entry, entry, entry, broken])), {
    code: "XDR_RANGE",
    path: "reply.entries[3].name_attributes.attributes.mtime.nseconds",
  });
});

test("an encode error carries the path to a missing object, too", () => {
  const args = { what: { name: "x" } } as unknown as nfs3.LOOKUP3args;
  assert.throws(() => xdr.encode(nfs3.LOOKUP3args, args), { code: "XDR_RANGE", path: "what.dir" });
  assert.throws(() => xdr.encode(nfs3.LOOKUP3args, undefined as never), { code: "XDR_RANGE", path: "" });
});

test("a decode error carries the path to the bytes", () => {
  const bytes = xdr.encode(nfs3.READDIRPLUS3resok, listing([entry, entry]));
  // The last entry's attributes: their type is 84 + 4 (handle_follows) + 8 (end of list, eof) bytes from the end.
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - 96, 9);
  assert.throws(() => xdr.decode(nfs3.READDIRPLUS3resok, bytes), {
    code: "XDR_BAD_ENUM",
    path: "reply.entries[1].name_attributes.attributes.type",
    offset: bytes.length - 96,
  });
});

test("a status narrows its result", () => {
  const res: nfs3.GETATTR3res = xdr.decode(
    nfs3.GETATTR3res,
    xdr.encode(nfs3.GETATTR3res, { status: nfs3.nfsstat3.NFS3_OK, resok: { obj_attributes: attributes } }),
  );
  if (res.status !== nfs3.nfsstat3.NFS3_OK) assert.fail(xdr.nameOf(nfs3.nfsstat3, res.status));
  assert.deepEqual(res.resok.obj_attributes, attributes);
});

test("GETATTR's results, byte by byte as RFC 1813 has them", () => {
  const words = [0, 1, 0o644, 1, 0, 0, 0, 5, 0, 4096, 0, 0, 0, 1, 0, 2, 1, 2, 1, 2, 1, 2];
  const bytes = xdr.encode(nfs3.GETATTR3res, {
    status: nfs3.nfsstat3.NFS3_OK,
    resok: { obj_attributes: attributes },
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  assert.deepEqual(
    words.map((_, i) => view.getUint32(i * 4)),
    words,
  );
  assert.equal(bytes.length, words.length * 4);
});

test("the programs have every procedure of their RFCs, in order", () => {
  const table = (program: { procedures: object }) => Object.values(program.procedures).map((p) => p.proc);
  const upTo = (last: number) => Array.from({ length: last + 1 }, (_, i) => i);
  assert.deepEqual(table(nfs3.NFS_V3), upTo(21));
  assert.deepEqual(table(mount.MOUNT_V1), upTo(6));
  assert.deepEqual(table(mount.MOUNT_V3), upTo(5));
  assert.deepEqual(table(rpcbind.PMAP_VERS), upTo(5));
  assert.deepEqual(table(rpcbind.RPCBVERS), upTo(8));
  assert.deepEqual(table(rpcbind.RPCBVERS4), upTo(12));
  assert.equal(nfs3.NFS_V3.prog, 100003);
  assert.equal(rpcbind.RPCBPROC_SET_4.vers, 4);
});

test("the committed generated code is current", () => {
  const gen = fileURLToPath(new URL("../../../../tools/gen.mjs", import.meta.url));
  const run = spawnSync(process.execPath, [gen, "--check"], { encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
});
