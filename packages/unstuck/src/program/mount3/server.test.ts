import assert from "node:assert/strict";
import { test } from "node:test";
import type { Peer } from "../../sunrpc/mod.js";
import { MemTree, MemVfs } from "../../vfs/mod.js";
import { nameOf } from "../../xdr/mod.js";
import { direct, LOCAL } from "../direct.fixture.js";
import { type Export, Exports } from "../exports.js";
import * as mount from "./mount.gen.js";
import { MountList } from "./mount-list.js";
import { servers } from "./server.js";

const tree = new MemTree();
tree.dir("/sub/deep");
tree.file("/file");
tree.symlink("/link", "sub");
const vfs = new MemVfs(tree);

function setup(peer: Peer = LOCAL) {
  const exports = new Exports([
    { path: "/export", vfs },
    { path: "/closed", vfs, clients: ["10.0.0.0/8", "fd00::1"] },
  ]);
  const services = servers(exports, {}, new MountList(3));
  return { ...direct(services, peer), exports, services };
}

test("MNT gives the handle of an export or a directory below one", async () => {
  const { call, exports } = setup();
  const [open] = exports.list as [Export];
  const deep = vfs.lookup(vfs.lookup(vfs.root, "sub").node, "deep").node;
  for (const [path, node] of [
    ["/export", vfs.root],
    ["/export/", vfs.root],
    ["/export/sub/deep", deep],
    ["/export/..", vfs.root],
  ] as const) {
    const res = await call(mount.MOUNTPROC3_MNT, path);
    assert.ok(res.fhs_status === mount.mountstat3.MNT3_OK, path);
    assert.deepEqual(res.mountinfo.fhandle, open.handle(node));
    assert.deepEqual(res.mountinfo.auth_flavors, [1, 0]);
  }
});

test("MNT says why not", async () => {
  const { call } = setup();
  for (const [path, status] of [
    ["/", "MNT3ERR_NOENT"],
    ["/exportx", "MNT3ERR_NOENT"],
    ["/export/nothing", "MNT3ERR_NOENT"],
    ["/export/file", "MNT3ERR_NOTDIR"],
    ["/export/link", "MNT3ERR_NOTDIR"],
    ["/export/file/x", "MNT3ERR_NOTDIR"],
    ["/export/link/deep", "MNT3ERR_NOTDIR"],
    ["/export/../etc", "MNT3ERR_NOENT"],
    [`/export/${"x".repeat(300)}`, "MNT3ERR_NAMETOOLONG"],
    ["export", "MNT3ERR_INVAL"],
    ["", "MNT3ERR_INVAL"],
    ["/closed", "MNT3ERR_ACCES"],
    ["/closed/sub", "MNT3ERR_ACCES"],
  ] as const) {
    const res = await call(mount.MOUNTPROC3_MNT, path);
    assert.equal(nameOf(mount.mountstat3, res.fhs_status), status, path);
  }
  const friend = setup({ ...LOCAL, address: "10.1.2.3" });
  assert.equal((await friend.call(mount.MOUNTPROC3_MNT, "/closed")).fhs_status, 0);
});

test("the mount list remembers, forgets, is bounded, and is shared by versions 1 and 3", async () => {
  const { services, call } = setup();
  const other = direct(services, { ...LOCAL, address: "10.0.0.9" });
  const list = async () =>
    (await call(mount.MOUNTPROC3_DUMP, undefined)).map((m) => `${m.ml_hostname}:${m.ml_directory}`);
  await call(mount.MOUNTPROC3_MNT, "/export");
  await call(mount.MOUNTPROC3_MNT, "/export");
  await call(mount.MOUNTPROC3_MNT, "/export/nothing");
  await other.call(mount.MOUNTPROC3_MNT, "/export/sub");
  await call(mount.MOUNTPROC3_MNT, "/export/sub/deep");
  assert.deepEqual(await list(), ["127.0.0.1:/export", "10.0.0.9:/export/sub", "127.0.0.1:/export/sub/deep"]);
  await call(mount.MOUNTPROC3_MNT, "/export/sub");
  assert.equal((await list()).length, 3);
  await call(mount.MOUNTPROC3_UMNT, "/export/sub");
  await other.call(mount.MOUNTPROC_UMNT, "/nothing");
  assert.deepEqual(await list(), ["10.0.0.9:/export/sub", "127.0.0.1:/export/sub/deep"]);
  assert.deepEqual(await call(mount.MOUNTPROC_DUMP, undefined), await call(mount.MOUNTPROC3_DUMP, undefined));
  await call(mount.MOUNTPROC3_UMNTALL, undefined);
  assert.deepEqual(await list(), ["10.0.0.9:/export/sub"]);
  await other.call(mount.MOUNTPROC_UMNTALL, undefined);
  assert.deepEqual(await list(), []);
});

test("EXPORT lists what is exported to whom, in both versions", async () => {
  const { call } = setup();
  const expected = [
    { ex_dir: "/export", ex_groups: [] },
    { ex_dir: "/closed", ex_groups: [{ gr_name: "10.0.0.0/8" }, { gr_name: "fd00::1" }] },
  ];
  assert.deepEqual(await call(mount.MOUNTPROC3_EXPORT, undefined), expected);
  assert.deepEqual(await call(mount.MOUNTPROC_EXPORT, undefined), expected);
  assert.deepEqual(await call(mount.MOUNTPROC_EXPORTALL, undefined), expected);
});

test("version 1 mounts nothing: NFSv2 is not served", async () => {
  assert.equal((await setup().call(mount.MOUNTPROC_MNT, "/export")).fhs_status, 13);
});
