// Our server as a process for the benchmark. usage: server.mjs disk|memory DIR; prints `{ port, mountPort, path }`.
import { nfsd } from "../packages/unstuck/dist/node/mod.js";
import { memVfs } from "../packages/unstuck/dist/vfs/mod.js";

const [kind, dir] = process.argv.slice(2);
const mem = memVfs();
if (kind === "memory") mem.tree.file("/file.bin", { zeros: 64 << 20 });
const server = await nfsd({
  exports: [kind === "memory" ? { path: "/mem", vfs: mem.vfs } : { path: dir, dir }],
  host: "127.0.0.1",
  port: 0,
  mountPort: 0,
  rpcbind: "none",
});
process.stdout.write(
  `${JSON.stringify({ port: server.port, mountPort: server.mountPort, path: kind === "memory" ? "/mem" : dir })}\n`,
);
