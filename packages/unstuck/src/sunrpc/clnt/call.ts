import { type Span, spanOf } from "../../xdr/mod.js";
import { uint32At } from "../msg/wire.js";
import type { CallPolicy, Instant, TaskId } from "../port.js";
import type { CallState } from "./clnt.states.js";

const EMPTY = spanOf(new Uint8Array(0));

/** One call in the table. Plain data. */
export class Call {
  readonly xid: number;
  readonly task: TaskId;
  readonly tag: unknown;
  readonly xprt: number;
  readonly policy: CallPolicy;
  readonly startedAt: Instant;
  /** Absolute; undefined when there is none. Of a zombie: its own end. */
  deadline: Instant | undefined;
  /** Mark, header and arguments; dropped when only a late reply is awaited. */
  record: Span;
  state: CallState = "new";
  /** It occupies one of its transport's slots. */
  hasSlot = false;
  /** How often it was put on a wire. */
  attempts = 0;
  /** Replies in a row whose header made no sense. */
  badReplies = 0;
  sentAt: Instant = 0;
  stateSince: Instant;
  /** The current minor timeout's length and end, and the end of the major one. */
  timeoutMs: number;
  timeoutAt: Instant;
  majorAt: Instant;

  constructor(
    xid: number,
    task: TaskId,
    tag: unknown,
    xprt: number,
    record: Span,
    policy: CallPolicy,
    deadline: Instant | undefined,
    now: Instant,
  ) {
    this.xid = xid;
    this.task = task;
    this.tag = tag;
    this.xprt = xprt;
    this.policy = policy;
    this.startedAt = now;
    this.stateSince = now;
    this.deadline = deadline;
    this.record = record;
    this.timeoutMs = policy.timeoMs;
    this.timeoutAt = now + policy.timeoMs;
    this.majorAt = now + majorSpanMs(policy);
  }

  /** The program, version and procedure, read back from the record; zeros for a zombie. */
  get numbers(): { prog: number; vers: number; proc: number } {
    const { bytes, start, end } = this.record;
    if (end - start < 28) return { prog: 0, vers: 0, proc: 0 };
    return {
      prog: uint32At(bytes, start + 16),
      vers: uint32At(bytes, start + 20),
      proc: uint32At(bytes, start + 24),
    };
  }

  /** When something is to be done about this call at the latest. */
  get timerAt(): Instant {
    const at = Math.min(this.timeoutAt, this.majorAt);
    return this.deadline === undefined ? at : Math.min(at, this.deadline);
  }

  get hasRecord(): boolean {
    return this.record !== EMPTY;
  }

  dropRecord(): void {
    this.record = EMPTY;
  }

  clone(): Call {
    return Object.assign(Object.create(Call.prototype), this);
  }
}

/** From the first transmission to the major timeout (xprt_reset_majortimeo): retrans further tries, each longer. */
export function majorSpanMs(policy: CallPolicy): number {
  const span =
    policy.backoff === "exponential"
      ? policy.timeoMs * 2 ** policy.retrans
      : policy.timeoMs * (policy.retrans + 1);
  return Math.max(policy.timeoMs, Math.min(span, policy.maxTimeoMs * (policy.retrans + 1)));
}

/** The next minor timeout's length (xprt_adjust_timeout). */
export function nextTimeoutMs(policy: CallPolicy, timeoutMs: number): number {
  const next = policy.backoff === "exponential" ? timeoutMs * 2 : timeoutMs + policy.timeoMs;
  return Math.max(policy.timeoMs, Math.min(next, policy.maxTimeoMs));
}
