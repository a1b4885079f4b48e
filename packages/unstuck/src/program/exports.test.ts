import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallContext, Peer } from "../sunrpc/mod.js";
import { MemTree, MemVfs, type VfsError } from "../vfs/mod.js";
import { sys } from "./direct.fixture.js";
import { Export, Exports } from "./exports.js";

const vfs = new MemVfs(new MemTree());
const far: Peer = { address: "192.0.2.1", port: 700, transport: "tcp" };

test("the deepest export that a path lies in is found", () => {
  const exports = new Exports([
    { path: "/srv", vfs },
    { path: "/srv/pub/", vfs },
    { path: "/srv/pu", vfs },
  ]);
  const found = (path: string) => {
    const at = exports.find(path);
    return at && [at.export.path, ...at.names];
  };
  assert.deepEqual(found("/srv"), ["/srv"]);
  assert.deepEqual(found("//srv/./x/"), ["/srv", ".", "x"]);
  assert.deepEqual(found("/srv/pub/a/b"), ["/srv/pub/", "a", "b"]);
  assert.deepEqual(found("/srv/public"), ["/srv", "public"]);
  assert.equal(found("/"), undefined);
  assert.equal(found("/srvx"), undefined);
  assert.deepEqual(new Exports([{ path: "/", vfs }]).find("/x")?.names, ["x"]);
});

test("exports that cannot be are refused", () => {
  const make = (path: string, fsid?: number) =>
    new Exports([fsid === undefined ? { path, vfs } : { path, vfs, fsid }]);
  for (const path of ["srv", "", "/srv/../etc", "/./srv"]) assert.throws(() => make(path), TypeError, path);
  for (const fsid of [0, -1, 1.5, 2 ** 32]) assert.throws(() => make("/srv", fsid), TypeError, `${fsid}`);
  assert.throws(
    () =>
      new Exports([
        { path: "/a", vfs },
        { path: "/a/", vfs },
      ]),
    /fsid/,
  );
  assert.throws(() => new Exports([{ path: "/a", vfs, clients: ["nonsense!"] }]), /nonsense!/);
});

test("a handle leads to its own export, for those it is exported to", () => {
  const mine = { path: "/mine", vfs, clients: ["10.0.0.0/8"] };
  const exports = new Exports([mine, { path: "/other", vfs }]);
  const [closed, open] = exports.list as [Export, Export];
  const context = (peer: Peer) => ({ peer, cred: sys(1, 1) }) as CallContext;
  const code = (handle: Uint8Array, peer = far): string => {
    try {
      exports.open(handle, context(peer));
      return "ok";
    } catch (error) {
      return (error as VfsError).code;
    }
  };
  assert.equal(code(open.handle(vfs.root)), "ok");
  assert.equal(code(closed.handle(vfs.root)), "EACCES");
  assert.equal(code(closed.handle(vfs.root), { ...far, address: "10.9.9.9" }), "ok");
  assert.equal(code(closed.handle(vfs.root), { address: "somebody", port: 0, transport: "inproc" }), "ok");
  const gone = new Exports([{ path: "/gone", vfs }]).list[0] as Export;
  assert.equal(code(gone.handle(vfs.root)), "ESTALE");
  for (const bytes of [[], [1, 2, 3], [0x55, 1, 0, 0], new Array(64).fill(0xff)])
    assert.equal(code(Uint8Array.from(bytes)), "EBADHANDLE");
  assert.notDeepEqual(open.handle(vfs.root), closed.handle(vfs.root));
});

test("fsids do not change from start to start", () => {
  assert.equal(new Export({ path: "/srv/nfs", vfs }).fsid, new Export({ path: "//srv/nfs/", vfs }).fsid);
  assert.equal(new Export({ path: "/export", vfs }).fsid, 3839592708);
});

test("squashing", () => {
  const who = (squash: "none" | "root" | "all", cred: Parameters<Export["who"]>[0]) => {
    const { uid, gid, gids } = new Export({ path: "/e", vfs, squash, anonUid: 99, anonGid: 98 }).who(cred);
    return [uid, gid, ...gids];
  };
  assert.deepEqual(who("root", sys(0, 0, [1])), [99, 98]);
  assert.deepEqual(who("root", sys(7, 0, [1, 0])), [7, 98, 1, 98]);
  assert.deepEqual(who("root", sys(7, 8, [9])), [7, 8, 9]);
  assert.deepEqual(who("none", sys(0, 0, [1])), [0, 0, 1]);
  assert.deepEqual(who("all", sys(7, 8)), [99, 98]);
  for (const squash of ["none", "root", "all"] as const)
    assert.deepEqual(who(squash, { flavor: "none" }), [99, 98], "AUTH_NONE is nobody");
});
