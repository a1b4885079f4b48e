import type { Attr } from "./vfs.js";

/** On whose behalf something is done. */
export interface Who {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly gids: readonly number[];
}

export const READ = 4;
export const WRITE = 2;
export const EXECUTE = 1;

/**
 * What `who` may do with a node: {@link READ} | {@link WRITE} | {@link EXECUTE} (search, on a directory).
 * The owner's bits, else the group's, else the others', as path_resolution(7) says. uid 0 may do everything,
 * but execute a file that nobody may execute.
 */
export function rights(attr: Attr, who: Who): number {
  if (who.uid === 0) {
    const executable = attr.type === 2 || (attr.mode & 0o111) !== 0;
    return executable ? READ | WRITE | EXECUTE : READ | WRITE;
  }
  if (who.uid === attr.uid) return (attr.mode >> 6) & 7;
  if (who.gid === attr.gid || who.gids.includes(attr.gid)) return (attr.mode >> 3) & 7;
  return attr.mode & 7;
}
