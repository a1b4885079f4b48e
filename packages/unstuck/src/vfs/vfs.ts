import type { Answer } from "./answer.js";
import type { Listing } from "./listing.js";

/** ftype3 (RFC 1813 §2.5): what kind of object a node is. */
export const FileType = { REG: 1, DIR: 2, BLK: 3, CHR: 4, LNK: 5, SOCK: 6, FIFO: 7 } as const;
export type FileType = (typeof FileType)[keyof typeof FileType];

/** nfstime3: since 1970, both parts unsigned 32 bit. */
export interface Time {
  readonly seconds: number;
  readonly nseconds: number;
}

/** A node's attributes, in the very shape of fattr3 (RFC 1813 §2.5), so that a server passes them on as they are. */
export interface Attr {
  readonly type: FileType;
  /** The twelve permission bits only. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: bigint;
  /** Bytes of disk space. */
  readonly used: bigint;
  readonly rdev: { readonly specdata1: number; readonly specdata2: number };
  readonly fsid: bigint;
  readonly fileid: bigint;
  readonly atime: Time;
  readonly mtime: Time;
  readonly ctime: Time;
}

/** A node with its attributes. */
export interface Found<V> {
  readonly node: V;
  readonly attr: Attr;
}

/** What READ gives. */
export interface ReadResult {
  /** At most the bytes asked for; fewer only at the end of the file. */
  readonly data: Uint8Array;
  /** Taken after the data, so `offset + data.length >= attr.size` is the end of the file. */
  readonly attr: Attr;
  /** Gives the memory of `data` back; call it at most once, when nothing refers to `data` any more. */
  readonly release?: (() => void) | undefined;
}

/** FSSTAT (RFC 1813 §3.3.18): bytes and file slots. */
export interface FsStat {
  readonly tbytes: bigint;
  readonly fbytes: bigint;
  readonly abytes: bigint;
  readonly tfiles: bigint;
  readonly ffiles: bigint;
  readonly afiles: bigint;
}

/** What a file system is able to hold (parts of FSINFO and PATHCONF, RFC 1813 §3.3.19, §3.3.20). */
export interface VfsLimits {
  readonly nameMaxBytes: number;
  readonly linkMax: number;
  readonly fileMaxBytes: bigint;
  readonly caseInsensitive: boolean;
  readonly casePreserving: boolean;
}

/** sattr3: what SETATTR and the creating procedures may set. `"server"`: the server's clock. */
export interface SetAttr {
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly size?: bigint | undefined;
  readonly atime?: Time | "server" | undefined;
  readonly mtime?: Time | "server" | undefined;
}

/**
 * What a file server serves: a tree of nodes, found by name or by handle, never by path.
 *
 * `V` is the backend's own node; to everybody else it is opaque. Operations answer with a value or a promise,
 * and fail with {@link VfsError}, thrown or rejected. They do not check permissions: that is the server's,
 * see {@link rights}. Names are strings; a byte that is not UTF-8 is a lone surrogate U+DC80..DCFF, as in xdr/.
 */
export interface Vfs<V extends object = object> {
  /** The node that everything is below. */
  readonly root: V;
  readonly limits: VfsLimits;

  /** The node's handle: at most 56 bytes, the same as long as the node exists. The caller does not change them. */
  handle(node: V): Uint8Array;
  /** The node of a handle. EBADHANDLE: not made here. ESTALE: its node is gone. */
  resolve(handle: Uint8Array): Answer<V>;

  /** ESTALE when the node is gone. */
  getattr(node: V): Answer<Attr>;
  /** `.` is `dir`, `..` its parent, and the root's own parent is the root. Symbolic links are not followed. ENOENT, ENOTDIR, ENAMETOOLONG, EINVAL. */
  lookup(dir: V, name: string): Answer<Found<V>>;
  /** EINVAL when the node is no symbolic link. */
  readlink(node: V): Answer<string>;
  /** Regular files only: EISDIR, EINVAL. `offset` and `count` are bytes. */
  read(node: V, offset: number, count: number): Answer<ReadResult>;
  /** The names in `dir`, `.` and `..` left out. `fresh`: a new scan by the client, so changes must be seen. ENOTDIR. */
  readdir(dir: V, fresh: boolean): Answer<Listing>;
  fsstat(node: V): Answer<FsStat>;

  // What changes the tree. A backend that cannot do one leaves it out, and the server answers NFS3ERR_NOTSUPP.
  setattr?(node: V, set: SetAttr): Answer<void>;
  create?(dir: V, name: string, set: SetAttr, exclusive: boolean): Answer<Found<V>>;
  mkdir?(dir: V, name: string, set: SetAttr): Answer<Found<V>>;
  symlink?(dir: V, name: string, target: string, set: SetAttr): Answer<Found<V>>;
  mknod?(dir: V, name: string, type: FileType, set: SetAttr, rdev: Attr["rdev"]): Answer<Found<V>>;
  remove?(dir: V, name: string): Answer<void>;
  rmdir?(dir: V, name: string): Answer<void>;
  rename?(from: V, fromName: string, to: V, toName: string): Answer<void>;
  link?(node: V, dir: V, name: string): Answer<void>;
  write?(node: V, offset: number, data: Uint8Array, stable: boolean): Answer<void>;
  commit?(node: V, offset: number, count: number): Answer<void>;

  /** Releases what the backend holds open. Idempotent. */
  close(): Answer<void>;
}
