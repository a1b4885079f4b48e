import { nfs3 } from "../program/mod.js";
import type { Instant } from "../sunrpc/mod.js";
import { Lru } from "./lru.js";

/** How long attributes are trusted, ms: nfs(5)'s acregmin, acregmax, acdirmin, acdirmax. */
export interface AttrTimes {
  readonly acregminMs: number;
  readonly acregmaxMs: number;
  readonly acdirminMs: number;
  readonly acdirmaxMs: number;
}

interface Entry {
  attr: nfs3.fattr3;
  /** When the call was made whose reply brought `attr` (the kernel's read_cache_jiffies). */
  readAt: Instant;
  /** How long `attr` is trusted, counted from readAt (attrtimeo). */
  timeoMs: number;
  /** When timeoMs was last changed (attrtimeo_timestamp). */
  timeoAt: Instant;
}

/**
 * Attributes by file handle, trusted as long as Linux trusts them (fs/nfs/inode.c: nfs_attribute_timeout,
 * nfs_update_inode): at first for ac*min; doubled, up to ac*max, each time a reply finds them unchanged and the
 * time is over; back to ac*min when they changed. With ac*min = ac*max = 0 nothing is ever trusted.
 */
export class AttrCache {
  readonly #entries: Lru<string, Entry>;
  readonly #times: AttrTimes;

  constructor(times: AttrTimes, max = 65536) {
    this.#times = times;
    this.#entries = new Lru(max);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The attributes, if they can still be trusted. */
  get(key: string, now: Instant): nfs3.fattr3 | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && now < entry.readAt + entry.timeoMs ? entry.attr : undefined;
  }

  /** The attributes as last heard, however old. What never changes in a file's life (its type) may be read from it. */
  peek(key: string): nfs3.fattr3 | undefined {
    return this.#entries.get(key)?.attr;
  }

  /** Takes the attributes of a reply; `startedAt` is when its call was made. */
  put(key: string, attr: nfs3.fattr3, startedAt: Instant, now: Instant): void {
    const dir = attr.type === nfs3.ftype3.NF3DIR;
    const min = dir ? this.#times.acdirminMs : this.#times.acregminMs;
    const max = dir ? this.#times.acdirmaxMs : this.#times.acregmaxMs;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { attr, readAt: startedAt, timeoMs: min, timeoAt: now });
      return;
    }
    // A reply that overtook a newer one brings old news, unless its ctime says otherwise.
    if (startedAt < entry.readAt && compareTimes(attr.ctime, entry.attr.ctime) <= 0) return;
    if (changed(entry.attr, attr)) {
      entry.timeoMs = min;
      entry.timeoAt = now;
    } else if (now >= entry.timeoAt + entry.timeoMs) {
      entry.timeoMs = Math.min(entry.timeoMs * 2, max);
      entry.timeoAt = now;
    }
    entry.attr = attr;
    entry.readAt = startedAt;
  }

  /** Trusts them no longer. */
  expire(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}

function compareTimes(a: nfs3.nfstime3, b: nfs3.nfstime3): number {
  return a.seconds - b.seconds || a.nseconds - b.nseconds;
}

/** Reading a file moves its atime: that alone is no change. */
function changed(a: nfs3.fattr3, b: nfs3.fattr3): boolean {
  return (
    compareTimes(a.mtime, b.mtime) !== 0 ||
    compareTimes(a.ctime, b.ctime) !== 0 ||
    a.size !== b.size ||
    a.mode !== b.mode ||
    a.uid !== b.uid ||
    a.gid !== b.gid ||
    a.nlink !== b.nlink ||
    a.type !== b.type ||
    a.fileid !== b.fileid
  );
}
