import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cred, Peer } from "../../sunrpc/mod.js";
import { FileType, MemTree, MemVfs, type Vfs } from "../../vfs/mod.js";
import { nameOf } from "../../xdr/mod.js";
import { direct, LOCAL, ROOT, sys } from "../direct.fixture.js";
import { type Export, type ExportOptions, Exports } from "../exports.js";
import * as nfs3 from "./nfs3.gen.js";
import { server } from "./server.js";

const ZERO_VERF = new Uint8Array(8);

function build(tree: MemTree): MemTree {
  tree.file("/hello", "hello\n", { mode: 0o640, uid: 10, gid: 20 });
  tree.file("/script", "#!", { mode: 0o711, uid: 10, gid: 20 });
  tree.file("/big", { zeros: 10_000_000 }, { mode: 0o444 });
  tree.symlink("/link", "hello");
  tree.special("/fifo", FileType.FIFO);
  tree.dir("/open");
  tree.file("/open/a", "a");
  tree.dir("/listonly", { mode: 0o744, uid: 10 });
  tree.file("/listonly/a", "a");
  tree.dir("/searchonly", { mode: 0o711, uid: 10 });
  tree.file("/searchonly/a", "a");
  tree.dir("/closed", { mode: 0o700, uid: 10 });
  return tree;
}

function setup(options: Partial<ExportOptions> & { peer?: Peer; cred?: Cred; vfs?: Vfs } = {}) {
  const tree = build(new MemTree());
  const vfs: Vfs = options.vfs ?? new MemVfs(tree);
  const exports = new Exports([{ path: "/", squash: "none", ...options, vfs }]);
  const from = exports.list[0] as Export;
  const net = direct([server(exports)], options.peer, options.cred);
  const root = { data: from.handle(vfs.root) };
  const handle = async (path: string): Promise<nfs3.nfs_fh3> => {
    let node: object = vfs.root;
    for (const name of path.split("/").filter(Boolean)) ({ node } = await vfs.lookup(node, name));
    return { data: from.handle(node) };
  };
  return { ...net, tree, root, handle };
}

const statusName = (res: { status: nfs3.nfsstat3 }) => nameOf(nfs3.nfsstat3, res.status);

/** The results, whose status must be NFS3_OK. */
function ok<T extends { status: nfs3.nfsstat3 }>(res: T): Extract<T, { resok: unknown }>["resok"] {
  assert.equal(statusName(res), "NFS3_OK");
  return (res as Extract<T, { resok: unknown }>).resok as Extract<T, { resok: unknown }>["resok"];
}

/** Asserts that the call failed with `name`, and carries the attributes of an object of `type` in `field`. */
function failed(res: { status: nfs3.nfsstat3 }, name: string, field?: string, type?: FileType): void {
  assert.equal(statusName(res), name);
  if (field === undefined) return;
  const attr = (res as unknown as { resfail: { [field: string]: nfs3.post_op_attr } }).resfail[field];
  assert.equal(attr?.attributes_follow && attr.attributes.type, type, `${name} carries ${field}`);
}

test("GETATTR", async () => {
  const { call, handle, tree } = setup();
  const hello = await handle("/hello");
  const { obj_attributes } = ok(await call(nfs3.NFSPROC3_GETATTR, { object: hello }));
  assert.deepEqual(
    [obj_attributes.type, obj_attributes.mode, obj_attributes.size, obj_attributes.uid, obj_attributes.gid],
    [FileType.REG, 0o640, 6n, 10, 20],
  );
  tree.remove("/hello");
  failed(await call(nfs3.NFSPROC3_GETATTR, { object: hello }), "NFS3ERR_STALE");
  failed(await call(nfs3.NFSPROC3_GETATTR, { object: { data: new Uint8Array(0) } }), "NFS3ERR_BADHANDLE");
  failed(await call(nfs3.NFSPROC3_GETATTR, { object: { data: new Uint8Array(64) } }), "NFS3ERR_BADHANDLE");
});

test("a peer that the export is not for gets NFS3ERR_ACCES whatever it holds", async () => {
  const { call, root } = setup({ clients: ["10.0.0.0/8"] });
  failed(await call(nfs3.NFSPROC3_GETATTR, { object: root }), "NFS3ERR_ACCES");
});

