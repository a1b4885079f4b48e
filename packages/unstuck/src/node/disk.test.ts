import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { VfsError, type VfsErrorCode } from "../vfs/mod.js";
import { type DiskOptions, type DiskVfs, openDisk } from "./disk.js";
import type { DiskNode } from "./disk-node.js";

interface Place {
  readonly root: string;
  readonly outside: string;
  readonly stateDir: string;
  open(options?: DiskOptions): DiskVfs;
}

function place(t: TestContext): Place {
  const base = mkdtempSync(join(tmpdir(), "unstuck-disk-"));
  const root = join(base, "export");
  const outside = join(base, "outside");
  const stateDir = join(base, "state");
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, "secret"), "secret");
  const opened: DiskVfs[] = [];
  t.after(() => {
    for (const vfs of opened) vfs.close();
    rmSync(base, { recursive: true });
  });
  const open = (options: DiskOptions = {}): DiskVfs => {
    const vfs = openDisk(root, { stateDir, ...options });
    opened.push(vfs);
    return vfs;
  };
  return { root, outside, stateDir, open };
}

async function walk(vfs: DiskVfs, path: string): Promise<DiskNode> {
  let node = vfs.root;
  for (const name of path.split("/")) ({ node } = await vfs.lookup(node, name));
  return node;
}

async function text(vfs: DiskVfs, handle: Uint8Array): Promise<string> {
  const { data } = await vfs.read(await vfs.resolve(handle), 0, 1000);
  return Buffer.from(data).toString();
}

async function fails(codes: VfsErrorCode | readonly VfsErrorCode[], act: () => unknown): Promise<void> {
  await assert.rejects(
    async () => act(),
    (error) => error instanceof VfsError && [codes].flat().includes(error.code),
    `expected ${codes}`,
  );
}

function openFds(): number {
  return readdirSync("/proc/self/fd").length;
}

test("handles survive a restart, also of files that moved meanwhile, also without the trail", async (t) => {
  const { root, open, stateDir } = place(t);
  mkdirSync(join(root, "a/b/c"), { recursive: true });
  mkdirSync(join(root, "other"));
  writeFileSync(join(root, "a/b/c/file"), "one");
  writeFileSync(join(root, "a/b/second"), "two");
  const first = open();
  const one = first.handle(await walk(first, "a/b/c/file"));
  const two = first.handle(await walk(first, "a/b/second"));
  const dir = first.handle(await walk(first, "a/b/c"));
  first.close();

  const second = open();
  assert.equal(await text(second, one), "one");
  assert.equal(await text(second, two), "two");
  assert.deepEqual((await second.readdir(await second.resolve(dir), true)).names, ["file"]);
  assert.deepEqual(second.handle(await second.resolve(one)), one);
  second.close();

  renameSync(join(root, "a/b"), join(root, "other/bb"));
  renameSync(join(root, "other/bb/c/file"), join(root, "renamed"));
  const third = open();
  assert.equal(await text(third, one), "one");
  assert.equal(await text(third, two), "two");
  third.close();

  for (const name of readdirSync(stateDir)) if (name.startsWith("trail")) unlinkSync(join(stateDir, name));
  assert.equal(await text(open(), two), "two");
});

test("a torn or foreign trail does no harm", async (t) => {
  const { root, open, stateDir } = place(t);
  mkdirSync(join(root, "d"));
  writeFileSync(join(root, "d/file"), "one");
  writeFileSync(join(root, "d/other"), "two");
  const first = open();
  const node = await walk(first, "d/file");
  const handle = first.handle(node);
  first.close();
  const trail = join(stateDir, "trail-0");
  const lie = JSON.stringify([node.key, first.root.key, "../outside/secret"]);
  appendFileSync(trail, `rubbish\n[1,2]\n${lie}\n[${JSON.stringify(node.key)},12`);
  const second = open();
  await fails("EINVAL", () => second.lookup(second.root, "../outside/secret"));
  assert.equal(await text(second, handle), "one");
  second.handle(await walk(second, "d/other"));
  second.close();
  assert.match(readFileSync(trail, "utf8"), /"other"\]\n$/);
});

test("the trail is rewritten when most of it is out of date", async (t) => {
  const { root, open, stateDir } = place(t);
  writeFileSync(join(root, "file"), "one");
  const first = open();
  const handle = first.handle(await walk(first, "file"));
  first.close();
  const trail = join(stateDir, "trail-0");
  const line = readFileSync(trail, "utf8");
  appendFileSync(trail, line.repeat(500));
  const second = open();
  assert.equal(readFileSync(trail, "utf8"), line);
  assert.equal(await text(second, handle), "one");
});

