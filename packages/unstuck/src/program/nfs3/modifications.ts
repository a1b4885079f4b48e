import type { Handlers } from "../../sunrpc/mod.js";
import { type Answer, after, type Steps, VfsError } from "../../vfs/mod.js";
import type { Exports, Opened } from "../exports.js";
import type {
  COMMIT3args,
  CREATE3args,
  LINK3args,
  MKDIR3args,
  MKNOD3args,
  NFS_V3,
  nfs_fh3,
  REMOVE3args,
  RENAME3args,
  RMDIR3args,
  SETATTR3args,
  SYMLINK3args,
  WRITE3args,
  wcc_data,
} from "./nfs3.gen.js";
import { procedure, unchanged } from "./procedure.js";
import type { Failure } from "./status.js";

/**
 * The procedures that modify (RFC 1813 §3.3.2, 7 to 15, 21). None is implemented yet: they answer
 * NFS3ERR_ROFS or NFS3ERR_NOTSUPP, with attributes that show that nothing changed.
 */
export function modifications(exports: Exports): Handlers<typeof NFS_V3> {
  const refuse = <A, R>(handle: (args: A) => nfs_fh3, fail: (status: Failure, wcc: wcc_data) => R) =>
    procedure<A, R>(exports, handle, refusal, (status, attributes) => fail(status, unchanged(attributes)));
  const inDir = <A>(dir: (args: A) => nfs_fh3) =>
    refuse(dir, (status, dir_wcc) => ({ status, resfail: { dir_wcc } }));
  const onFile = <A>(file: (args: A) => nfs_fh3) =>
    refuse(file, (status, file_wcc) => ({ status, resfail: { file_wcc } }));
  // The second object of RENAME and LINK: only its attributes are wanted.
  const wccOf = refuse(
    (dir: nfs_fh3) => dir,
    (_, wcc) => wcc,
  );

  const rename = refuse(
    ({ from }: RENAME3args) => from.dir,
    (status, fromdir_wcc) => ({ status, fromdir_wcc }),
  );
  const link = refuse(
    ({ file }: LINK3args) => file,
    (status, { after: file_attributes }) => ({ status, file_attributes }),
  );

  return {
    NFSPROC3_SETATTR: refuse(
      ({ object }: SETATTR3args) => object,
      (status, obj_wcc) => ({ status, resfail: { obj_wcc } }),
    ),
    NFSPROC3_WRITE: onFile(({ file }: WRITE3args) => file),
    NFSPROC3_COMMIT: onFile(({ file }: COMMIT3args) => file),
    NFSPROC3_CREATE: inDir(({ where }: CREATE3args) => where.dir),
    NFSPROC3_MKDIR: inDir(({ where }: MKDIR3args) => where.dir),
    NFSPROC3_SYMLINK: inDir(({ where }: SYMLINK3args) => where.dir),
    NFSPROC3_MKNOD: inDir(({ where }: MKNOD3args) => where.dir),
    NFSPROC3_REMOVE: inDir(({ object }: REMOVE3args) => object.dir),
    NFSPROC3_RMDIR: inDir(({ object }: RMDIR3args) => object.dir),
    NFSPROC3_RENAME: (args, context) =>
      both(rename(args, context), wccOf(args.to.dir, context), ({ status, fromdir_wcc }, todir_wcc) => ({
        status,
        resfail: { fromdir_wcc, todir_wcc },
      })),
    NFSPROC3_LINK: (args, context) =>
      both(
        link(args, context),
        wccOf(args.link.dir, context),
        ({ status, file_attributes }, linkdir_wcc) => ({
          status,
          resfail: { file_attributes, linkdir_wcc },
        }),
      ),
  };
}

function both<A, B, R>(a: Answer<A>, b: Answer<B>, f: (a: A, b: B) => R): Answer<R> {
  return after(a, (one) => after(b, (other) => f(one, other)));
}

// biome-ignore lint/correctness/useYield: it only says no
function* refusal({ export: { path, readOnly } }: Opened): Steps<never> {
  if (readOnly) throw new VfsError("EROFS", `${path} is exported read-only`);
  throw new VfsError("ENOTSUPP", "this server does not modify files yet");
}