test("LOOKUP", async () => {
  const { call, root, handle, tree } = setup();
  const lookup = (dir: nfs3.nfs_fh3, name: string) => call(nfs3.NFSPROC3_LOOKUP, { what: { dir, name } });
  const resok = ok(await lookup(root, "hello"));
  assert.deepEqual(resok.object, await handle("/hello"));
  assert.ok(resok.obj_attributes.attributes_follow && resok.obj_attributes.attributes.type === FileType.REG);
  assert.ok(resok.dir_attributes.attributes_follow && resok.dir_attributes.attributes.type === FileType.DIR);
  assert.deepEqual(ok(await lookup(root, "..")).object, root);
  assert.deepEqual(ok(await lookup(await handle("/open"), "..")).object, root);
  failed(await lookup(root, "nothing"), "NFS3ERR_NOENT", "dir_attributes", FileType.DIR);
  failed(await lookup(await handle("/hello"), "x"), "NFS3ERR_NOTDIR", "dir_attributes", FileType.REG);
  failed(await lookup(root, ""), "NFS3ERR_INVAL", "dir_attributes", FileType.DIR);
  failed(await lookup(root, "open/a"), "NFS3ERR_INVAL", "dir_attributes", FileType.DIR);
  failed(await lookup(root, "x".repeat(256)), "NFS3ERR_NAMETOOLONG", "dir_attributes", FileType.DIR);
  const open = await handle("/open");
  tree.remove("/open");
  failed(await lookup(open, "a"), "NFS3ERR_STALE");
});

test("LOOKUP needs search permission", async () => {
  const { call, handle } = setup({ cred: sys(5, 5) });
  const lookup = async (path: string) =>
    call(nfs3.NFSPROC3_LOOKUP, { what: { dir: await handle(path), name: "a" } });
  failed(await lookup("/listonly"), "NFS3ERR_ACCES", "dir_attributes", FileType.DIR);
  ok(await lookup("/searchonly"));
  failed(await lookup("/closed"), "NFS3ERR_ACCES", "dir_attributes", FileType.DIR);
});

test("ACCESS grants what mode, owner, group and supplementary groups say", async () => {
  const ALL = 0x3f;
  const R = nfs3.ACCESS3_READ;
  const X = nfs3.ACCESS3_EXECUTE;
  const L = nfs3.ACCESS3_LOOKUP;
  const table: readonly [Cred, string, number][] = [
    [sys(10, 1), "/hello", R],
    [sys(5, 20), "/hello", R],
    [sys(5, 5, [6, 20]), "/hello", R],
    [sys(5, 5, [6]), "/hello", 0],
    [{ flavor: "none" }, "/hello", 0],
    [sys(10, 1), "/script", R | X],
    [sys(5, 5), "/script", X],
    [ROOT, "/hello", R],
    [ROOT, "/script", R | X],
    [sys(5, 5), "/searchonly", L],
    [sys(5, 5), "/listonly", R],
    [ROOT, "/closed", R | L],
    [sys(5, 5), "/closed", 0],
  ];
  for (const [cred, path, expected] of table) {
    const { call, handle } = setup({ cred });
    const { access } = ok(await call(nfs3.NFSPROC3_ACCESS, { object: await handle(path), access: ALL }));
    assert.equal(access, expected, `${path} for ${JSON.stringify(cred)}`);
  }
  const { call, root } = setup();
  assert.equal(
    ok(await call(nfs3.NFSPROC3_ACCESS, { object: root, access: L })).access,
    L,
    "only what was asked",
  );
});

test("ACCESS grants changes where there can be some", async () => {
  const M = nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND;
  for (const readOnly of [true, false]) {
    const tree = build(new MemTree());
    const vfs = Object.assign(new MemVfs(tree), { write: () => {} });
    const { call, handle } = setup({ vfs, readOnly, cred: sys(10, 0) });
    const access = async (path: string) =>
      ok(
        await call(nfs3.NFSPROC3_ACCESS, {
          object: await handle(path),
          access: 0x3f & ~3 & ~nfs3.ACCESS3_EXECUTE,
        }),
      ).access;
    assert.equal(await access("/hello"), readOnly ? 0 : M);
    assert.equal(await access("/closed"), readOnly ? 0 : M | nfs3.ACCESS3_DELETE);
  }
});

test("READLINK", async () => {
  const { call, handle, root } = setup();
  const { data, symlink_attributes } = ok(
    await call(nfs3.NFSPROC3_READLINK, { symlink: await handle("/link") }),
  );
  assert.equal(data, "hello");
  assert.ok(symlink_attributes.attributes_follow && symlink_attributes.attributes.type === FileType.LNK);
  failed(
    await call(nfs3.NFSPROC3_READLINK, { symlink: root }),
    "NFS3ERR_INVAL",
    "symlink_attributes",
    FileType.DIR,
  );
});

