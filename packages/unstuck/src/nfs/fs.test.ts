import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { nfs3 } from "../program/mod.js";
import { XprtError } from "../sunrpc/mod.js";
import { FileType, MemTree } from "../vfs/mod.js";
import { Cancel } from "./cancel.js";
import { NfsError } from "./mod.js";
import { failure, Rig } from "./rig.test.js";

const NO_CACHE = "actimeo=0";

/** A tree whose times follow the rig's clock, and the rig that serves it. */
function world(build: (tree: MemTree) => void = () => {}): { tree: MemTree; r: Rig } {
  let r: Rig | undefined;
  const tree = new MemTree({
    now: () => {
      const ms = r?.now ?? 0;
      return { seconds: Math.floor(ms / 1000), nseconds: (ms % 1000) * 1e6 };
    },
  });
  tree.file("/file.txt", "hello");
  build(tree);
  r = new Rig({ "/export": tree });
  return { tree, r };
}

async function mounted(options = NO_CACHE, build?: (tree: MemTree) => void) {
  const { tree, r } = world(build);
  const m = await r.mount(options);
  r.calls();
  return { tree, r, m };
}

test("stat with Node's names", async () => {
  const { m } = await mounted(NO_CACHE, (t) => {
    t.file("/f", "12345", { mode: 0o4755, uid: 7, gid: 8, mtime: { seconds: 5, nseconds: 250_000_000 } });
    t.special("/fifo", FileType.FIFO);
    t.special("/sock", FileType.SOCK);
    t.symlink("/link", "f");
  });
  const s = await m.stat("/f");
  assert.deepEqual(
    [s.mode, s.size, s.uid, s.gid, s.nlink, s.mtimeMs, s.mtimeNs, s.blocks, s.isFile(), s.isDirectory()],
    [0o104755, 5, 7, 8, 1, 5250, 5_250_000_000n, 1, true, false],
  );
  assert.equal(BigInt(s.ino), s.attr.fileid);
  assert.equal(s.blksize, m.options.rsize);
  assert.ok((await m.stat("/")).isDirectory());
  assert.ok((await m.stat("/fifo")).isFIFO());
  assert.ok((await m.stat("/sock")).isSocket());
  assert.ok((await m.lstat("/link")).isSymbolicLink());
  assert.ok((await m.stat("/link")).isFile());
  assert.equal((await m.stat("f")).ino, s.ino, "relative to the root");
});

test("the report's case: with actimeo=0 every stat goes to the wire, once", async () => {
  const { m, r } = await mounted();
  for (let i = 0; i < 3; i++) {
    await m.stat("/file.txt");
    assert.deepEqual(r.calls(), ["LOOKUP"]);
    await m.stat("/");
    assert.deepEqual(r.calls(), ["GETATTR"]);
  }
});

test("with caching a stat is answered from memory until the times are over", async () => {
  const { m, r, tree } = await mounted("");
  await m.stat("/file.txt");
  assert.deepEqual(r.calls(), ["LOOKUP"]);
  await m.stat("/file.txt");
  assert.deepEqual(r.calls(), []);
  r.now += 2999;
  await m.stat("/file.txt");
  assert.deepEqual(r.calls(), []);
  r.now += 1;
  await m.stat("/file.txt");
  assert.deepEqual(r.calls(), ["GETATTR"], "acregmin is over, the directory is trusted for acdirmin");
  tree.file("/file.txt", "longer text");
  assert.equal((await m.stat("/file.txt")).size, 5, "the change is not seen yet");
  r.now += 30_000;
  assert.equal((await m.stat("/file.txt")).size, 11);
  assert.deepEqual(r.calls(), ["LOOKUP"], "the directory has expired: one LOOKUP brings name and attributes");
});

test("an absent name is remembered, unless lookupcache=pos", async () => {
  for (const [options, calls] of [
    ["", []],
    ["lookupcache=pos", ["LOOKUP"]],
    ["lookupcache=none", ["LOOKUP"]],
  ] as const) {
    const { m, r } = await mounted(options);
    assert.equal((await failure(m.stat("/nope"))).code, "ENOENT");
    r.calls();
    assert.equal((await failure(m.stat("/nope"))).code, "ENOENT");
    assert.deepEqual(r.calls(), calls, options);
  }
});

