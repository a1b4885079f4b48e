import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemTree, MemVfs } from "../../vfs/mod.js";
import { nameOf } from "../../xdr/mod.js";
import { direct, ROOT, sys } from "../direct.fixture.js";
import { type Export, Exports } from "../exports.js";
import * as nfs3 from "./nfs3.gen.js";
import { server } from "./server.js";

/** status, and the union's discriminant before resok. */
const STATUS_BYTES = 4;
const ZERO_VERF = new Uint8Array(8);

function setup(names: readonly string[], cred = ROOT, mode = 0o755) {
  const tree = new MemTree();
  tree.dir("/d", { mode });
  for (const name of names) tree.file(`/d/${name}`);
  const vfs = new MemVfs(tree);
  const exports = new Exports([{ path: "/", vfs, squash: "none" }]);
  const from = exports.list[0] as Export;
  const dir = { data: from.handle(vfs.lookup(vfs.root, "d").node) };
  const net = direct([server(exports)], undefined, cred);
  return { ...net, tree, dir };
}

type Net = ReturnType<typeof setup>;
interface Page {
  readonly names: string[];
  readonly eof: boolean;
  readonly next: bigint;
  readonly verf: Uint8Array;
}

/** One page of either procedure; checks that it is within its bounds and could not have held one entry more. */
async function page(
  net: Net,
  plus: boolean,
  count: number,
  cookie: bigint,
  verf: Uint8Array,
): Promise<Page | string> {
  const common = { dir: net.dir, cookie, cookieverf: verf };
  const { res, bytes } = plus
    ? await net.measured(nfs3.NFSPROC3_READDIRPLUS, { ...common, dircount: 1 << 20, maxcount: count })
    : await net.measured(nfs3.NFSPROC3_READDIR, { ...common, count });
  if (res.status !== nfs3.nfsstat3.NFS3_OK) return nameOf(nfs3.nfsstat3, res.status) as string;
  assert.ok(bytes - STATUS_BYTES <= count, `${bytes - STATUS_BYTES} bytes for a count of ${count}`);
  const { entries, eof } = res.resok.reply;
  return {
    names: entries.map(({ name }) => name),
    eof,
    next: entries.at(-1)?.cookie ?? cookie,
    verf: res.resok.cookieverf,
  };
}

async function listAll(
  net: Net,
  plus: boolean,
  count: number,
  between?: (page: number) => void,
): Promise<string[]> {
  const names: string[] = [];
  let cookie = 0n;
  let verf: Uint8Array = ZERO_VERF;
  for (let n = 0; ; n++) {
    const got = await page(net, plus, count, cookie, verf);
    assert.ok(typeof got !== "string", `page ${n}: ${got}`);
    names.push(...got.names);
    if (got.eof) return names;
    assert.ok(got.names.length > 0, "an empty page that is not the last would loop for ever");
    ({ next: cookie, verf } = got);
    between?.(n);
  }
}

const sorted = (names: readonly string[]) => [...names].sort();

