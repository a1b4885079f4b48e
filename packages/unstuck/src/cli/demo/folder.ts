import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the demo serves, under a folder of its own that goes away with this process, however it ends. */
export interface DemoFolder {
  /** The exported folder, with `file.txt` in it. */
  readonly exported: string;
  /** For the server's file handle keys. */
  readonly stateHome: string;
  remove(): Promise<void>;
}

export const FILE_NAME = "file.txt";

export async function makeFolder(): Promise<DemoFolder> {
  const root = await mkdtemp(join(tmpdir(), "unstuck-demo-"));
  const sweep = sweepAtDeath(root);
  const exported = join(root, "export");
  const stateHome = join(root, "state");
  await mkdir(exported);
  await mkdir(stateHome);
  await writeFile(join(exported, FILE_NAME), "a file on an NFS mount\n");
  return {
    exported,
    stateHome,
    remove: async () => {
      await rm(root, { recursive: true, force: true });
      sweep();
    },
  };
}

/** A `sh` that waits for the end of our pipe and then removes `root`: it comes also after SIGKILL. */
function sweepAtDeath(root: string): () => void {
  if (process.platform === "win32") return () => {};
  const sh = spawn("sh", ["-c", 'cat >/dev/null; rm -rf -- "$1"', "sweep", root], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  sh.on("error", () => {}); // no sh: only an orderly end removes the folder
  sh.stdin.on("error", () => {});
  sh.unref();
  return () => sh.stdin.end();
}
