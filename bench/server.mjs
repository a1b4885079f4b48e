// Our server as a process for the benchmark. usage: server.mjs disk|memory DIR; prints `{ port, mountPort, path }`.
import { join } from "node:path";
import { nfsd } from "../packages/unstuck/dist/node/mod.js";
import { MemTree, MemVfs } from "../packages/unstuck/dist/vfs/mod.js";

const [kind, dir] = process.argv.slice(2);
const path = kind === "memory" ? "/mem" : "/disk";
const server = await nfsd({ exports: [served()], host: "127.0.0.1", port: 0, mountPort: 0, rpcbind: "none" });
process.stdout.write(`${JSON.stringify({ port: server.port, mountPort: server.mountPort, path })}\n`);

function served() {
  if (kind === "disk") return { path, dir, disk: { stateDir: join(dir, "../handles") } };
  const tree = new MemTree();
  tree.file("/file.bin", new Uint8Array(64 << 20));
  return { path, vfs: new MemVfs(tree) };
}
