/**
 * The reconnect of the Linux client after an outage, untimed: one task, one transport, rpciod's thread, a server. The
 * rows are those of the timed model (`linux/`), without what no schedule can tell apart: the socket lock's two halves,
 * addresses, counters. Back-off is "none" or "some"; a timer happens when nothing faster can, shorter ones first.
 */
import type { GuardedProgram } from "../../guarded/mod.js";
import type { Rules } from "../../linux/rules.js";
import { type Policy, scheduled } from "./policy.js";
import { TASK_STEPS } from "./task.js";
import { type Entry, variablesOf } from "./variables.js";
import { TIMERS, WIRE } from "./wire.js";
import { WORKER_STEPS } from "./worker.js";

/** Which kernel, under which scheduler, after which outage. */
export interface Reconnect {
  readonly name: string;
  readonly rules: Rules;
  readonly policy: Policy;
  readonly entry: Entry;
}

/** What a verdict of this model is worth: it stands beside each of them. */
export const LIMITS =
  "one task, one transport, one worker; untimed, a longer timer never before a shorter one; the wire loses nothing but what the outage lost; back-off is none or some; a socket's lock is held for one step at a time, by a connect until what came meanwhile is handled";

/** The model of one cell of the matrix. */
export function reconnect({ name, rules, policy, entry }: Reconnect): GuardedProgram {
  return {
    name,
    constants: {
      ERROR_CALLBACK: Number(rules.errorCallback),
      ABORT_WAKES: Number(rules.abortWakes),
      EPIPE_SHUTS_DOWN: Number(rules.epipeShutsDown),
      CONNECTED_IN_CLOSE_WAIT: Number(rules.connectedInCloseWait),
      CLOSE_ON_CLOSE_WAIT: Number(rules.closeOnCloseWait),
      NOSPACE_AS_SENT: Number(rules.nospaceStatus === 0),
      EAGAIN_TO_CONNECT: Number(rules.eagainToConnect),
      NO_EARLY_WAKE: Number(rules.noEarlyWake),
      // Of 2014: no kernel of 2012 has it, and no rule sets it.
      CONNECTION_REUSE: 0,
    },
    variables: variablesOf(entry),
    actors: [
      { name: "T", kind: "thread", fairness: "weak" },
      { name: "W", kind: "thread", fairness: "weak" },
      { name: "net", kind: "net", fairness: "weak" },
      { name: "intruder", kind: "peer", fairness: "none" },
      ...["reestablish", "delay", "linger", "timeo"].map(
        (timer) => ({ name: timer, kind: "timer", fairness: "weak" }) as const,
      ),
    ],
    actions: scheduled([...TASK_STEPS, ...WORKER_STEPS], [...WIRE, ...TIMERS], policy),
    goal: "t == answered",
    never: {
      "a hard call fails": "t == failed",
      "a call goes out twice on a live connection": "sent_twice == 1",
    },
  };
}
