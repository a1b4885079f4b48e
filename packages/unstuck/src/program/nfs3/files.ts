import { type CallContext, type Handlers, type WrittenResults, writeResults } from "../../sunrpc/mod.js";
import {
  type Attr,
  after,
  EXECUTE,
  FileType,
  READ,
  rights,
  type Steps,
  VfsError,
  WRITE,
  wait,
} from "../../vfs/mod.js";
import type { Exports, Opened } from "../exports.js";
import { transferMax } from "./limits.js";
import {
  ACCESS3_DELETE,
  ACCESS3_EXECUTE,
  ACCESS3_EXTEND,
  ACCESS3_LOOKUP,
  ACCESS3_MODIFY,
  ACCESS3_READ,
  type ACCESS3args,
  type ACCESS3res,
  type GETATTR3res,
  type NFS_V3,
  nfsstat3,
  post_op_attr,
  type READ3args,
  type READ3res,
  type READLINK3args,
  type READLINK3res,
} from "./nfs3.gen.js";
import { procedure, withAttr } from "./procedure.js";
import { statusOf } from "./status.js";

const { NFS3_OK } = nfsstat3;

/** GETATTR, ACCESS, READLINK, READ (RFC 1813 §3.3.1, 4, 5, 6). */
export function files(exports: Exports): Handlers<typeof NFS_V3> {
  return {
    // The most frequent call by far: no generator.
    NFSPROC3_GETATTR({ object }, context) {
      try {
        const answer = after(exports.open(object.data, context), ({ vfs, node }) =>
          after(vfs.getattr(node), gotAttr),
        );
        return answer instanceof Promise ? answer.catch(noAttr) : answer;
      } catch (error) {
        return noAttr(error);
      }
    },

    NFSPROC3_ACCESS: procedure<ACCESS3args, ACCESS3res>(
      exports,
      ({ object }) => object,
      access,
      (status, obj_attributes) => ({ status, resfail: { obj_attributes } }),
    ),
    NFSPROC3_READLINK: procedure<READLINK3args, READLINK3res>(
      exports,
      ({ symlink }) => symlink,
      readlink,
      (status, symlink_attributes) => ({ status, resfail: { symlink_attributes } }),
    ),
    NFSPROC3_READ: procedure<READ3args, READ3res | WrittenResults>(
      exports,
      ({ file }) => file,
      read,
      (status, file_attributes) => ({ status, resfail: { file_attributes } }),
    ),
  };
}

function* access(opened: Opened, { access: asked }: ACCESS3args): Steps<ACCESS3res> {
  const attr = yield* wait(opened.vfs.getattr(opened.node));
  const resok = { obj_attributes: withAttr(attr), access: asked & granted(opened, attr) };
  return { status: NFS3_OK, resok };
}

function* readlink({ vfs, node }: Opened): Steps<READLINK3res> {
  const attr = yield* wait(vfs.getattr(node));
  const data = yield* wait(vfs.readlink(node));
  return { status: NFS3_OK, resok: { symlink_attributes: withAttr(attr), data } };
}

function* read(
  { vfs, node, who }: Opened,
  { offset, count }: READ3args,
  { peer }: CallContext,
): Steps<READ3res | WrittenResults> {
  // Beyond 2^53 there is nothing, and the answer is the same as at 2^53.
  const at = offset < MAX_OFFSET ? Number(offset) : Number(MAX_OFFSET);
  const { data, attr, release } = yield* wait(vfs.read(node, at, Math.min(count, transferMax(peer))));
  if (!mayRead(attr, who)) {
    release?.();
    throw new VfsError("EACCES", "no permission to read");
  }
  const eof = BigInt(at + data.length) >= attr.size;
  const file_attributes = withAttr(attr);
  // READ3resok field by field, because its data is not copied.
  return writeResults(
    (w) => {
      w.uint32(NFS3_OK);
      post_op_attr.encode(w, file_attributes);
      w.uint32(data.length);
      w.bool(eof);
      w.uint32(data.length);
    },
    { bytes: data, release },
  );
}

const MAX_OFFSET = 2n ** 53n - 2n ** 24n;

function gotAttr(obj_attributes: Attr): GETATTR3res {
  return { status: NFS3_OK, resok: { obj_attributes } };
}

function noAttr(error: unknown): GETATTR3res {
  return { status: statusOf(error) };
}

/** The owner may read whatever the mode says, for he could open before a chmod; who may execute may read (RFC 1813 §4.4). */
function mayRead(attr: Attr, who: Opened["who"]): boolean {
  return who.uid === attr.uid || (rights(attr, who) & (READ | EXECUTE)) !== 0;
}

/** The ACCESS3 bits that `opened.who` has. What a file of this type has no meaning for is not granted. */
function granted({ export: { readOnly }, vfs, who }: Opened, attr: Attr): number {
  const has = rights(attr, who);
  const isDir = attr.type === FileType.DIR;
  let bits = has & READ ? ACCESS3_READ : 0;
  if (has & EXECUTE) bits |= isDir ? ACCESS3_LOOKUP : attr.type === FileType.REG ? ACCESS3_EXECUTE : 0;
  if (has & WRITE && !readOnly && vfs.write !== undefined) {
    bits |= ACCESS3_MODIFY | ACCESS3_EXTEND | (isDir ? ACCESS3_DELETE : 0);
  }
  return bits;
}
