// `npm start`: set up when needed, then the demo. Arguments are the demo's own: `npm start -- --help`.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { main, root, setup } from "./setup.mjs";

await main(async () => {
  setup();
  const cli = join(root, "packages/unstuck/dist/cli/main.js");
  // The command runs in this very process: signals, the terminal and the exit code need no passing on.
  process.argv = [process.execPath, cli, "demo", ...process.argv.slice(2)];
  await import(pathToFileURL(cli).href);
});