test("a name that appears is found when the directory's times are over", async () => {
  const { m, r, tree } = await mounted("actimeo=3");
  assert.equal(await m.exists("/new"), false);
  r.now += 3000;
  tree.file("/new", "x");
  assert.equal(await m.exists("/new"), true);
});

test("an answer that was overtaken by the directory's change is not believed after it", async () => {
  const { m, r, tree } = await mounted("");
  await m.stat("/");
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  r.lie = async (proc) => {
    if (proc.name !== "NFSPROC3_LOOKUP") return undefined;
    r.lie = undefined;
    await held;
    return { status: nfs3.nfsstat3.NFS3ERR_NOENT, resfail: { dir_attributes: { attributes_follow: false } } };
  };
  const early = m.exists("/new");
  r.now += 31_000;
  tree.file("/new", "x");
  await m.stat("/");
  release();
  assert.equal(await early, false, "it was not there when the server looked");
  assert.equal(await m.exists("/new"), true);
});

const walks: readonly [string, string | { code: string }][] = [
  ["/", "/"],
  ["", "/"],
  [".", "/"],
  ["..", "/"],
  ["/../../file.txt", "/file.txt"],
  ["//file.txt", "/file.txt"],
  ["/a/b/../c", "/a/c"],
  ["/a/./b/", "/a/b"],
  ["/rel", "/a/b"],
  ["/rel/..", "/a"],
  ["/a/up", "/file.txt"],
  ["/abs", "/a/b"],
  ["/absroot", "/"],
  ["/chain", "/a/b"],
  ["/todir/b", "/a/b"],
  ["/file.txt/", { code: "ENOTDIR" }],
  ["/file.txt/..", { code: "ENOTDIR" }],
  ["/file.txt/x", { code: "ENOTDIR" }],
  ["/tofile/x", { code: "ENOTDIR" }],
  ["/nope", { code: "ENOENT" }],
  ["/nope/..", { code: "ENOENT" }],
  ["/dangling", { code: "ENOENT" }],
  ["/loop", { code: "ELOOP" }],
  ["/ping", { code: "ELOOP" }],
  ["/outside", { code: "ENOENT" }],
  ["/exportish", { code: "ENOENT" }],
  [`/${"x".repeat(256)}`, { code: "ENAMETOOLONG" }],
  [`/${"é".repeat(128)}`, { code: "ENAMETOOLONG" }],
  ["/a\0b", { code: "EINVAL" }],
];

function links(t: MemTree): void {
  t.dir("/a/b");
  t.dir("/a/c");
  t.symlink("/rel", "a/b");
  t.symlink("/a/up", "../file.txt");
  t.symlink("/abs", "/export/a/b");
  t.symlink("/absroot", "/export");
  t.symlink("/chain", "rel");
  t.symlink("/todir", "a");
  t.symlink("/tofile", "file.txt");
  t.symlink("/dangling", "no/such");
  t.symlink("/loop", "loop");
  t.symlink("/ping", "pong");
  t.symlink("/pong", "ping");
  t.symlink("/outside", "/etc/passwd");
  t.symlink("/exportish", "/exported/a");
}

for (const [path, expected] of walks) {
  test(`path ${path.length > 40 ? `${path.slice(0, 9)}…` : JSON.stringify(path)}`, async () => {
    for (const options of [NO_CACHE, ""]) {
      const { m } = await mounted(options, links);
      for (let i = 0; i < 2; i++) {
        if (typeof expected === "string") assert.equal(await m.realpath(path), expected);
        else {
          const e = await failure(m.stat(path));
          assert.ok(e instanceof NfsError);
          assert.deepEqual([e.code, e.syscall, e.path], [expected.code, "stat", path]);
        }
      }
    }
  });
}

