import { type BigIntStats, constants } from "node:fs";
import { type Steps, VfsError, wait } from "../vfs/mod.js";
import type { FdPool } from "./disk-fds.js";
import type { DiskIo } from "./disk-io.js";
import type { DiskNode } from "./disk-node.js";

/** A node is reached again by its name after so many ms at the latest, so for so long it may be served after it left the export. */
export const TRUST_MS = 1000;

const O_PATH = 0o10000000;

/**
 * Gets at a node so that what is reached is that node and nothing else: not a file that took its name, not
 * what a symbolic link in the middle of the path points to. A node that moved is looked for by `refind`.
 */
export interface Place {
  /** What to put before `/name` to name an entry of the directory `node`. */
  dir(node: DiskNode): Steps<string>;
  stat(node: DiskNode): Steps<BigIntStats>;
  /** A descriptor to read the regular file `node`. */
  open(node: DiskNode): Steps<number>;
}

/** Sets a node's parent and name to where it is now, or throws ESTALE. `since`: performance.now() when it was asked for. */
export type Refind = (node: DiskNode, since: number) => Steps<void>;

export function isSame(node: DiskNode, stats: BigIntStats): boolean {
  return stats.ino === node.ino && stats.birthtimeNs === node.birth;
}

function stale(): VfsError {
  return new VfsError("ESTALE", "the file is gone");
}

/** Tries, looks for the node, tries again. An attempt that did not meet the node gives undefined. */
function* persist<T>(
  node: DiskNode,
  refind: Refind,
  attempt: (node: DiskNode) => Steps<T | undefined>,
): Steps<T> {
  const since = performance.now();
  for (let again = false; ; again = true) {
    try {
      const reached = yield* attempt(node);
      if (reached !== undefined) return reached;
    } catch (error) {
      // The directory it was in is gone; it may have been moved away before that.
      if (!(error instanceof VfsError && error.code === "ESTALE")) throw error;
    }
    if (again || node.parent === undefined) throw stale();
    yield* refind(node, since);
  }
}

/**
 * Linux: a node is an O_PATH descriptor, opened from its directory's with O_NOFOLLOW, and its entries are
 * `/proc/self/fd/N/name`: openat(2) in the only spelling that Node has. No path of more than one component is
 * ever walked, so there is no race to win.
 */
export class FdPlace implements Place {
  readonly #io: DiskIo;
  readonly #fds: FdPool;
  readonly #refind: Refind;

  constructor(io: DiskIo, fds: FdPool, refind: Refind) {
    this.#io = io;
    this.#fds = fds;
    this.#refind = refind;
  }

  *dir(node: DiskNode): Steps<string> {
    return `/proc/self/fd/${yield* this.#fd(node)}`;
  }

  *stat(node: DiskNode): Steps<BigIntStats> {
    return yield* wait(this.#io.fstat(yield* this.#fd(node)));
  }

  *open(node: DiskNode): Steps<number> {
    const at = yield* this.#fd(node);
    if (node.data >= 0) return node.data;
    // Opening the descriptor's own link reopens that very inode, whatever its name leads to by now.
    const data = yield* wait(this.#io.open(`/proc/self/fd/${at}`, constants.O_RDONLY | constants.O_NONBLOCK));
    if (data === undefined) throw stale();
    if (node.data >= 0) this.#fds.close(data);
    else node.data = data;
    this.#fds.adopt(node);
    return node.data;
  }

  *#fd(node: DiskNode): Steps<number> {
    this.#fds.use(node);
    if (node.fd >= 0 && this.#io.now - node.seenAt < TRUST_MS) return node.fd;
    return yield* persist(node, this.#refind, (wanted) => this.#reach(wanted));
  }

  *#reach(node: DiskNode): Steps<number | undefined> {
    if (node.parent === undefined) return node.fd;
    const path = `${yield* this.dir(node.parent)}/${node.name}`;
    if (node.fd >= 0) {
      const stats = yield* wait(this.#io.lstat(path));
      if (stats === undefined || !isSame(node, stats)) return undefined;
    } else {
      const fd = yield* wait(this.#io.open(path, O_PATH | constants.O_NOFOLLOW));
      if (fd === undefined) return undefined;
      if (!isSame(node, yield* wait(this.#io.fstat(fd)))) {
        this.#fds.close(fd);
        return undefined;
      }
      if (node.fd >= 0) this.#fds.close(fd);
      else node.fd = fd;
      this.#fds.adopt(node);
    }
    node.seenAt = this.#io.now;
    return node.fd;
  }
}

/**
 * Where there is no /proc/self/fd: whole paths. A directory is believed when its real path is the path we
 * know it by and it is still the same inode. Between that check and the use of the path someone who may
 * rename directories inside the export could still put a symbolic link in their place; what is then reached
 * is refused unless it is the very inode asked for, so only LOOKUP and READDIR in that moment could be led
 * outside. Where the export's users may also log in to the server, use Linux.
 */
export class PathPlace implements Place {
  readonly #root: string;
  readonly #io: DiskIo;
  readonly #fds: FdPool;
  readonly #refind: Refind;

  constructor(root: string, io: DiskIo, fds: FdPool, refind: Refind) {
    this.#root = root;
    this.#io = io;
    this.#fds = fds;
    this.#refind = refind;
  }

  *dir(node: DiskNode): Steps<string> {
    return yield* persist(node, this.#refind, (wanted) => this.#reachDir(wanted));
  }

  *stat(node: DiskNode): Steps<BigIntStats> {
    return yield* persist(node, this.#refind, (wanted) => this.#reach(wanted));
  }

  *open(node: DiskNode): Steps<number> {
    if (node.data >= 0 && this.#io.now - node.seenAt < TRUST_MS) return node.data;
    yield* this.stat(node);
    node.seenAt = this.#io.now;
    if (node.data >= 0) return node.data;
    const path = `${this.#pathOf(node)}`;
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const fd = yield* wait(this.#io.open(path, flags));
    if (fd === undefined) throw stale();
    if (node.data >= 0 || !isSame(node, yield* wait(this.#io.fstat(fd)))) {
      this.#fds.close(fd);
      if (node.data < 0) throw stale();
    } else node.data = fd;
    this.#fds.adopt(node);
    return node.data;
  }

  *#reach(node: DiskNode): Steps<BigIntStats | undefined> {
    if (node.parent !== undefined) yield* this.dir(node.parent);
    const stats = yield* wait(this.#io.lstat(this.#pathOf(node)));
    return stats !== undefined && isSame(node, stats) ? stats : undefined;
  }

  *#reachDir(node: DiskNode): Steps<string | undefined> {
    const path = this.#pathOf(node);
    if ((yield* wait(this.#io.realpath(path))) !== path) return undefined;
    const stats = yield* wait(this.#io.lstat(path));
    return stats !== undefined && isSame(node, stats) ? path : undefined;
  }

  #pathOf(node: DiskNode): string {
    const names: string[] = [];
    for (let at = node; at.parent !== undefined; at = at.parent) names.unshift(at.name);
    return [this.#root === "/" ? "" : this.#root, ...names].join("/") || "/";
  }
}
