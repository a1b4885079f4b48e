/** Why a {@link Vfs} said no. The names are errno's; the last seven exist only on the wire (RFC 1813 §2.6). */
export type VfsErrorCode =
  | "EPERM"
  | "ENOENT"
  | "EIO"
  | "ENXIO"
  | "EACCES"
  | "EEXIST"
  | "EXDEV"
  | "ENODEV"
  | "ENOTDIR"
  | "EISDIR"
  | "EINVAL"
  | "EFBIG"
  | "ENOSPC"
  | "EROFS"
  | "EMLINK"
  | "ENAMETOOLONG"
  | "ENOTEMPTY"
  | "EDQUOT"
  | "ESTALE"
  | "EBADHANDLE"
  | "EBADCOOKIE"
  | "ENOTSUPP"
  | "ETOOSMALL"
  | "ESERVERFAULT"
  | "EBADTYPE"
  | "EJUKEBOX";

/** A {@link Vfs} operation failed. */
export class VfsError extends Error {
  override readonly name = "VfsError";
  readonly code: VfsErrorCode;
  constructor(code: VfsErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