test("a name of 255 bytes is fine", async () => {
  const { m } = await mounted(NO_CACHE, (t) => t.file(`/${"é".repeat(127)}x`));
  assert.ok(await m.exists(`/${"é".repeat(127)}x`));
});

test("readlink, access, statfs, pathconf", async () => {
  const { m } = await mounted("ro", (t) => {
    links(t);
    t.file("/secret", "", { mode: 0o600 });
  });
  assert.equal(await m.readlink("/rel"), "a/b");
  assert.equal((await failure(m.readlink("/file.txt"))).code, "EINVAL");
  await m.access("/file.txt");
  await m.access("/file.txt", 4);
  await m.access("/a", 5);
  assert.equal((await failure(m.access("/file.txt", 1))).code, "EACCES");
  assert.equal((await failure(m.access("/secret", 4))).code, "EACCES");
  assert.equal((await failure(m.access("/file.txt", 2))).code, "EROFS");
  assert.equal((await failure(m.access("/nope"))).code, "ENOENT");
  const fs = await m.statfs();
  assert.deepEqual([fs.type, fs.bsize], [0x6969, 4096]);
  assert.equal((await m.pathconf("/")).nameMax, 255);
});

test("reading whole files, in pieces, by handle", async () => {
  const bytes = randomBytes(300_001);
  const { m, r } = await mounted("rsize=65536", (t) => t.file("/big", bytes));
  assert.deepEqual(Buffer.from(await m.readFile("/big")), bytes);
  assert.equal(await m.readFile("/file.txt", "utf8"), "hello");
  assert.equal(await m.readFile("/file.txt", { encoding: "utf8" }), "hello");
  const hash = createHash("sha256");
  for await (const chunk of m.chunks("/big", { depth: 3 })) hash.update(chunk);
  assert.equal(hash.digest("hex"), createHash("sha256").update(bytes).digest("hex"));
  const some: Uint8Array[] = [];
  for await (const chunk of m.chunks("/big", { start: 100_000, end: 200_000n, chunkBytes: 10_000 }))
    some.push(chunk);
  assert.deepEqual(Buffer.concat(some), bytes.subarray(100_000, 200_001));
  await using file = await m.open("/big");
  const { bytesRead, buffer } = await file.read({ buffer: new Uint8Array(200_000), position: 150_000 });
  assert.deepEqual(
    [bytesRead, Buffer.from(buffer.subarray(0, bytesRead)).equals(bytes.subarray(150_000))],
    [150_001, true],
  );
  assert.equal((await file.read({ length: 3 })).bytesRead, 3);
  const next = await file.read({ buffer: new Uint8Array(10), offset: 4, length: 3 });
  assert.deepEqual(Buffer.from(next.buffer.subarray(4, 7)), bytes.subarray(3, 6));
  assert.equal((await file.read({ position: 400_000 })).bytesRead, 0);
  assert.equal((await failure(file.read({ buffer: new Uint8Array(4), length: 5 }))).code, "EINVAL");
  assert.equal((await file.stat()).size, 300_001);
  await file.close();
  assert.equal((await failure(file.stat())).code, "EBADF");
  assert.equal((await failure(m.open("/"))).code, "EISDIR");
  assert.equal((await failure(m.open("/big", "w" as "r"))).code, "EROFS");
  r.calls();
  assert.equal((await m.readFile("/empty").catch((e: NfsError) => e.code)) as unknown, "ENOENT");
});

test("reading ahead: so many READs under way, none beyond the known end, cancelled when the loop is left", async () => {
  const { m, r } = await mounted("rsize=4096", (t) => t.file("/f", randomBytes(10 * 4096)));
  let open = 0;
  let most = 0;
  r.lie = async (proc) => {
    if (proc.name !== "NFSPROC3_READ") return undefined;
    most = Math.max(most, ++open);
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    return undefined;
  };
  let chunks = 0;
  for await (const _ of m.chunks("/f", { depth: 4 })) chunks++;
  assert.deepEqual([chunks, most], [10, 4]);
  assert.equal(r.calls().filter((c) => c === "READ").length, 10);
  for await (const _ of m.chunks("/f", { depth: 4 })) break;
  assert.ok(r.callers.at(-1)!.seen.every((s) => s.proc !== "NFSPROC3_READ" || s.options!.signal!.aborted));
});

