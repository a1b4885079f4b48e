/** What every Vfs must do, run over memory and over a disk folder reached in both ways, asked synchronously and not. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FileType, MemTree, MemVfs, type Vfs, VfsError, type VfsErrorCode } from "../vfs/mod.js";
import { openDisk } from "./disk.js";

const BIG_BYTES = 300_000;
const big = Uint8Array.from({ length: BIG_BYTES }, (_, i) => (i * 7) & 255);
const manyNames = Array.from({ length: 700 }, (_, i) => `entry ${i}`);

function memory(): Vfs {
  const tree = new MemTree();
  tree.file("/hello.txt", "hello\n", { mode: 0o640, uid: 10, gid: 20 });
  tree.file("/empty");
  tree.file("/big", big);
  tree.file("/sparse", { zeros: 5_000_000_000 });
  tree.dir("/sub/deep", { mode: 0o700 });
  tree.file("/sub/deep/ünï", "x");
  tree.symlink("/link", "sub/deep");
  for (const name of manyNames) tree.file(`/many/${name}`);
  return new MemVfs(tree);
}

const root = mkdtempSync(join(tmpdir(), "unstuck-vfs-"));
mkdirSync(join(root, "sub/deep"), { recursive: true });
mkdirSync(join(root, "many"));
writeFileSync(join(root, "hello.txt"), "hello\n");
chmodSync(join(root, "hello.txt"), 0o640);
writeFileSync(join(root, "empty"), "");
writeFileSync(join(root, "big"), big);
writeFileSync(join(root, "sparse"), "");
truncateSync(join(root, "sparse"), 5_000_000_000);
writeFileSync(join(root, "sub/deep/ünï"), "x");
chmodSync(join(root, "sub/deep"), 0o700);
symlinkSync("sub/deep", join(root, "link"));
for (const name of manyNames) writeFileSync(join(root, "many", name), "");
after(() => rmSync(root, { recursive: true }));

const stateDir = null;
const backends: readonly [string, () => Vfs][] = [
  ["memory", memory],
  ["disk, sync", () => openDisk(root, { stateDir, io: { mode: "sync" } })],
  ["disk, async", () => openDisk(root, { stateDir, io: { mode: "async" } })],
  ["disk, three descriptors", () => openDisk(root, { stateDir, maxFds: 3, maxNodes: 4 })],
  ["disk, by path", () => openDisk(root, { stateDir, reach: "path" })],
];

/** Asserts that `act` throws or rejects with `code`. */
async function fails(code: VfsErrorCode, act: () => unknown): Promise<void> {
  await assert.rejects(
    async () => act(),
    (error) => error instanceof VfsError && error.code === code,
    `expected ${code}`,
  );
}

async function walk(vfs: Vfs, path: string): Promise<object> {
  let node = vfs.root;
  for (const name of path.split("/").filter((part) => part !== "")) ({ node } = await vfs.lookup(node, name));
  return node;
}

