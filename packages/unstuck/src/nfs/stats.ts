import { nfs3 } from "../program/mod.js";

/** st_mode's type bits, by nfs3.ftype3 (RFC 1813 §2.5). */
const TYPE_BITS: { readonly [type: number]: number } = {
  [nfs3.ftype3.NF3REG]: 0o100000,
  [nfs3.ftype3.NF3DIR]: 0o040000,
  [nfs3.ftype3.NF3BLK]: 0o060000,
  [nfs3.ftype3.NF3CHR]: 0o020000,
  [nfs3.ftype3.NF3LNK]: 0o120000,
  [nfs3.ftype3.NF3SOCK]: 0o140000,
  [nfs3.ftype3.NF3FIFO]: 0o010000,
};

/** The is…() questions of Node's Stats and Dirent, answered from a nfs3.ftype3. */
export class FileType {
  /** Undefined when the server did not tell. */
  readonly type: nfs3.ftype3 | undefined;
  constructor(type: nfs3.ftype3 | undefined) {
    this.type = type;
  }
  isFile(): boolean {
    return this.type === nfs3.ftype3.NF3REG;
  }
  isDirectory(): boolean {
    return this.type === nfs3.ftype3.NF3DIR;
  }
  isSymbolicLink(): boolean {
    return this.type === nfs3.ftype3.NF3LNK;
  }
  isBlockDevice(): boolean {
    return this.type === nfs3.ftype3.NF3BLK;
  }
  isCharacterDevice(): boolean {
    return this.type === nfs3.ftype3.NF3CHR;
  }
  isSocket(): boolean {
    return this.type === nfs3.ftype3.NF3SOCK;
  }
  isFIFO(): boolean {
    return this.type === nfs3.ftype3.NF3FIFO;
  }
}

/**
 * Attributes under the names of Node's `fs.Stats`. Numbers are exact up to 2^53; `attr` has the RFC's own
 * values (64-bit ones as bigint, times in nanoseconds) for everything beyond.
 */
export class Stats extends FileType {
  readonly attr: nfs3.fattr3;
  /** Preferred READ size, bytes. */
  readonly blksize: number;
  constructor(attr: nfs3.fattr3, blksize: number) {
    super(attr.type);
    this.attr = attr;
    this.blksize = blksize;
  }
  get dev(): number {
    return Number(this.attr.fsid);
  }
  get ino(): number {
    return Number(this.attr.fileid);
  }
  /** Type and permission bits. */
  get mode(): number {
    return (TYPE_BITS[this.attr.type] ?? 0) | (this.attr.mode & 0o7777);
  }
  get nlink(): number {
    return this.attr.nlink;
  }
  get uid(): number {
    return this.attr.uid;
  }
  get gid(): number {
    return this.attr.gid;
  }
  /** As glibc's makedev packs it. */
  get rdev(): number {
    const { specdata1: major, specdata2: minor } = this.attr.rdev;
    return Number(
      (BigInt(major & 0xfff) << 8n) |
        BigInt(minor & 0xff) |
        (BigInt(minor >>> 8) << 20n) |
        (BigInt(major >>> 12) << 44n),
    );
  }
  get size(): number {
    return Number(this.attr.size);
  }
  /** 512-byte blocks. */
  get blocks(): number {
    return Number((this.attr.used + 511n) / 512n);
  }
  get atimeMs(): number {
    return msOf(this.attr.atime);
  }
  get mtimeMs(): number {
    return msOf(this.attr.mtime);
  }
  get ctimeMs(): number {
    return msOf(this.attr.ctime);
  }
  get atimeNs(): bigint {
    return nsOf(this.attr.atime);
  }
  get mtimeNs(): bigint {
    return nsOf(this.attr.mtime);
  }
  get ctimeNs(): bigint {
    return nsOf(this.attr.ctime);
  }
}

/** One entry of a directory, under the names of Node's `fs.Dirent`. */
export class Dirent extends FileType {
  readonly name: string;
  /** The directory's path. */
  readonly parentPath: string;
  readonly fileid: bigint;
  /** There when the listing brought attributes, or was asked for them. */
  readonly stats: Stats | undefined;
  constructor(name: string, parentPath: string, fileid: bigint, stats: Stats | undefined) {
    super(stats?.type);
    this.name = name;
    this.parentPath = parentPath;
    this.fileid = fileid;
    this.stats = stats;
  }
}

/** A file system's figures under the names of Node's `fs.StatFs`; blocks of `bsize` bytes. */
export interface StatFs {
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

const msOf = (t: nfs3.nfstime3) => t.seconds * 1000 + t.nseconds / 1e6;
const nsOf = (t: nfs3.nfstime3) => BigInt(t.seconds) * 1_000_000_000n + BigInt(t.nseconds);
