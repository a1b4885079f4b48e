import type { CallContext } from "../../sunrpc/mod.js";
import { type Answer, type Attr, run, type Steps, wait } from "../../vfs/mod.js";
import type { Exports, Opened } from "../exports.js";
import type { nfs_fh3, post_op_attr, wcc_data } from "./nfs3.gen.js";
import { type Failure, statusOf } from "./status.js";

const NO_ATTR: post_op_attr = { attributes_follow: false };

/** post_op_attr with `attr`. */
export function withAttr(attr: Attr): post_op_attr {
  return { attributes_follow: true, attributes: attr };
}

/** wcc_data of an operation that changed nothing. */
export function unchanged(after: post_op_attr): wcc_data {
  if (!after.attributes_follow) return { before: { attributes_follow: false }, after };
  const { size, mtime, ctime } = after.attributes;
  return { before: { attributes_follow: true, attributes: { size, mtime, ctime } }, after };
}

/** The attributes a reply should carry: none when they cannot be had. */
export function* postOpAttr({ vfs, node }: Opened): Steps<post_op_attr> {
  try {
    return withAttr(yield* wait(vfs.getattr(node)));
  } catch (error) {
    statusOf(error);
    return NO_ATTR;
  }
}

/**
 * A handler for a procedure on one object: answers with what `act` makes, or, when the handle is bad or `act` throws
 * a VfsError, with what `fail` makes of the status and the object's attributes.
 *
 * `act` gets all it needs as arguments: a generator function made anew for each call would cost more than the call.
 */
export function procedure<A, R>(
  exports: Exports,
  handle: (args: A) => nfs_fh3,
  act: (opened: Opened, args: A, context: CallContext) => Steps<R>,
  fail: (status: Failure, attributes: post_op_attr) => R,
): (args: A, context: CallContext) => Answer<R> {
  return (args, context) => run(steps(args, context));

  function* steps(args: A, context: CallContext): Steps<R> {
    let opened: Opened | undefined;
    try {
      opened = yield* wait(exports.open(handle(args).data, context));
      return yield* act(opened, args, context);
    } catch (error) {
      return fail(statusOf(error), opened === undefined ? NO_ATTR : yield* postOpAttr(opened));
    }
  }
}
