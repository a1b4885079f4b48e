import type { CallContext, Handlers } from "../../sunrpc/mod.js";
import { type Steps, wait } from "../../vfs/mod.js";
import type { Exports, Opened } from "../exports.js";
import { LISTING_MAX_BYTES, transferMax } from "./limits.js";
import {
  FSF3_CANSETTIME,
  FSF3_HOMOGENEOUS,
  FSF3_LINK,
  FSF3_SYMLINK,
  type FSINFO3args,
  type FSINFO3res,
  type FSSTAT3args,
  type FSSTAT3res,
  type NFS_V3,
  nfsstat3,
  type PATHCONF3args,
  type PATHCONF3res,
} from "./nfs3.gen.js";
import { procedure, withAttr } from "./procedure.js";

const { NFS3_OK } = nfsstat3;
const BLOCK_BYTES = 4096;

/** FSSTAT, FSINFO, PATHCONF (RFC 1813 §3.3.18 to 20). */
export function filesystems(exports: Exports): Handlers<typeof NFS_V3> {
  return {
    NFSPROC3_FSSTAT: procedure<FSSTAT3args, FSSTAT3res>(
      exports,
      ({ fsroot }) => fsroot,
      fsstat,
      (status, obj_attributes) => ({ status, resfail: { obj_attributes } }),
    ),
    NFSPROC3_FSINFO: procedure<FSINFO3args, FSINFO3res>(
      exports,
      ({ fsroot }) => fsroot,
      fsinfo,
      (status, obj_attributes) => ({ status, resfail: { obj_attributes } }),
    ),
    NFSPROC3_PATHCONF: procedure<PATHCONF3args, PATHCONF3res>(
      exports,
      ({ object }) => object,
      pathconf,
      (status, obj_attributes) => ({ status, resfail: { obj_attributes } }),
    ),
  };
}

function* fsstat({ vfs, node }: Opened): Steps<FSSTAT3res> {
  const obj_attributes = withAttr(yield* wait(vfs.getattr(node)));
  const stat = yield* wait(vfs.fsstat(node));
  return { status: NFS3_OK, resok: { obj_attributes, ...stat, invarsec: 0 } };
}

function* fsinfo({ vfs, node }: Opened, _: FSINFO3args, { peer }: CallContext): Steps<FSINFO3res> {
  const transfer = transferMax(peer);
  const resok = {
    obj_attributes: withAttr(yield* wait(vfs.getattr(node))),
    rtmax: transfer,
    rtpref: transfer,
    rtmult: BLOCK_BYTES,
    wtmax: transfer,
    wtpref: transfer,
    wtmult: BLOCK_BYTES,
    dtpref: Math.min(LISTING_MAX_BYTES, transfer) / 2,
    maxfilesize: vfs.limits.fileMaxBytes,
    time_delta: { seconds: 0, nseconds: 1 },
    properties:
      FSF3_HOMOGENEOUS |
      (vfs.link === undefined ? 0 : FSF3_LINK) |
      (vfs.symlink === undefined ? 0 : FSF3_SYMLINK) |
      (vfs.setattr === undefined ? 0 : FSF3_CANSETTIME),
  };
  return { status: NFS3_OK, resok };
}

function* pathconf({ vfs, node }: Opened): Steps<PATHCONF3res> {
  const { linkMax, nameMaxBytes, caseInsensitive, casePreserving } = vfs.limits;
  const resok = {
    obj_attributes: withAttr(yield* wait(vfs.getattr(node))),
    linkmax: linkMax,
    name_max: nameMaxBytes,
    no_trunc: true,
    chown_restricted: true,
    case_insensitive: caseInsensitive,
    case_preserving: casePreserving,
  };
  return { status: NFS3_OK, resok };
}
