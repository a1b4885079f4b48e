/**
 * What a run leaves behind: one list of events in the order they happened, from which every transcript (text, the
 * kernel's own debug log, pcapng, Perfetto, JSON) is made. Plain data.
 */
import type { IcmpError, Segment } from "./net/segment.js";

/** Microseconds of the model's clock; a scenario begins at 0. */
export type Us = number;

/** Where something happened: a CPU and the thread it ran, or the interrupt that came over it. */
export interface Place {
  readonly at: Us;
  readonly cpu: number;
  /** `hang.py`, `kworker/0:1`, `rpciod/0`; `softirq` for what comes from the network and from timers. */
  readonly thread: string;
}

export type TraceEvent =
  /** A thread did one step of the model: the innermost kernel function first in `stack`. */
  | (Place & { readonly type: "step"; readonly fn: string; readonly stack: readonly string[] })
  /** A line of the kernel's RPC debug log, without time and `RPC:`; leading spaces as the kernel prints them. */
  | (Place & { readonly type: "rpcdebug"; readonly text: string })
  /** A task was woken; `stack` is the waker's, innermost first. `early`: its connect worker was not done. */
  | (Place & {
      readonly type: "wake";
      readonly task: number;
      readonly queue: string;
      readonly status: number;
      readonly stack: readonly string[];
      readonly early: boolean;
    })
  /** The CPU went from one thread to another; `idle` when there is none. */
  | {
      readonly type: "switch";
      readonly at: Us;
      readonly cpu: number;
      readonly from: string;
      readonly to: string;
      readonly why: "preempted" | "blocked" | "exited" | "idle";
    }
  /** A segment left a host. `dropped`: it went no further, and why. `cause`: what sent it, for people. */
  | {
      readonly type: "packet";
      readonly at: Us;
      readonly segment: Segment;
      readonly cause: string;
      readonly dropped: string | undefined;
    }
  /** A segment arrived. `ignored`: the host took no notice, and why. */
  | { readonly type: "delivered"; readonly at: Us; readonly segment: Segment; readonly ignored?: string }
  /** An ICMP message arrived; `effect` is what the socket made of it. */
  | { readonly type: "icmp"; readonly at: Us; readonly icmp: IcmpError; readonly effect: string }
  /** Somebody outside acted: a route, a restart, a signal. */
  | { readonly type: "operator"; readonly at: Us; readonly host: string; readonly text: string }
  /** A program said something: the result of a stat, a line of rpcinfo. */
  | { readonly type: "output"; readonly at: Us; readonly program: string; readonly text: string }
  /** A property was broken, or the run saw something that decides its verdict. */
  | { readonly type: "finding"; readonly at: Us; readonly property: string; readonly text: string };
