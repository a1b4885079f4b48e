/** A scenario as data: who runs where at which priority, what happens when, and what must come of it. */
import type { Us } from "../trace.js";

export const PRESETS = ["el6-279", "v3.6", "v3.7-rc2", "v3.7"] as const;
export type Preset = (typeof PRESETS)[number];

/**
 * Changes on top of a preset, each its own switch. `eagain-to-connect`: the report's first fix. `no-early-wake`: its
 * "right" fix (nobody is woken before the worker is done). The rest are upstream commits, by what they do; the last
 * changes no logic, only how long one thing takes.
 */
export const FIXES = [
  "eagain-to-connect",
  "no-early-wake",
  "close-on-close-wait", // a519fc7a70d1
  "disconnected-on-close-wait", // d0bea455dd48
  "no-shutdown-on-epipe", // b9d2bb2ee537
  "quiet-abort", // 4bc1e68ed6a8
  "no-error-callback", // f878b657ce8e
  "slow-last-wake", // no fix: the report's feared second race with its window held open
] as const;
export type Fix = (typeof FIXES)[number];

/** Properties that a scenario may switch on; the old kernels break them on their way into the hang. */
export const WATCHES = ["no-shutdown-while-connecting"] as const;
export type Watch = (typeof WATCHES)[number];

/** The five verdicts. Over all schedules they are judged by an explorer; of one run they say what that run did. */
export const VERDICTS = ["recovers", "churns", "stalls", "hangs", "breaks"] as const;
export type Verdict = (typeof VERDICTS)[number];

export type SchedClass = "OTHER" | "FIFO" | "RR";

export interface Sched {
  readonly class: SchedClass;
  /** 1 to 99 of FIFO and RR; 0 of OTHER. */
  readonly prio: number;
}

export const PREEMPTION = ["none", "voluntary", "full"] as const;
export type Preemption = (typeof PREEMPTION)[number];

/** A program that stats a file again and again, as the report's hang.py. */
export interface Stater {
  readonly name: string;
  readonly server: string;
  readonly file: string;
  readonly sched: Sched;
  readonly intervalUs: Us;
  /** When it starts. */
  readonly startUs: Us;
  /** The CPUs it may run on, as taskset(1) says them; absent: any. */
  readonly affinity?: readonly number[];
}

/** The ICMP errors (type 3) that Linux takes for an unreachable peer, by their codes' names. */
export const UNREACHABLES = ["net-unreachable", "host-unreachable", "port-unreachable"] as const;
export type Unreachable = (typeof UNREACHABLES)[number];

/** How a server process that has just started listens: listen(2)'s backlog, and what is slow about its start. */
export interface AcceptQueue {
  readonly backlog: number;
  /** Connections of other clients that come before anybody else's. */
  readonly crowd: number;
  /** From when it listens to when it accepts for the first time. */
  readonly acceptUs: Us;
}

/** What somebody does, and when: at a time, or once a stat is in flight (`stat-in-flight`) after the step before. */
export type Deed =
  | { readonly do: "blackhole"; readonly host: string }
  | { readonly do: "heal"; readonly host: string }
  /** `closing`: how the old server process leaves its connections; `refuseUs`: how long nobody listens. */
  | {
      readonly do: "restart-server";
      readonly server: string;
      readonly closing: "fin" | "rst";
      readonly refuseUs: Us;
      /** Absent: a long backlog, and accepted at once. */
      readonly queue?: AcceptQueue;
    }
  /** From now on what is sent to `host` goes nowhere, and `from` (a router, or the host itself) says so; until healed. */
  | { readonly do: "icmp"; readonly error: Unreachable; readonly host: string; readonly from: string }
  | { readonly do: "taskset"; readonly target: string; readonly cpus: readonly number[] }
  | { readonly do: "chrt"; readonly target: "rpciod" | (string & {}); readonly sched: Sched }
  | { readonly do: "kill"; readonly target: string }
  | { readonly do: "rpcinfo"; readonly server: string }
  | { readonly do: "wait"; readonly us: Us }
  | { readonly do: "wait-for"; readonly event: "stat-in-flight" };

export interface TimelineStep {
  /** Not before this; steps happen in their order. */
  readonly atUs: Us;
  readonly deed: Deed;
  /** 1-based line of the source, for messages. */
  readonly line: number;
}

export interface Server {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly preset: Preset;
  readonly fixes: readonly Fix[];
  readonly cpus: number;
  readonly preemption: Preemption;
  readonly rpciod: Sched;
  /** Of the client's NFS mount, ms. The kernel's default and the report's `timeo=600`: 60000. */
  readonly timeoMs: number;
  readonly servers: readonly Server[];
  readonly staters: readonly Stater[];
  /** Of the wire, one way. 0 is loopback: the handshake is over before connect() lets go of the socket's lock. */
  readonly latencyUs: Us;
  /** The sysctl: the client drops what comes from where it has no route to, so from behind its own blackhole. */
  readonly rpFilter: boolean;
  readonly watch: readonly Watch[];
  readonly timeline: readonly TimelineStep[];
  /** The run ends here. */
  readonly untilUs: Us;
  /** A run may take so many steps. */
  readonly maxSteps: number;
  readonly expect: Verdict;
}