test("the key is its owner's only, and another key's handles are refused", async (t) => {
  const { root, open, stateDir } = place(t);
  writeFileSync(join(root, "file"), "one");
  const vfs = open();
  const handle = vfs.handle(await walk(vfs, "file"));
  assert.equal(statSync(join(stateDir, "key")).mode & 0o777, 0o600);
  assert.equal(statSync(stateDir).mode & 0o777, 0o700);
  const otherExport = open({ fsid: 7 });
  await fails("EBADHANDLE", () => otherExport.resolve(handle));
  const otherKey = open({ stateDir: null });
  await fails("EBADHANDLE", () => otherKey.resolve(handle));
});

test("attributes are asked for once a turn, and anew in the next", async (t) => {
  const { root, open } = place(t);
  writeFileSync(join(root, "file"), "one");
  const disk = open();
  const { node } = await disk.lookup(disk.root, "file");
  const sizes = async (): Promise<bigint[]> => {
    const first = disk.getattr(node);
    appendFileSync(join(root, "file"), "!");
    return (await Promise.all([first, disk.getattr(node)])).map((attr) => attr.size);
  };
  await disk.getattr(node);
  assert.deepEqual(await sizes(), [3n, 3n]);
  assert.deepEqual(await sizes(), [4n, 4n]);
});

test("a removed file is stale, and its name's next owner is not served under its handle", async (t) => {
  const { root, open } = place(t);
  for (const reach of ["fd", "path"] as const) {
    const path = join(root, "file");
    writeFileSync(path, "old");
    const vfs = open({ reach });
    const node = await walk(vfs, "file");
    const handle = vfs.handle(node);
    assert.equal(await text(vfs, handle), "old");
    unlinkSync(path);
    writeFileSync(path, "new");
    await fails(["ESTALE", "EJUKEBOX"], () => vfs.getattr(node));
    await fails(["ESTALE", "EJUKEBOX"], () => text(vfs, handle));
    assert.equal(await text(vfs, vfs.handle(await walk(vfs, "file"))), "new");
    const restarted = open({ reach });
    await fails("ESTALE", () => text(restarted, handle));
    unlinkSync(path);
  }
});

test("a renamed file keeps its handle, in the same directory and across", async (t) => {
  const { root, open } = place(t);
  for (const reach of ["fd", "path"] as const) {
    mkdirSync(join(root, "a/b"), { recursive: true });
    mkdirSync(join(root, "c"));
    writeFileSync(join(root, "a/b/file"), "one");
    const vfs = open({ reach, maxFds: 1 });
    const handle = vfs.handle(await walk(vfs, "a/b/file"));
    renameSync(join(root, "a/b/file"), join(root, "a/b/file2"));
    assert.equal(await text(vfs, handle), "one");
    const moved = open({ reach, maxFds: 1 });
    renameSync(join(root, "a"), join(root, "c/a"));
    assert.equal(await text(moved, handle), "one");
    const node = await moved.resolve(handle);
    assert.deepEqual(moved.handle(node), handle);
    rmSync(join(root, "c"), { recursive: true });
  }
});

test("a directory moved into its own child's place does not make a circle", async (t) => {
  const { root, open } = place(t);
  mkdirSync(join(root, "a/b"), { recursive: true });
  writeFileSync(join(root, "a/b/file"), "one");
  const vfs = open({ maxFds: 1 });
  const handle = vfs.handle(await walk(vfs, "a/b/file"));
  renameSync(join(root, "a/b"), join(root, "b"));
  renameSync(join(root, "a"), join(root, "b/a"));
  await walk(vfs, "b/a");
  assert.equal(await text(vfs, handle), "one");
});

test("a directory swapped for a symbolic link leads nowhere", async (t) => {
  const { root, outside, open } = place(t);
  for (const reach of ["fd", "path"] as const) {
    mkdirSync(join(root, "dir/sub"), { recursive: true });
    writeFileSync(join(root, "dir/sub/secret"), "public");
    mkdirSync(join(outside, "sub"));
    writeFileSync(join(outside, "sub/secret"), "private");
    const vfs = open({ reach, maxFds: 1 });
    const dir = await walk(vfs, "dir");
    const sub = await walk(vfs, "dir/sub");
    const file = vfs.handle(await walk(vfs, "dir/sub/secret"));
    renameSync(join(root, "dir"), join(root, "moved"));
    symlinkSync(outside, join(root, "dir"));
    // The inodes are served where they are now; the link's target never.
    assert.equal(await text(vfs, file), "public");
    assert.equal(await text(vfs, vfs.handle((await vfs.lookup(sub, "secret")).node)), "public");
    await fails("ENOENT", () => vfs.lookup(dir, "secret"));
    await fails("ENOTDIR", () => walk(vfs, "dir/secret"));
    await fails("EINVAL", async () => vfs.read(await walk(vfs, "dir"), 0, 10));
    rmSync(join(root, "dir"));
    rmSync(join(root, "moved"), { recursive: true });
    rmSync(join(outside, "sub"), { recursive: true });
  }
});