for (const plus of [false, true]) {
  const name = plus ? "READDIRPLUS" : "READDIR";

  test(`${name}: any count that holds an entry sees each entry once`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.stringMatching(/^[a-zü]{1,30}$/), { maxLength: 60 }),
        fc.integer({ min: 320, max: 3000 }),
        async (names, count) => {
          const net = setup(names);
          assert.deepEqual(sorted(await listAll(net, plus, count)), sorted([".", "..", ...names]));
        },
      ),
      { numRuns: 40 },
    );
  });

  test(`${name}: entries that stay are seen once while others come and go`, async () => {
    const stay = Array.from({ length: 200 }, (_, i) => `stay${i}`);
    const go = Array.from({ length: 100 }, (_, i) => `go${i}`);
    const net = setup([...stay, ...go]);
    const seen = await listAll(net, plus, 1024, (n) => {
      const victim = go.pop();
      if (victim !== undefined) net.tree.remove(`/d/${victim}`);
      net.tree.file(`/d/new${n}`);
    });
    assert.deepEqual(sorted(seen.filter((each) => each.startsWith("stay"))), sorted(stay));
    assert.equal(new Set(seen).size, seen.length);
  });

  test(`${name}: a hundred thousand entries`, async () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `file${i}`);
    const seen = await listAll(setup(names), plus, 1 << 20);
    assert.equal(new Set(seen).size, names.length + 2);
  });

  test(`${name}: too small a count, foreign cookies, no directory`, async () => {
    const net = setup(["a".repeat(200)]);
    assert.equal(await page(net, plus, 0, 0n, ZERO_VERF), "NFS3ERR_TOOSMALL");
    assert.equal(await page(net, plus, 108, 0n, ZERO_VERF), "NFS3ERR_TOOSMALL");
    const first = await page(net, plus, 330, 0n, ZERO_VERF);
    assert.ok(typeof first !== "string" && first.names[0] === "." && !first.eof);
    assert.equal(await page(net, plus, 200, 2n, first.verf), "NFS3ERR_TOOSMALL");
    assert.equal(await page(net, plus, 1000, first.next, ZERO_VERF), "NFS3ERR_BAD_COOKIE");
    assert.equal(await page(net, plus, 1000, 2n ** 64n - 1n, first.verf), "NFS3ERR_BAD_COOKIE");
    const last = await page(net, plus, 1000, 2n, first.verf);
    assert.ok(typeof last !== "string" && last.eof);
    const end = await page(net, plus, 1000, last.next, last.verf);
    assert.ok(typeof end !== "string" && end.eof && end.names.length === 0);
    net.tree.file("/d/file");
    const file = (
      (await net.call(nfs3.NFSPROC3_LOOKUP, { what: { dir: net.dir, name: "file" } })) as {
        resok: nfs3.LOOKUP3resok;
      }
    ).resok.object;
    assert.equal(await page({ ...net, dir: file }, plus, 1000, 0n, ZERO_VERF), "NFS3ERR_NOTDIR");
    net.tree.remove("/d");
    assert.equal(await page(net, plus, 1000, 0n, ZERO_VERF), "NFS3ERR_STALE");
  });

  test(`${name}: needs read permission`, async () => {
    assert.equal(await page(setup([], sys(5, 5), 0o711), plus, 1000, 0n, ZERO_VERF), "NFS3ERR_ACCES");
  });
}

test("READDIRPLUS: dircount bounds names, not attributes and handles", async () => {
  const net = setup(["aaaa", "bbbb", "cccc"]);
  const entries = async (dircount: number) => {
    const args = { dir: net.dir, cookie: 0n, cookieverf: ZERO_VERF, dircount, maxcount: 8192 };
    const res = await net.call(nfs3.NFSPROC3_READDIRPLUS, args);
    return res.status === nfs3.nfsstat3.NFS3_OK
      ? res.resok.reply.entries.length
      : nameOf(nfs3.nfsstat3, res.status);
  };
  // fileid 8, length and name 8, cookie 8.
  assert.equal(await entries(23), "NFS3ERR_TOOSMALL");
  assert.equal(await entries(24), 1);
  assert.equal(await entries(24 * 3 + 23), 3);
  assert.equal(await entries(24 * 5), 5);
});

test("READDIRPLUS: attributes and handles are LOOKUP's; without search permission there are none", async () => {
  for (const [mode, follows] of [
    [0o755, true],
    [0o744, false],
  ] as const) {
    const net = setup(["a", "b"], sys(5, 5), mode);
    const args = { dir: net.dir, cookie: 0n, cookieverf: ZERO_VERF, dircount: 8192, maxcount: 8192 };
    const res = await net.call(nfs3.NFSPROC3_READDIRPLUS, args);
    assert.ok(res.status === nfs3.nfsstat3.NFS3_OK);
    for (const { name, fileid, name_attributes, name_handle } of res.resok.reply.entries) {
      assert.equal(name_handle.handle_follows, follows);
      assert.equal(name_attributes.attributes_follow, follows);
      if (!name_handle.handle_follows || !name_attributes.attributes_follow) continue;
      assert.equal(name_attributes.attributes.fileid, fileid);
      const found = await net.call(nfs3.NFSPROC3_LOOKUP, { what: { dir: net.dir, name } });
      assert.ok(found.status === nfs3.nfsstat3.NFS3_OK);
      assert.deepEqual(found.resok.object, name_handle.handle);
    }
  }
});
