/** What a world has seen so far, for properties to look at. Plain data. */
import type { CallPlan } from "./scenario.js";

export class CallFacts {
  readonly plan: CallPlan;
  readonly task: number;
  readonly startedAt: number;
  settled = 0;
  cancelled = false;
  /** The xid it was first sent with; -1: never sent. */
  xid = -1;
  sends = 0;
  /** When it was last put on a wire. */
  sentAt = 0;
  /** Times the server did it. A server with a reply cache would keep this at 1; ours has none yet. */
  executions = 0;

  constructor(plan: CallPlan, task: number, startedAt: number) {
    this.plan = plan;
    this.task = task;
    this.startedAt = startedAt;
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

  clone(): XprtFacts {
    return Object.assign(new XprtFacts(), this);
  }
}
