import { type Caller, type CallOptions, mount3 } from "../program/mod.js";
import { RpcError } from "../sunrpc/mod.js";
import { cleanPath } from "./url.js";

/** Most MNT calls one search makes. */
const MAX_TRIES = 64;

/** Where a path lies: in which export, and where in it. */
export interface ExportOf {
  readonly exportPath: string;
  /** The rest, absolute within the export. */
  readonly path: string;
  readonly mounted: mount3.Mounted;
}

/**
 * Finds the export that holds `path` and mounts it. A URL of a file does not say where the export ends: the server's
 * list of exports is asked first (the longest that holds the path); when it gives no list, or names none that can be
 * mounted, MNT of the path itself and of each parent is tried, longest first. Throws MountError.
 */
export async function findExport(mountd: Caller, wanted: string, options: CallOptions): Promise<ExportOf> {
  const path = cleanPath(wanted);
  const listed = await exportsOf(mountd, options);
  const parents = parentsOf(path);
  const holding = parents.filter((parent) => listed?.includes(parent));
  const tries = [...new Set([...holding, ...parents])].slice(0, MAX_TRIES);
  let first: mount3.MountError | undefined;
  for (const exportPath of tries) {
    try {
      const mounted = await mount3.mnt(mountd, exportPath, options);
      return { exportPath, path: exportPath === "/" ? path : path.slice(exportPath.length) || "/", mounted };
    } catch (error) {
      if (!(error instanceof mount3.MountError)) throw error;
      first ??= error;
    }
  }
  if (holding.length > 0 || listed === undefined) throw first;
  const known = listed.length === 0 ? "nothing" : listed.join(", ");
  throw new mount3.MountError("ENOENT", path, `it lies in no export; the server exports ${known}`);
}

async function exportsOf(mountd: Caller, options: CallOptions): Promise<string[] | undefined> {
  try {
    return (await mount3.listExports(mountd, options)).map((e) => cleanPath(e.path));
  } catch (error) {
    if (error instanceof RpcError) return undefined; // a server without EXPORT, or with a list that cannot be read
    throw error;
  }
}

/** The path and its parents, longest first. */
function parentsOf(path: string): string[] {
  const parents = [path];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    parents.push(path.slice(0, at));
  return path === "/" ? parents : [...parents, "/"];
}
