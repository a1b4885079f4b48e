import { VfsError, type VfsErrorCode } from "../../vfs/mod.js";
import { nfsstat3 } from "./nfs3.gen.js";

/** A status that is not NFS3_OK. */
export type Failure = Exclude<nfsstat3, typeof nfsstat3.NFS3_OK>;

const STATUS: { readonly [C in VfsErrorCode]: Failure } = {
  EPERM: nfsstat3.NFS3ERR_PERM,
  ENOENT: nfsstat3.NFS3ERR_NOENT,
  EIO: nfsstat3.NFS3ERR_IO,
  ENXIO: nfsstat3.NFS3ERR_NXIO,
  EACCES: nfsstat3.NFS3ERR_ACCES,
  EEXIST: nfsstat3.NFS3ERR_EXIST,
  EXDEV: nfsstat3.NFS3ERR_XDEV,
  ENODEV: nfsstat3.NFS3ERR_NODEV,
  ENOTDIR: nfsstat3.NFS3ERR_NOTDIR,
  EISDIR: nfsstat3.NFS3ERR_ISDIR,
  EINVAL: nfsstat3.NFS3ERR_INVAL,
  EFBIG: nfsstat3.NFS3ERR_FBIG,
  ENOSPC: nfsstat3.NFS3ERR_NOSPC,
  EROFS: nfsstat3.NFS3ERR_ROFS,
  EMLINK: nfsstat3.NFS3ERR_MLINK,
  ENAMETOOLONG: nfsstat3.NFS3ERR_NAMETOOLONG,
  ENOTEMPTY: nfsstat3.NFS3ERR_NOTEMPTY,
  EDQUOT: nfsstat3.NFS3ERR_DQUOT,
  ESTALE: nfsstat3.NFS3ERR_STALE,
  EBADHANDLE: nfsstat3.NFS3ERR_BADHANDLE,
  EBADCOOKIE: nfsstat3.NFS3ERR_BAD_COOKIE,
  ENOTSUPP: nfsstat3.NFS3ERR_NOTSUPP,
  ETOOSMALL: nfsstat3.NFS3ERR_TOOSMALL,
  ESERVERFAULT: nfsstat3.NFS3ERR_SERVERFAULT,
  EBADTYPE: nfsstat3.NFS3ERR_BADTYPE,
  EJUKEBOX: nfsstat3.NFS3ERR_JUKEBOX,
};

/** The status that tells `error`. What is no VfsError is a bug and thrown on: the caller gets SYSTEM_ERR. */
export function statusOf(error: unknown): Failure {
  if (error instanceof VfsError) return STATUS[error.code];
  throw error;
}
