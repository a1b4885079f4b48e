import type { CallContext, Handlers } from "../../sunrpc/mod.js";
import { type Answer, after, type Steps, VfsError } from "../../vfs/mod.js";
import type { Exports, Opened } from "../exports.js";
import { act, unchanged } from "./act.js";
import type { NFS_V3, nfs_fh3, post_op_attr, wcc_data } from "./nfs3.gen.js";
import type { Failure } from "./status.js";

/**
 * The procedures that modify (RFC 1813 §3.3.2, 7 to 15, 21). None is implemented yet: they answer
 * NFS3ERR_ROFS or NFS3ERR_NOTSUPP, with attributes that show that nothing changed.
 */
export function modifications(exports: Exports): Handlers<typeof NFS_V3> {
  const refuse = <R>(
    handle: nfs_fh3,
    context: CallContext,
    fail: (status: Failure, wcc: wcc_data) => R,
  ): Answer<R> =>
    act<R>(exports, handle, context, refusal, (status, attributes) => fail(status, unchanged(attributes)));
  const inDir = (dir: nfs_fh3, context: CallContext) =>
    refuse(dir, context, (status, dir_wcc) => ({ status, resfail: { dir_wcc } }));
  const onFile = (file: nfs_fh3, context: CallContext) =>
    refuse(file, context, (status, file_wcc) => ({ status, resfail: { file_wcc } }));
  const attributes = (handle: nfs_fh3, context: CallContext): Answer<post_op_attr> =>
    refuse(handle, context, (_, { after: attr }) => attr);

  return {
    NFSPROC3_SETATTR: ({ object }, context) =>
      refuse(object, context, (status, obj_wcc) => ({ status, resfail: { obj_wcc } })),
    NFSPROC3_WRITE: ({ file }, context) => onFile(file, context),
    NFSPROC3_COMMIT: ({ file }, context) => onFile(file, context),
    NFSPROC3_CREATE: ({ where }, context) => inDir(where.dir, context),
    NFSPROC3_MKDIR: ({ where }, context) => inDir(where.dir, context),
    NFSPROC3_SYMLINK: ({ where }, context) => inDir(where.dir, context),
    NFSPROC3_MKNOD: ({ where }, context) => inDir(where.dir, context),
    NFSPROC3_REMOVE: ({ object }, context) => inDir(object.dir, context),
    NFSPROC3_RMDIR: ({ object }, context) => inDir(object.dir, context),
    NFSPROC3_RENAME: ({ from, to }, context) =>
      after(attributes(to.dir, context), (toAttr) =>
        refuse(from.dir, context, (status, fromdir_wcc) => ({
          status,
          resfail: { fromdir_wcc, todir_wcc: unchanged(toAttr) },
        })),
      ),
    NFSPROC3_LINK: ({ file, link }, context) =>
      after(attributes(link.dir, context), (dirAttr) =>
        refuse(file, context, (status, { after: file_attributes }) => ({
          status,
          resfail: { file_attributes, linkdir_wcc: unchanged(dirAttr) },
        })),
      ),
  };
}

// biome-ignore lint/correctness/useYield: it only says no
function* refusal({ export: { path, readOnly } }: Opened): Steps<never> {
  if (readOnly) throw new VfsError("EROFS", `${path} is exported read-only`);
  throw new VfsError("ENOTSUPP", "this server does not modify files yet");
}
