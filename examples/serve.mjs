// Serves a tree in memory over NFSv3. usage: node examples/serve.mjs [PORT]
import { nfsd } from "unstuck";
import { MemTree, MemVfs } from "unstuck/vfs";

const tree = new MemTree();
tree.file("/hello.txt", "hello\n");
tree.dir("/empty");
tree.symlink("/link", "hello.txt");

const server = await nfsd({
  exports: [{ path: "/export/test", vfs: new MemVfs(tree) }],
  port: Number(process.argv[2] ?? 2049),
});
console.log(`127.0.0.1:/export/test port=${server.port},mountport=${server.mountPort}`);
process.once("SIGTERM", () => server.drain());
process.once("SIGINT", () => server.drain());
