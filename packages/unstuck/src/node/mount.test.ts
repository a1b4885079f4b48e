import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { test } from "node:test";
import { NfsError } from "../nfs/mod.js";
import { MemTree, MemVfs } from "../vfs/mod.js";
import { mount, mountPath, nfsd } from "./mod.js";

const bytes = randomBytes(3 * 1048576 + 17);

async function served(proto: "tcp" | "udp") {
  const tree = new MemTree();
  tree.file("/big", bytes);
  for (let i = 0; i < 500; i++) tree.file(`/d/${i}`, "x");
  const server = await nfsd({ exports: [{ path: "/export", vfs: new MemVfs(tree) }], port: 0 });
  const options = `proto=${proto},mountport=${server.mountPort}`;
  return { server, url: `nfs://127.0.0.1:${server.port}/export`, options };
}

for (const proto of ["tcp", "udp"] as const) {
  test(`a mount over ${proto}: stat, read, list, stream`, async () => {
    const { server, url, options } = await served(proto);
    try {
      await using nfs = await mount(url, options);
      assert.equal((await nfs.stat("/big")).size, bytes.length);
      assert.ok(Buffer.from(await nfs.readFile("/big")).equals(bytes));
      const hash = createHash("sha256");
      for await (const chunk of Readable.from(nfs.chunks("/big"))) hash.update(chunk);
      assert.equal(hash.digest("hex"), createHash("sha256").update(bytes).digest("hex"));
      assert.equal((await nfs.readdir("/d", { withFileTypes: true })).length, 500);
      await assert.rejects(nfs.stat("/nope"), (e: NfsError) => e instanceof NfsError && e.code === "ENOENT");
      await assert.rejects(nfs.stat("/big", { signal: AbortSignal.abort() }), { code: "ECANCELED" });
    } finally {
      await server.close();
    }
  });
}

test("the URL of a file", async () => {
  const { server, url, options } = await served("tcp");
  try {
    const { mount: nfs, path } = await mountPath(`${url}/d/7`, options);
    assert.equal(await nfs.readFile(path, "utf8"), "x");
    await nfs.unmount();
  } finally {
    await server.close();
  }
});

test("nobody listens: mounting fails at once, and says at which step", async () => {
  const { server, url } = await served("tcp");
  const { mountPort } = server;
  await server.close();
  await assert.rejects(mount(url, { mountport: mountPort }), (e: Error & { code?: string }) => {
    assert.equal(e.code, "ECONNREFUSED");
    assert.match(e.message, /^asking mountd on 127\.0\.0\.1 for \/export/);
    return true;
  });
});