test("READ", async () => {
  const { call, handle, root } = setup();
  const file = await handle("/hello");
  const read = async (offset: bigint, count: number, of = file) => {
    const { data, count: got, eof } = ok(await call(nfs3.NFSPROC3_READ, { file: of, offset, count }));
    assert.equal(data.length, got);
    return [Buffer.from(data).toString("latin1"), eof];
  };
  assert.deepEqual(await read(0n, 100), ["hello\n", true]);
  assert.deepEqual(await read(0n, 6), ["hello\n", true]);
  assert.deepEqual(await read(1n, 2), ["el", false]);
  assert.deepEqual(await read(6n, 10), ["", true]);
  assert.deepEqual(await read(0n, 0), ["", false]);
  assert.deepEqual(await read(2n ** 64n - 1n, 2 ** 32 - 1), ["", true]);
  const [large, eof] = await read(0n, 2 ** 32 - 1, await handle("/big"));
  assert.deepEqual([(large as string).length, eof], [1 << 20, false]);
  failed(
    await call(nfs3.NFSPROC3_READ, { file: root, offset: 0n, count: 1 }),
    "NFS3ERR_ISDIR",
    "file_attributes",
    FileType.DIR,
  );
  const fifo = await handle("/fifo");
  failed(
    await call(nfs3.NFSPROC3_READ, { file: fifo, offset: 0n, count: 1 }),
    "NFS3ERR_INVAL",
    "file_attributes",
    FileType.FIFO,
  );
});

test("READ over UDP fits into a datagram", async () => {
  const { measured, handle } = setup({ peer: { ...LOCAL, transport: "udp" } });
  const { bytes } = await measured(nfs3.NFSPROC3_READ, {
    file: await handle("/big"),
    offset: 0n,
    count: 1 << 20,
  });
  assert.ok(bytes > 30_000 && bytes < 60_000);
});

test("READ is for those who may read or execute, and for the owner", async () => {
  const may = async (cred: Cred, path: string, tweak?: (tree: MemTree) => void) => {
    const { call, handle, tree } = setup({ cred });
    tweak?.(tree);
    return statusName(await call(nfs3.NFSPROC3_READ, { file: await handle(path), offset: 0n, count: 1 }));
  };
  assert.equal(await may(sys(5, 5), "/hello"), "NFS3ERR_ACCES");
  assert.equal(await may(sys(5, 20), "/hello"), "NFS3_OK");
  assert.equal(await may(sys(5, 5), "/script"), "NFS3_OK");
  assert.equal(await may(sys(10, 5), "/hello", (tree) => tree.chmod("/hello", { mode: 0 })), "NFS3_OK");
  assert.equal(await may({ flavor: "none" }, "/hello"), "NFS3ERR_ACCES");
});

test("FSSTAT, FSINFO, PATHCONF", async () => {
  const { call, root, handle } = setup();
  const stat = ok(await call(nfs3.NFSPROC3_FSSTAT, { fsroot: root }));
  assert.ok(stat.obj_attributes.attributes_follow && stat.tfiles > 10n);
  const info = ok(await call(nfs3.NFSPROC3_FSINFO, { fsroot: root }));
  assert.ok(info.obj_attributes.attributes_follow);
  assert.deepEqual([info.rtmax, info.dtpref, info.properties], [1 << 20, 65536, nfs3.FSF3_HOMOGENEOUS]);
  const udp = setup({ peer: { ...LOCAL, transport: "udp" } });
  assert.equal(ok(await udp.call(nfs3.NFSPROC3_FSINFO, { fsroot: udp.root })).rtmax, 32768);
  const conf = ok(await call(nfs3.NFSPROC3_PATHCONF, { object: await handle("/hello") }));
  assert.deepEqual(
    [conf.name_max, conf.no_trunc, conf.chown_restricted, conf.case_insensitive],
    [255, true, true, false],
  );
  const bad = { data: new Uint8Array(8) };
  failed(await call(nfs3.NFSPROC3_FSSTAT, { fsroot: bad }), "NFS3ERR_BADHANDLE");
  failed(await call(nfs3.NFSPROC3_FSINFO, { fsroot: bad }), "NFS3ERR_BADHANDLE");
  failed(await call(nfs3.NFSPROC3_PATHCONF, { object: bad }), "NFS3ERR_BADHANDLE");
});