test("what was moved out of the export is out of reach", async (t) => {
  const { root, outside, open } = place(t);
  mkdirSync(join(root, "dir"));
  writeFileSync(join(root, "dir/file"), "one");
  const vfs = open();
  const node = await walk(vfs, "dir/file");
  const handle = vfs.handle(node);
  renameSync(join(root, "dir"), join(outside, "dir"));
  // As after TRUST_MS: nothing is believed that was seen before.
  for (let at: DiskNode | undefined = node; at?.parent !== undefined; at = at.parent) at.seenAt = -1e9;
  await fails("ESTALE", () => text(vfs, handle));
  await fails("ESTALE", () => text(open(), handle));
});

test("special files are not opened", { skip: process.platform !== "linux" }, async (t) => {
  const { root, open } = place(t);
  execFileSync("mkfifo", [join(root, "fifo")]);
  const vfs = open();
  const { node, attr } = await vfs.lookup(vfs.root, "fifo");
  assert.equal(attr.type, 7);
  await fails("EINVAL", () => vfs.read(node, 0, 10));
});

test("names and targets that are not UTF-8 round-trip", async (t) => {
  const { root, open } = place(t);
  const bytes = Buffer.from([0x66, 0xff, 0xfe, 0x6f]);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), bytes]), "foreign");
  symlinkSync(bytes, join(root, "link"));
  const vfs = open();
  const listing = await vfs.readdir(vfs.root, true);
  const name = listing.names.find((each) => each !== "link") as string;
  assert.equal(name, "f\udcff\udcfeo");
  const handle = vfs.handle((await vfs.lookup(vfs.root, name)).node);
  assert.equal(await vfs.readlink(await walk(vfs, "link")), name);
  assert.equal(await text(open(), handle), "foreign");
});

test("a listing shows every change, however soon after the last", async (t) => {
  const { root, open } = place(t);
  const vfs = open();
  for (let i = 0; i < 50; i++) {
    writeFileSync(join(root, `f${i}`), "");
    assert.equal((await vfs.readdir(vfs.root, true)).names.length, i + 1);
  }
  utimesSync(root, 1, 1);
  const before = await vfs.readdir(vfs.root, false);
  assert.equal(before.names.length, 50);
});

test("descriptors are bounded and all closed at the end", async (t) => {
  const { root, open } = place(t);
  for (let i = 0; i < 100; i++) writeFileSync(join(root, `f${i}`), "x");
  const before = openFds();
  for (const mode of ["sync", "async"] as const) {
    const vfs = open({ maxFds: 10, io: { mode } });
    const nodes = await Promise.all(Array.from({ length: 100 }, (_, i) => walk(vfs, `f${i}`)));
    await Promise.all(nodes.map((node) => vfs.read(node, 0, 10)));
    assert.ok(openFds() - before <= 22, `${openFds() - before} descriptors are open`);
    vfs.close();
    await fails("ESTALE", () => vfs.getattr(vfs.root));
  }
  assert.equal(openFds(), before);
});

test("a folder that cannot be read says EACCES", { skip: process.getuid?.() === 0 }, async (t) => {
  const { root, open } = place(t);
  mkdirSync(join(root, "closed"));
  chmodSync(join(root, "closed"), 0);
  const vfs = open();
  await fails("EACCES", async () => vfs.readdir(await walk(vfs, "closed"), true));
  chmodSync(join(root, "closed"), 0o700);
});

test("a root that is no directory is refused", (t) => {
  const { root } = place(t);
  writeFileSync(join(root, "file"), "");
  assert.throws(() => openDisk(join(root, "file"), { stateDir: null }), { code: "ENOTDIR" });
  assert.throws(() => openDisk(join(root, "nothing"), { stateDir: null }), { code: "ENOENT" });
  assert.equal(existsSync(join(root, "nothing")), false);
});
