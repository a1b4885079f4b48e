import type { Abort, CallOptions } from "../program/mod.js";
import { type Instant, XprtError } from "../sunrpc/mod.js";

/** What may be said about one operation. */
export interface OpOptions {
  /** Gives the operation up (XprtError ECANCELED); late replies are swallowed. */
  readonly signal?: Abort | undefined;
  /** Gives the whole operation up after so many milliseconds (ETIMEDOUT), also on a hard mount. Default: the option `deadline`. */
  readonly deadlineMs?: number | undefined;
}

/** One operation under way: what it is for people, and what may end it. */
export interface Ctx {
  readonly syscall: string;
  /** As the user wrote it. */
  readonly path: string;
  /** What `unstuck ps` shows. */
  readonly label: string;
  readonly signal: Abort | undefined;
  readonly until: Instant | undefined;
  /** Look names up again, whatever the caches say. */
  readonly fresh: boolean;
}

/** The options of the next call of an operation: what is left of its time. Throws when nothing is. */
export function callOptions(ctx: Ctx, now: Instant): CallOptions {
  const { signal, label, until } = ctx;
  if (until === undefined) return { signal, label };
  if (now >= until)
    throw new XprtError("ETIMEDOUT", "never", `the deadline passed, ${ctx.syscall} '${ctx.path}'`);
  return { signal, label, deadlineMs: until - now };
}