test("what modifies answers NOTSUPP, on a read-only export ROFS, and shows that nothing changed", async () => {
  const no = { set_it: false } as const;
  const sattr: nfs3.sattr3 = {
    mode: no,
    uid: no,
    gid: no,
    size: no,
    atime: { set_it: nfs3.time_how.DONT_CHANGE },
    mtime: { set_it: nfs3.time_how.DONT_CHANGE },
  };
  for (const [readOnly, status] of [
    [false, "NFS3ERR_NOTSUPP"],
    [true, "NFS3ERR_ROFS"],
  ] as const) {
    const { call, root, handle } = setup({ readOnly });
    const file = await handle("/hello");
    const where = { dir: root, name: "new" };
    const wcc = (res: { status: nfs3.nfsstat3 }, field: string, type: FileType) => {
      assert.equal(statusName(res), status);
      const data = (res as unknown as { resfail: { [field: string]: nfs3.wcc_data } }).resfail[
        field
      ] as nfs3.wcc_data;
      assert.ok(data.after.attributes_follow && data.before.attributes_follow, field);
      assert.equal(data.after.attributes.type, type);
      assert.deepEqual(data.before.attributes.ctime, data.after.attributes.ctime);
    };
    const data = new Uint8Array(3);
    const { REG, DIR } = FileType;
    wcc(
      await call(nfs3.NFSPROC3_SETATTR, { object: file, new_attributes: sattr, guard: { check: false } }),
      "obj_wcc",
      REG,
    );
    wcc(
      await call(nfs3.NFSPROC3_WRITE, { file, offset: 0n, count: 3, stable: nfs3.stable_how.UNSTABLE, data }),
      "file_wcc",
      REG,
    );
    wcc(await call(nfs3.NFSPROC3_COMMIT, { file, offset: 0n, count: 0 }), "file_wcc", REG);
    const how = { mode: nfs3.createmode3.UNCHECKED, obj_attributes: sattr };
    wcc(await call(nfs3.NFSPROC3_CREATE, { where, how }), "dir_wcc", DIR);
    wcc(await call(nfs3.NFSPROC3_MKDIR, { where, attributes: sattr }), "dir_wcc", DIR);
    const symlink = { symlink_attributes: sattr, symlink_data: "x" };
    wcc(await call(nfs3.NFSPROC3_SYMLINK, { where, symlink }), "dir_wcc", DIR);
    const what = { type: nfs3.ftype3.NF3FIFO, pipe_attributes: sattr };
    wcc(await call(nfs3.NFSPROC3_MKNOD, { where, what }), "dir_wcc", DIR);
    wcc(await call(nfs3.NFSPROC3_REMOVE, { object: { dir: root, name: "hello" } }), "dir_wcc", DIR);
    wcc(await call(nfs3.NFSPROC3_RMDIR, { object: { dir: root, name: "open" } }), "dir_wcc", DIR);
    const rename = await call(nfs3.NFSPROC3_RENAME, { from: { dir: root, name: "hello" }, to: where });
    wcc(rename, "fromdir_wcc", DIR);
    wcc(rename, "todir_wcc", DIR);
    const link = await call(nfs3.NFSPROC3_LINK, { file, link: where });
    wcc(link, "linkdir_wcc", DIR);
    failed(link, status, "file_attributes", REG);
    const bad = { data: new Uint8Array(8) };
    failed(await call(nfs3.NFSPROC3_COMMIT, { file: bad, offset: 0n, count: 0 }), "NFS3ERR_BADHANDLE");
    ok(await call(nfs3.NFSPROC3_LOOKUP, { what: { dir: root, name: "hello" } }));
  }
});

test("a backend's bug is no status: the call fails as a whole", async () => {
  const vfs = Object.assign(new MemVfs(build(new MemTree())), {
    getattr: () => {
      throw new TypeError("bug");
    },
  });
  const { call, root } = setup({ vfs });
  await assert.rejects(() => call(nfs3.NFSPROC3_GETATTR, { object: root }), /bug/);
  await assert.rejects(() => call(nfs3.NFSPROC3_READ, { file: root, offset: 0n, count: 1 }), /bug/);
});

test("a backend that answers later is served the same", async () => {
  const tree = build(new MemTree());
  const plain = new MemVfs(tree);
  const vfs = new Proxy(plain, {
    get: (target, key) => {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function" || key === "handle") return value;
      return async (...args: unknown[]) => value.apply(target, args);
    },
  });
  const { call, root, handle } = setup({ vfs });
  ok(await call(nfs3.NFSPROC3_GETATTR, { object: root }));
  failed(
    await call(nfs3.NFSPROC3_GETATTR, { object: { data: root.data.slice(0, 12) } }),
    "NFS3ERR_BADHANDLE",
  );
  failed(
    await call(nfs3.NFSPROC3_LOOKUP, { what: { dir: root, name: "no" } }),
    "NFS3ERR_NOENT",
    "dir_attributes",
    FileType.DIR,
  );
  const args = { dir: root, cookie: 0n, cookieverf: ZERO_VERF, dircount: 8192, maxcount: 8192 };
  assert.equal(ok(await call(nfs3.NFSPROC3_READDIRPLUS, args)).reply.entries.length, 2 + 9);
  assert.equal(
    ok(await call(nfs3.NFSPROC3_READ, { file: await handle("/hello"), offset: 0n, count: 9 })).count,
    6,
  );
});
