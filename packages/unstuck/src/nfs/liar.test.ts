/** Servers that break the protocol: every lie ends in an error, none in a loop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nfs3 } from "../program/mod.js";
import { RpcError } from "../sunrpc/mod.js";
import { MemTree } from "../vfs/mod.js";
import type { ReadOk } from "./calls.js";
import { readAhead } from "./readahead.js";
import { failure, Rig } from "./rig.test.js";

const NO_ATTR = { attributes_follow: false } as const;
const OK = nfs3.nfsstat3.NFS3_OK;

async function world(options = "") {
  const tree = new MemTree();
  tree.file("/f", "0123456789");
  const r = new Rig({ "/export": tree });
  return { r, m: await r.mount(options) };
}

interface Entry {
  readonly name: string;
  readonly cookie: bigint;
}

/** A READDIR or READDIRPLUS reply. */
function listing(entries: readonly Entry[], eof = false) {
  const made = entries.map((e) => ({
    fileid: 9n,
    name_attributes: NO_ATTR,
    name_handle: { handle_follows: false },
    ...e,
  }));
  return {
    status: OK,
    resok: { dir_attributes: NO_ATTR, cookieverf: new Uint8Array(8), reply: { entries: made, eof } },
  };
}

const isListing = (name: string) => name.startsWith("NFSPROC3_READDIR");

const loops: readonly [string, (cookie: bigint) => readonly Entry[]][] = [
  ["an empty page that is not the end", () => []],
  ["the same cookie again", (c) => [{ name: "a", cookie: c }]],
  [
    "two entries with one cookie",
    (c) => [
      { name: "a", cookie: c + 1n },
      { name: "b", cookie: c + 1n },
    ],
  ],
  ["a circle of two pages", (c) => [{ name: "a", cookie: c === 1n ? 2n : 1n }]],
  ["a circle of a thousand pages", (c) => [{ name: "a", cookie: (c % 1000n) + 1n }]],
  ["a tail into a circle", (c) => [{ name: "a", cookie: c < 700n ? c + 1n : 650n }]],
  ["back to the start", (c) => [{ name: "a", cookie: c === 0n ? 5n : 0n }]],
];

for (const [what, page] of loops) {
  test(`a listing that never ends: ${what}`, async () => {
    for (const withFileTypes of [false, true]) {
      const { r, m } = await world();
      r.lie = (proc, args) => (isListing(proc.name) ? listing(page(args.cookie)) : undefined);
      const e = await failure(
        withFileTypes
          ? m.opendir("/").then(async (d) => {
              for await (const _ of d);
            })
          : m.readdir("/"),
      );
      assert.equal(e.code, "EBADCOOKIE");
      assert.ok(r.calls().length < 5000);
    }
  });
}

test("cookies may jump and shrink as long as none comes again", async () => {
  const { r, m } = await world();
  const next = new Map([
    [0n, 900n],
    [900n, 7n],
    [7n, 2n ** 64n - 1n],
    [2n ** 64n - 1n, 3n],
  ]);
  r.lie = (proc, args) => {
    if (!isListing(proc.name)) return undefined;
    const cookie = next.get(args.cookie)!;
    return listing([{ name: `n${cookie}`, cookie }], cookie === 3n);
  };
  assert.deepEqual(await m.readdir("/"), ["n900", "n7", "n18446744073709551615", "n3"]);
});

test("NFS3ERR_BAD_COOKIE: from the start again, no name twice, not for ever", async () => {
  const { r, m } = await world();
  let bad = 1;
  const pages = ["a", "b", "c", "d"];
  r.lie = (proc, args) => {
    if (!isListing(proc.name)) return undefined;
    if (args.cookie === 2n && bad-- > 0) {
      return { status: nfs3.nfsstat3.NFS3ERR_BAD_COOKIE, resfail: { dir_attributes: NO_ATTR } };
    }
    const at = Number(args.cookie);
    return listing([{ name: pages[at]!, cookie: BigInt(at + 1) }], at === 3);
  };
  assert.deepEqual(await m.readdir("/"), pages);
  bad = Number.POSITIVE_INFINITY;
  const e = await failure(m.readdir("/"));
  assert.deepEqual([e.code, e.status], ["EBADCOOKIE", "NFS3ERR_BAD_COOKIE"]);
});