test("cto: open fetches attributes, nocto does not", async () => {
  for (const [options, calls] of [
    ["", ["GETATTR"]],
    ["nocto", []],
  ] as const) {
    const { m, r } = await mounted(options);
    await m.stat("/file.txt");
    r.calls();
    await m.open("/file.txt");
    assert.deepEqual(r.calls(), calls);
  }
});

test("listing: names, entries, pages on demand", async () => {
  const many = Array.from({ length: 3000 }, (_, i) => `name-${String(i).padStart(5, "0")}`);
  const { m, r } = await mounted("", (t) => {
    for (const name of many) t.file(`/d/${name}`, "x");
    t.dir("/d/sub");
  });
  assert.deepEqual((await m.readdir("/d")).sort(), [...many, "sub"].sort());
  assert.ok(r.calls().includes("READDIR"));
  const entries = await m.readdir("/d", { withFileTypes: true });
  assert.equal(entries.length, 3001);
  assert.deepEqual(
    [entries.find((e) => e.name === "sub")!.isDirectory(), entries[0]!.parentPath],
    [true, "/d"],
  );
  assert.ok(entries.every((e) => e.stats !== undefined));
  r.calls();
  await m.stat(`/d/${many[7]}`);
  assert.deepEqual(r.calls(), [], "READDIRPLUS has filled the caches");
  const dir = await m.opendir("/d");
  assert.deepEqual(r.calls(), [], "nothing is fetched before it is wanted");
  await dir.read();
  const [first] = r.calls();
  assert.equal(first, "READDIRPLUS");
  for await (const _ of dir) break;
  assert.equal((await failure(dir.read())).code, "EBADF");
  assert.equal((await failure(m.readdir("/file.txt"))).code, "ENOTDIR");
  assert.equal((await failure(m.opendir("/file.txt"))).code, "ENOTDIR");
});

test("reads of one open directory at the same time lose and repeat nothing", async () => {
  const { m } = await mounted("", (t) => {
    for (let i = 0; i < 2000; i++) t.file(`/d/name-${i}`, "x");
  });
  const dir = await m.opendir("/d");
  const entries = await Promise.all(Array.from({ length: 2100 }, () => dir.read()));
  const names = entries.flatMap((entry) => (entry === null ? [] : [entry.name]));
  assert.deepEqual([names.length, new Set(names).size], [2000, 2000]);
});

test("listing without READDIRPLUS still knows the types", async () => {
  for (const options of ["", "nordirplus"]) {
    const { m, r } = await mounted(options, (t) => t.dir("/sub"));
    r.lie = (proc) =>
      proc.name === "NFSPROC3_READDIRPLUS"
        ? { status: nfs3.nfsstat3.NFS3ERR_NOTSUPP, resfail: { dir_attributes: { attributes_follow: false } } }
        : undefined;
    for (const expected of options === "" ? [true, false] : [false]) {
      const entries = await m.readdir("/", { withFileTypes: true });
      assert.deepEqual(entries.map((e) => [e.name, e.isDirectory()]).sort(), [
        ["file.txt", false],
        ["sub", true],
      ]);
      assert.equal(r.calls().includes("READDIRPLUS"), expected, "asked once, then never again");
    }
  }
});

test("a path whose handles went stale is looked up again", async () => {
  const { m, tree, r } = await mounted("actimeo=600");
  await m.stat("/file.txt");
  tree.remove("/file.txt");
  tree.file("/file.txt", "another file");
  r.calls();
  assert.equal(await m.readFile("/file.txt", "utf8"), "another file");
  assert.deepEqual(r.calls().slice(0, 2), ["GETATTR", "LOOKUP"]);
});

