// Our rpcbind client against Debian's rpcbind, in all three versions of the protocol.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect, nfsd, QUICK } from "../../packages/unstuck/dist/node/mod.js";
import { rpcbind } from "../../packages/unstuck/dist/program/mod.js";
import { MemTree, MemVfs } from "../../packages/unstuck/dist/vfs/mod.js";
import { startRpcbind } from "../peers/ganesha.mjs";
import { enter } from "../peers/namespace.mjs";
import { run } from "../peers/process.mjs";

const skip = await enter(import.meta.url, ["rpcbind", "rpcinfo"]);
const PMAP_PROG = 100000;

describe("our rpcbind client and Debian's rpcbind", { skip, timeout: 60_000 }, () => {
  let daemon;
  before(async () => {
    daemon = await startRpcbind();
  });
  after(() => daemon?.stop());

  for (const proto of ["tcp", "udp"]) {
    for (const version of [2, 3, 4]) {
      test(`version ${version} over ${proto}: NULL, DUMP, and the address of a program`, async () => {
        const caller = await connect({
          host: "127.0.0.1",
          port: 111,
          program: PMAP_PROG,
          version,
          proto,
          policy: QUICK,
        });
        await rpcbind.ping(caller, version);
        const { registrations } = await rpcbind.dump(caller, version);
        const self = registrations.filter(
          ({ prog, vers, netid }) => prog === PMAP_PROG && vers === 2 && netid === proto,
        );
        assert.equal(self.length, 1);
        assert.equal(self[0].port, 111);
        const wanted = { prog: PMAP_PROG, vers: 2, netid: proto };
        const nobody = { prog: 400_000, vers: 1, netid: proto };
        if (version === 2) {
          assert.equal(await rpcbind.getport(caller, wanted), 111);
          assert.equal(await rpcbind.getport(caller, nobody), 0);
        } else {
          assert.match(
            await rpcbind.getaddr(caller, wanted, version),
            /^127\.0\.0\.1\.0\.111$|^0\.0\.0\.0\.0\.111$/,
          );
          assert.equal(await rpcbind.getaddr(caller, nobody, version), "");
        }
        await caller.close();
      });
    }
  }

  test("a program that nobody offers is NOT_REGISTERED", async () => {
    const caller = await connect({
      host: "127.0.0.1",
      port: 111,
      program: PMAP_PROG,
      version: 4,
      policy: QUICK,
    });
    await assert.rejects(rpcbind.lookupPort(caller, { prog: 400_000, vers: 1, netid: "tcp" }), {
      name: "RpcbindError",
      code: "NOT_REGISTERED",
    });
    await caller.close();
  });

  test("our server registers there and goes away again", async () => {
    const server = await nfsd({
      exports: [{ path: "/mem", vfs: new MemVfs(new MemTree()) }],
      port: 0,
      mountPort: 0,
      rpcbind: "system",
    });
    const registered = (await run("rpcinfo", ["-p", "127.0.0.1"])).stdout;
    assert.match(registered, new RegExp(`100003 +3 +tcp +${server.port}\\b`));
    assert.match(registered, new RegExp(`100003 +3 +udp +${server.port}\\b`));
    assert.match(registered, new RegExp(`100005 +3 +tcp +${server.mountPort}\\b`));
    const answer = await run("rpcinfo", ["-t", "127.0.0.1", "100003", "3"]);
    assert.equal(answer.code, 0, answer.stderr);
    await server.close();
    assert.doesNotMatch((await run("rpcinfo", ["-p", "127.0.0.1"])).stdout, /100003|100005/);
  });
});
