/** errno names of the nfsstat3 values (RFC 1813 §2.6), as the kernel's nfs_stat_to_errno maps them. */
const CODES: { readonly [status: string]: string } = {
  NFS3ERR_PERM: "EPERM",
  NFS3ERR_NOENT: "ENOENT",
  NFS3ERR_IO: "EIO",
  NFS3ERR_NXIO: "ENXIO",
  NFS3ERR_ACCES: "EACCES",
  NFS3ERR_EXIST: "EEXIST",
  NFS3ERR_XDEV: "EXDEV",
  NFS3ERR_NODEV: "ENODEV",
  NFS3ERR_NOTDIR: "ENOTDIR",
  NFS3ERR_ISDIR: "EISDIR",
  NFS3ERR_INVAL: "EINVAL",
  NFS3ERR_FBIG: "EFBIG",
  NFS3ERR_NOSPC: "ENOSPC",
  NFS3ERR_ROFS: "EROFS",
  NFS3ERR_MLINK: "EMLINK",
  NFS3ERR_NAMETOOLONG: "ENAMETOOLONG",
  NFS3ERR_NOTEMPTY: "ENOTEMPTY",
  NFS3ERR_DQUOT: "EDQUOT",
  NFS3ERR_STALE: "ESTALE",
  NFS3ERR_REMOTE: "EREMOTE",
  NFS3ERR_BADHANDLE: "EBADHANDLE",
  NFS3ERR_NOT_SYNC: "ENOTSYNC",
  NFS3ERR_BAD_COOKIE: "EBADCOOKIE",
  NFS3ERR_NOTSUPP: "ENOTSUP",
  NFS3ERR_TOOSMALL: "ETOOSMALL",
  NFS3ERR_SERVERFAULT: "EREMOTEIO",
  NFS3ERR_BADTYPE: "EBADTYPE",
  NFS3ERR_JUKEBOX: "EAGAIN",
};

const WORDS: { readonly [code: string]: string } = {
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  EIO: "the server reports an I/O error",
  EACCES: "permission denied",
  ENOTDIR: "not a directory",
  EISDIR: "is a directory",
  EINVAL: "invalid argument",
  ENAMETOOLONG: "name too long",
  ESTALE: "stale file handle: the file was removed, or the server lost its export",
  EBADHANDLE: "the server does not know this file handle",
  ENOTSUP: "the server does not support this",
  EREMOTEIO: "the server failed",
  EAGAIN: "the server keeps saying that the file is not ready (NFS3ERR_JUKEBOX)",
};

/** A procedure said no, or what it said cannot be true. */
export class NfsError extends Error {
  override readonly name = "NfsError";
  /** errno name, e.g. `ENOENT`; `EPROTO` and `EBADCOOKIE` for a server that breaks the protocol. */
  readonly code: string;
  /** nfsstat3 name, e.g. `NFS3ERR_NOENT`; undefined when the finding is ours. */
  readonly status: string | undefined;
  /** What was asked for: `stat`, `open`, … */
  readonly syscall: string;
  readonly path: string;
  /** How often NFS3ERR_JUKEBOX was waited for. */
  readonly waits: number;
  constructor(
    code: string,
    syscall: string,
    path: string,
    detail: {
      status?: string | undefined;
      message?: string | undefined;
      waits?: number;
      cause?: unknown;
    } = {},
  ) {
    const why = detail.message ?? WORDS[code] ?? detail.status ?? "failed";
    super(
      `${code}: ${why}, ${syscall} '${path}'`,
      detail.cause === undefined ? undefined : { cause: detail.cause },
    );
    this.code = code;
    this.status = detail.status;
    this.syscall = syscall;
    this.path = path;
    this.waits = detail.waits ?? 0;
  }
}

/** The errno name of a nfsstat3 name. */
export function codeOf(status: string): string {
  return CODES[status] ?? "EIO";
}