for (const [name, make] of backends) {
  test(`${name}: attributes`, async () => {
    const vfs = make();
    const dir = await vfs.getattr(vfs.root);
    assert.equal(dir.type, FileType.DIR);
    const hello = await vfs.lookup(vfs.root, "hello.txt");
    assert.equal(hello.attr.type, FileType.REG);
    assert.equal(hello.attr.mode, 0o640);
    assert.equal(hello.attr.size, 6n);
    assert.equal(hello.attr.nlink, 1);
    assert.deepEqual(await vfs.getattr(hello.node), hello.attr);
    assert.equal((await vfs.lookup(vfs.root, "sparse")).attr.size, 5_000_000_000n);
    assert.equal((await vfs.lookup(vfs.root, "link")).attr.type, FileType.LNK);
    await vfs.close();
  });

  test(`${name}: names`, async () => {
    const vfs = make();
    const deep = await walk(vfs, "/sub/deep");
    const sub = await walk(vfs, "/sub");
    const fileid = async (node: object) => (await vfs.getattr(node)).fileid;
    assert.equal((await vfs.lookup(deep, "..")).attr.fileid, await fileid(sub));
    assert.equal((await vfs.lookup(deep, ".")).attr.fileid, await fileid(deep));
    assert.equal((await vfs.lookup(vfs.root, "..")).attr.fileid, await fileid(vfs.root));
    assert.equal((await vfs.lookup(deep, "ünï")).attr.size, 1n);
    await fails("ENOENT", () => vfs.lookup(vfs.root, "nothing"));
    await fails("ENOTDIR", () => walk(vfs, "/hello.txt/x"));
    await fails("ENOTDIR", () => walk(vfs, "/link/ünï"));
    await fails("EINVAL", () => vfs.lookup(vfs.root, ""));
    await fails("EINVAL", () => vfs.lookup(vfs.root, "sub/deep"));
    await fails("EINVAL", () => vfs.lookup(vfs.root, "../etc"));
    await fails("EINVAL", () => vfs.lookup(vfs.root, "hello.txt\0"));
    await fails("ENAMETOOLONG", () => vfs.lookup(vfs.root, "x".repeat(256)));
    await fails("ENAMETOOLONG", () => vfs.lookup(vfs.root, "ü".repeat(128)));
    await fails("ENOENT", () => vfs.lookup(vfs.root, "x".repeat(255)));
    await vfs.close();
  });

  test(`${name}: reading`, async () => {
    const vfs = make();
    const file = await walk(vfs, "/big");
    for (const [offset, count] of [
      [0, 10],
      [1, 65536],
      [65537, 200_000],
      [BIG_BYTES - 5, 100],
      [BIG_BYTES, 10],
      [2 ** 52, 10],
      [0, BIG_BYTES + 1],
    ] as const) {
      const { data, attr, release } = await vfs.read(file, offset, count);
      assert.deepEqual(
        Buffer.from(data),
        Buffer.from(big.subarray(offset, offset + count)),
        `${offset}+${count}`,
      );
      assert.equal(attr.size, BigInt(BIG_BYTES));
      release?.();
    }
    const sparse = await vfs.read(await walk(vfs, "/sparse"), 4_999_999_990, 100);
    assert.deepEqual([...sparse.data], new Array(10).fill(0));
    assert.equal((await vfs.read(await walk(vfs, "/empty"), 0, 10)).data.length, 0);
    await fails("EISDIR", () => vfs.read(vfs.root, 0, 1));
    await fails("EINVAL", async () => vfs.read(await walk(vfs, "/link"), 0, 1));
    assert.equal(await vfs.readlink(await walk(vfs, "/link")), "sub/deep");
    await fails("EINVAL", () => vfs.readlink(file));
    await fails("EINVAL", () => vfs.readlink(vfs.root));
    await vfs.close();
  });

  test(`${name}: listing`, async () => {
    const vfs = make();
    const many = await walk(vfs, "/many");
    const listing = await vfs.readdir(many, true);
    assert.deepEqual([...listing.names].sort(), [...manyNames].sort());
    const again = await vfs.readdir(many, false);
    assert.deepEqual(again.cookies, listing.cookies);
    await fails("ENOTDIR", async () => vfs.readdir(await walk(vfs, "/hello.txt"), true));
    await vfs.close();
  });

  test(`${name}: handles`, async () => {
    const vfs = make();
    for (const path of ["/", "/hello.txt", "/sub/deep", "/sub/deep/ünï", "/link", "/many/entry 5"]) {
      const node = await walk(vfs, path);
      const handle = vfs.handle(node);
      assert.ok(handle.length <= 56);
      const found = await vfs.resolve(Uint8Array.from(handle));
      assert.equal((await vfs.getattr(found)).fileid, (await vfs.getattr(node)).fileid, path);
      assert.deepEqual(vfs.handle(found), handle);
    }
    await fails("EBADHANDLE", () => vfs.resolve(new Uint8Array(0)));
    await fails("EBADHANDLE", () => vfs.resolve(new Uint8Array(56)));
    // Memory's handles are not sealed.
    for (let i = 0; name !== "memory" && i < vfs.handle(vfs.root).length; i++) {
      const forged = Uint8Array.from(vfs.handle(vfs.root));
      forged[i] = (forged[i] as number) ^ 0x80;
      await assert.rejects(
        async () => vfs.resolve(forged),
        (error: VfsError) => error.code === "EBADHANDLE",
      );
    }
    await vfs.close();
  });

  test(`${name}: fsstat`, async () => {
    const vfs = make();
    const stat = await vfs.fsstat(vfs.root);
    assert.ok(stat.tbytes >= stat.fbytes && stat.fbytes >= stat.abytes);
    assert.ok(stat.tfiles >= stat.ffiles);
    await vfs.close();
  });
}
