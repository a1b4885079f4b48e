/** What a world has seen so far, for properties to look at. Plain data. */
import type { ClntConfig } from "unstuck/sunrpc";
import type { CallPlan } from "./scenario.js";
import { type Socket, UP } from "./socket.js";

export class CallFacts {
  readonly plan: CallPlan;
  readonly task: number;
  readonly startedAt: number;
  /** When it is to be over at the latest: its deadline, or the major timeout of a soft call. */
  readonly endsBy: number;
  settled = 0;
  cancelled = false;
  /** The xid it was first sent with; -1: never sent. */
  xid = -1;
  sends = 0;
  /** The socket it was last put on, and when. */
  sentOn = 0;
  sentAt = 0;
  /** Times the server has begun to execute it since the server began, and the source port it last came from then. */
  runs = 0;
  ranFrom = 0;
  /** When the server answered it last. */
  answeredAt = Number.POSITIVE_INFINITY;

  constructor(plan: CallPlan, task: number, startedAt: number) {
    this.plan = plan;
    this.task = task;
    this.startedAt = startedAt;
    const { mode, timeoMs, retrans, backoff } = plan.policy;
    const timeouts = backoff === "linear" ? retrans + 1 : 2 ** retrans;
    const majorMs = mode === "hard" ? Number.POSITIVE_INFINITY : timeoMs * timeouts;
    this.endsBy = startedAt + Math.min(plan.deadlineMs ?? Number.POSITIVE_INFINITY, majorMs);
  }

  get isHard(): boolean {
    return this.plan.policy.mode === "hard";
  }

  get deadlineAt(): number {
    return this.startedAt + (this.plan.deadlineMs ?? Number.POSITIVE_INFINITY);
  }

  clone(): CallFacts {
    return Object.assign(new CallFacts(this.plan, this.task, this.startedAt), this);
  }
}

export class XprtFacts {
  /** The cookie of its newest connect. */
  cookie = 0;
  /** The source port of its last connection; 0: none yet. */
  port = 0;
  /** Since the last connection that port was found taken. */
  portTaken = false;
  /** Connect attempts in a row that nobody answered. */
  unanswered = 0;
  /** Connects since the clock moved, a reply came, or a caller did something. */
  connects = 0;
  /** Connects and connections that failed since the last reply. */
  failures = 0;
  /** The pause that the next connect owes, and since when. */
  owesMs = 0;
  owesSince = 0;

  /** Its socket, or connect attempt, is no more: how much of a pause does the next connect owe? */
  lost(s: Socket, code: string, { baseMs, capMs, closedCapMs }: ClntConfig["reconnect"], now: number): void {
    const opened = s.end === UP;
    let exponent = opened ? Math.max(1, this.failures) : this.failures + 1;
    if (code === "ETIMEDOUT") exponent = 1;
    const cap = opened && !s.answered ? closedCapMs : capMs;
    const first = opened && s.answered && this.failures === 0;
    this.owesMs = first ? 0 : Math.min(baseMs * (1 << Math.min(exponent - 1, 20)), cap) / 2;
    this.owesSince = now;
    this.failures++;
    if (opened) return;
    this.unanswered = code === "ETIMEDOUT" || code === "ECONNRESET" ? this.unanswered + 1 : 0;
    if (code === "EADDRINUSE") this.portTaken = true;
  }

  clone(): XprtFacts {
    return Object.assign(new XprtFacts(), this);
  }
}
