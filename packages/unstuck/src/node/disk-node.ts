import type { BigIntStats } from "node:fs";
import { type Attr, FileType, type Listing, type Time } from "../vfs/mod.js";

/** Names an object of the file system: its inode number, with the device in front if it is not the root's. */
export type NodeKey = number | string;

/** One object of a served folder. Its name is where it was seen last; what it *is* are key and birth. */
export class DiskNode {
  readonly key: NodeKey;
  readonly ino: bigint;
  /** The device, 0 for the root's own (whose number may change from boot to boot). */
  readonly dev: bigint;
  /** Tells an inode from a later one of the same number: its birth, ns since 1970, or 0 where the disk keeps none. */
  readonly birth: bigint;
  readonly type: FileType;
  parent: DiskNode | undefined;
  name: string;
  /** An O_PATH descriptor, or -1. Owned by FdPool. */
  fd = -1;
  /** A descriptor for reading, or -1. Owned by FdPool. */
  data = -1;
  /** FdPool's tick of the last use. */
  used = 0;
  /** When `parent` and `name` were last seen to lead here, in DiskIo's time. */
  seenAt = Number.NEGATIVE_INFINITY;
  handle: Uint8Array | undefined;
  /** Attributes as of turn `attrTurn`; see DiskVfs.getattr. */
  attr: Attr | undefined;
  attrTurn = -1;
  listing: CachedListing | undefined;

  constructor(key: NodeKey, dev: bigint, stats: BigIntStats, parent: DiskNode | undefined, name: string) {
    this.key = key;
    this.dev = dev;
    this.ino = stats.ino;
    this.birth = stats.birthtimeNs;
    this.type = typeOf(stats);
    this.parent = parent;
    this.name = name;
  }
}

export interface CachedListing {
  readonly listing: Listing;
  /** The directory's times when it was read. */
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** False if the directory changed so shortly before that another change could have kept its times. */
  readonly settled: boolean;
}

export function keyOf(stats: Pick<BigIntStats, "dev" | "ino">, rootDev: bigint): NodeKey {
  if (stats.dev !== rootDev) return `${stats.dev}:${stats.ino}`;
  return stats.ino <= 0x1f_ffff_ffff_ffffn ? Number(stats.ino) : `0:${stats.ino}`;
}

/** By stat(2)'s S_IFMT bits, shifted down. */
const TYPES: { readonly [format: number]: FileType } = {
  1: FileType.FIFO,
  2: FileType.CHR,
  4: FileType.DIR,
  6: FileType.BLK,
  8: FileType.REG,
  10: FileType.LNK,
  12: FileType.SOCK,
};

export function typeOf(stats: BigIntStats): FileType {
  return TYPES[Number(stats.mode) >> 12] ?? FileType.FIFO;
}

/** stat(2)'s answer as fattr3. */
export function attrOf(stats: BigIntStats, fsid: bigint): Attr {
  const mode = Number(stats.mode);
  return {
    type: TYPES[mode >> 12] ?? FileType.FIFO,
    mode: mode & 0o7777,
    nlink: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: stats.size,
    used: stats.blocks * 512n,
    rdev: stats.rdev === 0n ? NO_DEVICE : deviceOf(stats.rdev),
    fsid,
    fileid: stats.ino,
    atime: timeOf(stats.atimeMs, stats.atimeNs),
    mtime: timeOf(stats.mtimeMs, stats.mtimeNs),
    ctime: timeOf(stats.ctimeMs, stats.ctimeNs),
  };
}

const NO_DEVICE = { specdata1: 0, specdata2: 0 } as const;

/** Linux's makedev(3), taken apart. */
function deviceOf(rdev: bigint): Attr["rdev"] {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return { specdata1: Number(major), specdata2: Number(minor) };
}

/** Times before 1970 and after 2106 do not fit nfstime3; they wrap as in every NFSv3 server. */
function timeOf(ms: bigint, ns: bigint): Time {
  const seconds = Math.floor(Number(ms) / 1000);
  const nseconds = Number(BigInt.asIntN(64, ns - BigInt(seconds) * 1_000_000_000n));
  return nseconds >= 0
    ? { seconds: seconds >>> 0, nseconds }
    : { seconds: (seconds - 1) >>> 0, nseconds: nseconds + 1_000_000_000 };
}