test("names that are none are refused", async () => {
  for (const name of ["", "a/b", "../../etc/passwd", "a\0b"]) {
    const { r, m } = await world();
    r.lie = (proc) => (isListing(proc.name) ? listing([{ name, cookie: 1n }], true) : undefined);
    assert.equal((await failure(m.readdir("/"))).code, "EPROTO", JSON.stringify(name));
  }
});

function readReply(data: Uint8Array, eof: boolean, count = data.length) {
  return { status: OK, resok: { file_attributes: NO_ATTR, count, eof, data } };
}

const reads: readonly [string, (count: number) => unknown, string][] = [
  ["no data and no end", () => readReply(new Uint8Array(0), false), "EIO"],
  ["more than asked for", (n) => readReply(new Uint8Array(n + 1), true), "EPROTO"],
  ["a count that is not the data's", () => readReply(new Uint8Array(4), true, 5), "EPROTO"],
];

for (const [what, reply, code] of reads) {
  test(`READ: ${what}`, async () => {
    const { r, m } = await world();
    r.lie = (proc, args) => (proc.name === "NFSPROC3_READ" ? reply(args.count) : undefined);
    assert.equal((await failure(m.readFile("/f"))).code, code);
  });
}

test("a file that is shorter or longer than its attributes say", async () => {
  for (const size of [0n, 3n, 1n << 60n]) {
    const { r, m } = await world("rsize=1024");
    const { attr } = await m.stat("/f");
    r.lie = (proc) =>
      proc.name === "NFSPROC3_GETATTR"
        ? { status: OK, resok: { obj_attributes: { ...attr, size } } }
        : undefined;
    const file = await m.open("/f");
    assert.equal(await file.readFile({ encoding: "utf8" }), "0123456789");
  }
});

test("results that do not decode are BAD_REPLY", async () => {
  const { r, m } = await world();
  r.lie = (proc) => {
    if (proc.name === "NFSPROC3_LOOKUP") throw new RpcError("BAD_REPLY", "what was that");
    return undefined;
  };
  assert.equal((await failure(m.stat("/f"))).code, "BAD_REPLY");
});

test("an object without attributes is asked for them", async () => {
  const { r, m } = await world("actimeo=0");
  const real = (await m.stat("/f")).attr;
  const caller = r.callers.at(-1)!;
  r.lie = async (proc, args) => {
    if (proc.name !== "NFSPROC3_LOOKUP") return undefined;
    r.lie = undefined;
    const res = await caller.call(nfs3.NFSPROC3_LOOKUP, args);
    assert.equal(res.status, OK);
    return {
      ...res,
      resok: { ...(res as { resok: object }).resok, obj_attributes: NO_ATTR, dir_attributes: NO_ATTR },
    };
  };
  r.calls();
  assert.deepEqual((await m.stat("/f")).attr, real);
  assert.deepEqual(r.calls(), ["LOOKUP", "LOOKUP", "GETATTR"]);
});

test("readAhead gives the file's bytes whatever the server's short reads, sizes and depth", async () => {
  const file = Uint8Array.from({ length: 500 }, (_, i) => i % 251);
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        start: fc.integer({ min: 0, max: 600 }),
        length: fc.option(fc.integer({ min: 0, max: 600 }), { nil: undefined }),
        size: fc.integer({ min: 0, max: 700 }),
        chunkBytes: fc.integer({ min: 1, max: 100 }),
        depth: fc.integer({ min: 1, max: 9 }),
        cut: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 }),
      }),
      async ({ start, length, size, chunkBytes, depth, cut }) => {
        let n = 0;
        const read = async (offset: bigint, count: number): Promise<ReadOk> => {
          const at = Number(offset);
          const data = file.slice(at, at + Math.min(count, cut[n++ % cut.length]!));
          return { data, eof: at + data.length >= file.length };
        };
        const end = length === undefined ? undefined : BigInt(start + length);
        const got: number[] = [];
        for await (const data of readAhead(read, {
          start: BigInt(start),
          end,
          size: BigInt(size),
          chunkBytes,
          depth,
        })) {
          got.push(...data);
        }
        assert.deepEqual(got, [...file.slice(start, length === undefined ? undefined : start + length)]);
      },
    ),
  );
});
