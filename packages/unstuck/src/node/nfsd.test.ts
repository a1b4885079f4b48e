/** The whole server on loopback, with the library's own client. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { mount3, nfs3, rpcbind } from "../program/mod.js";
import { authNone, type CallContext, callTemplate, sealCall } from "../sunrpc/mod.js";
import { MemTree, MemVfs } from "../vfs/mod.js";
import { connect, QUICK } from "./connect.js";
import { type NfsdOptions, nfsd } from "./nfsd.js";
import { serve } from "./serve.js";

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "unstuck-nfsd-"));
  t.after(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "export/sub"), { recursive: true });
  writeFileSync(join(dir, "export/sub/file"), "contents");
  return dir;
}

async function start(t: TestContext, options: Partial<NfsdOptions> & Pick<NfsdOptions, "exports">) {
  const server = await nfsd({ port: 0, ...options });
  t.after(() => server.close());
  return server;
}

async function client(
  t: TestContext,
  port: number,
  program: number,
  version: number,
  proto: "tcp" | "udp" = "tcp",
) {
  const caller = await connect({ host: "127.0.0.1", port, program, version, proto, policy: QUICK });
  t.after(() => caller.close());
  return caller;
}

for (const proto of ["tcp", "udp"] as const) {
  test(`a file of a disk folder is found and read over ${proto}, also by its handle after a restart`, async (t) => {
    const base = folder(t);
    const disk = { stateDir: join(base, "state") };
    const exports = [{ path: "/e", dir: join(base, "export"), disk, squash: "none" as const }];
    const first = await start(t, { exports });
    const mountd = await client(t, first.mountPort, mount3.MOUNT_PROGRAM, 3, proto);
    const root = (await mount3.mnt(mountd, "/e/sub")).fhandle;
    const nfs = await client(t, first.port, nfs3.NFS_PROGRAM, 3, proto);
    const found = await nfs.call(nfs3.NFSPROC3_LOOKUP, { what: { dir: { data: root }, name: "file" } });
    assert.ok(found.status === nfs3.nfsstat3.NFS3_OK);
    const file = { data: found.resok.object.data.slice() };
    const read = { file, offset: 0n, count: 100 };
    const before = await nfs.call(nfs3.NFSPROC3_READ, read);
    assert.ok(before.status === nfs3.nfsstat3.NFS3_OK);
    assert.equal(Buffer.from(before.resok.data).toString(), "contents");
    await first.drain();

    const second = await start(t, { exports });
    const again = await client(t, second.port, nfs3.NFS_PROGRAM, 3, proto);
    const res = await again.call(nfs3.NFSPROC3_READ, read);
    assert.ok(res.status === nfs3.nfsstat3.NFS3_OK);
    assert.equal(Buffer.from(res.resok.data).toString(), "contents");
  });
}

test("our own rpcbind leads to NFS and MOUNT, together or apart", async (t) => {
  const exports = [{ path: "/e", vfs: new MemVfs(new MemTree()) }];
  for (const apart of [false, true]) {
    const mountPort = apart ? 0 : undefined;
    const server = await start(t, { exports, mountPort, rpcbind: "own", rpcbindPort: 0 });
    assert.equal(server.mountPort !== server.port, apart);
    const binder = await client(t, server.rpcbindPort as number, rpcbind.PMAP_PROG, 4);
    const port = (prog: number, vers: number, netid: "tcp" | "udp") =>
      rpcbind.lookupPort(binder, { prog, vers, netid });
    assert.equal(await port(nfs3.NFS_PROGRAM, 3, "tcp"), server.port);
    assert.equal(await port(nfs3.NFS_PROGRAM, 3, "udp"), server.port);
    assert.equal(await port(mount3.MOUNT_PROGRAM, 3, "tcp"), server.mountPort);
    assert.equal(await port(mount3.MOUNT_PROGRAM, 1, "udp"), server.mountPort);
    assert.equal(await port(rpcbind.PMAP_PROG, 2, "tcp"), server.rpcbindPort);
    const mountd = await client(t, server.mountPort, mount3.MOUNT_PROGRAM, 3);
    assert.deepEqual(await mount3.listExports(mountd), [{ path: "/e", groups: [] }]);
    await server.close();
    await server.close();
  }
});

test("a server that cannot start leaves nothing behind", async (t) => {
  const base = folder(t);
  const taken = await serve({ services: [] });
  t.after(() => taken.close());
  const disk = { stateDir: join(base, "state") };
  const exports = [{ path: "/e", dir: join(base, "export"), disk }];
  await assert.rejects(() => nfsd({ exports, port: taken.port }), { code: "EADDRINUSE" });
  await assert.rejects(() => nfsd({ exports, port: 0, mountPort: taken.port }), { code: "EADDRINUSE" });
  await assert.rejects(() => nfsd({ exports, port: 0, rpcbind: "own", rpcbindPort: taken.port }), {
    code: "EADDRINUSE",
  });
  await assert.rejects(() => nfsd({ exports: [{ path: "/e", dir: join(base, "nothing") }], port: 0 }), {
    code: "ENOENT",
  });
  await assert.rejects(() => nfsd({ exports: [{ path: "e", dir: base }], port: 0 }), TypeError);
});

test("a connection that its peer has reset before it was accepted runs nothing: nobody knows whose calls these are", async (t) => {
  const peers: string[] = [];
  const exports = [{ path: "/e", vfs: new MemVfs(new MemTree()) }];
  const onCall = ({ peer }: CallContext) => void peers.push(`${peer.address} ${peer.port}`);
  const server = await start(t, { exports, onCall });
  const record = callTemplate(nfs3.NFS_PROGRAM, 3, 0, authNone());
  sealCall(record);
  // Waited for in one piece: nothing is accepted meanwhile.
  const script = `const socket = require("node:net").connect(${server.port}, "127.0.0.1", () =>
    socket.write(Buffer.from("${Buffer.from(record).toString("hex")}", "hex"), () => socket.resetAndDestroy()))`;
  assert.equal(spawnSync(process.execPath, ["-e", script]).status, 0);
  const mountd = await client(t, server.mountPort, mount3.MOUNT_PROGRAM, 3);
  await mount3.mnt(mountd, "/e");
  assert.deepEqual(
    peers.filter((peer) => !/^127\.0\.0\.1 [1-9]/.test(peer)),
    [],
  );
});
