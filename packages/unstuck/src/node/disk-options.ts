import { createHash } from "node:crypto";
import { statfsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { IoPolicy } from "./disk-io.js";

export interface DiskOptions {
  /** Goes into attributes and seals; a handle is good for one fsid only. Default 0. */
  readonly fsid?: number;
  /**
   * Where the handles' key and the trail are kept, so that handles survive a restart. Default: a folder for
   * this root below $XDG_STATE_HOME/unstuck (~/.local/state/unstuck). `null`: nowhere, handles die with the process.
   */
  readonly stateDir?: string | null;
  /** How the disk is asked. Default: `auto`, but `async` on network and FUSE file systems. */
  readonly io?: Partial<IoPolicy>;
  /** Open descriptors at most (twice that while files are read). Default 1024. */
  readonly maxFds?: number;
  /** Nodes remembered in memory, about. Default 500,000. */
  readonly maxNodes?: number;
  /** Entries a search for a lost file looks at, at most. Default 200,000. */
  readonly maxSearchEntries?: number;
  /** How nodes are reached. Default: `fd` where /proc/self/fd exists, else `path`. See disk-place.ts. */
  readonly reach?: "fd" | "path";
}

/** A folder of the user's for this root. */
export function defaultStateDir(root: string): string {
  const base = process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state");
  return join(base, "unstuck", createHash("sha256").update(root).digest("hex").slice(0, 16));
}

/** NFS, SMB, CIFS, FUSE, 9p and Ceph, by statfs(2)'s magic numbers: a stalled server there must not stall us. */
const REMOTE: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400,
]);

/** Is the folder on another machine's disk? */
export function isRemote(root: string): boolean {
  return REMOTE.has(statfsSync(root).type >>> 0);
}
