import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { MemTree } from "../vfs/mod.js";
import { CliError } from "./exit.js";

/** More than this does not belong into the memory of a process. */
const MAX_BYTES = 1 << 30;

/** A copy of a folder in memory: files, directories and symbolic links; what else there is stays out. */
export async function loadTree(root: string): Promise<MemTree> {
  const tree = new MemTree();
  let bytes = 0;
  const load = async (from: string, to: string): Promise<void> => {
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const source = join(from, entry.name);
      const target = `${to}/${entry.name}`;
      const { mode, uid, gid, mtimeMs, size } = await lstat(source);
      const mtime = { seconds: Math.floor(mtimeMs / 1000), nseconds: Math.floor((mtimeMs % 1000) * 1e6) };
      const attr = { mode: mode & 0o7777, uid, gid, mtime };
      if (entry.isDirectory()) {
        tree.dir(target, attr);
        await load(source, target);
      } else if (entry.isSymbolicLink()) {
        tree.symlink(target, await readlink(source), attr);
      } else if (entry.isFile()) {
        bytes += size;
        if (bytes > MAX_BYTES) throw new CliError(`${root} has more than 1 GiB: serve it without --mem`);
        tree.file(target, await readFile(source), attr);
      }
    }
  };
  await load(root, "");
  return tree;
}