test("an open file that went stale: ESTALE, or looked up again with relookup", async () => {
  for (const options of ["", "relookup"]) {
    const { m, tree } = await mounted(options);
    const file = await m.open("/file.txt");
    tree.remove("/file.txt");
    tree.file("/file.txt", "another file");
    if (options === "") assert.equal((await failure(file.readFile())).status, "NFS3ERR_STALE");
    else assert.equal(await file.readFile({ encoding: "utf8" }), "another file");
  }
});

test("a root that went stale is mounted again with relookup only", async () => {
  for (const options of ["port=2049", "port=2049,relookup"]) {
    const { m, r } = await mounted(options);
    const again = new MemTree({ incarnation: 2 });
    again.file("/file.txt", "after the move");
    const moved = new Rig({ "/export": again });
    r.services.splice(0, r.services.length, ...moved.services);
    if (options === "port=2049") assert.equal((await failure(m.stat("/file.txt"))).code, "ESTALE");
    else assert.equal((await m.stat("/file.txt")).size, 14);
  }
});

test("NFS3ERR_JUKEBOX: waits grow, are visible, counted and bounded", async () => {
  const { m, r } = await mounted();
  let left = 4;
  r.lie = (proc) => {
    if (proc.name !== "NFSPROC3_LOOKUP" || left-- <= 0) return undefined;
    return {
      status: nfs3.nfsstat3.NFS3ERR_JUKEBOX,
      resfail: { dir_attributes: { attributes_follow: false } },
    };
  };
  const { sleep } = r.ports;
  const seen: string[] = [];
  Object.assign(r.ports, {
    sleep: (ms: number) => {
      seen.push(...m.waits().map((w) => `${w.syscall} ${w.path} ${w.count} ${w.until - w.since}`));
      return sleep(ms);
    },
  });
  await m.stat("/file.txt");
  assert.deepEqual(seen, [
    "stat /file.txt 1 100",
    "stat /file.txt 2 200",
    "stat /file.txt 3 400",
    "stat /file.txt 4 800",
  ]);
  assert.deepEqual(m.waits(), []);
  left = Number.POSITIVE_INFINITY;
  const e = await failure(m.stat("/file.txt"));
  assert.deepEqual([e.code, e.status, e.waits], ["EAGAIN", "NFS3ERR_JUKEBOX", 30]);
  assert.ok(r.slept.every((ms) => ms <= 5000));
  const before = r.now;
  const late = await failure(m.stat("/file.txt", { deadlineMs: 1000 }));
  assert.deepEqual([late.code, r.now - before], ["ETIMEDOUT", 1000]);
});

test("deadline and signal reach every call; errors keep `sent` and name the path", async () => {
  const { m, r } = await mounted("actimeo=0,deadline=2");
  await m.stat("/file.txt");
  assert.equal(r.callers.at(-1)!.seen[0]!.options!.deadlineMs, 2000);
  assert.equal(r.callers.at(-1)!.seen[0]!.options!.label, "server:/export/file.txt");
  await m.stat("/file.txt", { deadlineMs: 50 });
  assert.equal(r.callers.at(-1)!.seen[1]!.options!.deadlineMs, 50);
  const cancel = new Cancel();
  r.lie = () => {
    cancel.abort();
    return undefined;
  };
  const e = await failure(m.stat("/file.txt", { signal: cancel }));
  assert.ok(e instanceof XprtError);
  assert.deepEqual([e.code, e.sent], ["ECANCELED", "maybe"]);
  assert.match(e.message, /stat '\/file.txt'/);
});

test("every nfsstat3 has its errno", async () => {
  const { m, r } = await mounted();
  for (const [name, value] of Object.entries(nfs3.nfsstat3).filter(([n]) => n.startsWith("NFS3ERR_"))) {
    if (name === "NFS3ERR_JUKEBOX") continue;
    r.lie = (proc) => (proc.name === "NFSPROC3_GETATTR" ? { status: value } : undefined);
    const e = await failure(m.stat("/"));
    assert.equal(e.status, name);
    assert.match(e.code, /^E[A-Z]+$/);
    assert.ok(name === "NFS3ERR_IO" || e.code !== "EIO", name);
  }
});
