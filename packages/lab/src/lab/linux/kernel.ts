/**
 * The client host as plain data: CPUs, threads, RPC tasks, transports, sockets. Everything that happens is a function
 * over it; nothing in it is a closure, so it can be copied, hashed and printed.
 */
import type { Fabric, Sock, TimeWait } from "../net/mod.js";

export type { Sock };

import type { Preemption, Sched } from "../scenario/mod.js";
import type { TraceEvent, Us } from "../trace.js";
import type { Program } from "./programs.js";
import type { Rules } from "./rules.js";

/** What a thread does next: a row of the step tables. */
export type Pc = string;

export type ThreadId = number;
export type TaskId = number;
export type XprtId = number;

/** Why a thread is off its CPU. */
export type Blocked =
  | { readonly on: "task"; readonly task: TaskId }
  | { readonly on: "lock"; readonly sock: number }
  | { readonly on: "timer"; readonly untilUs: Us }
  | { readonly on: "work" }
  | { readonly on: "nothing" };

export interface Thread {
  readonly id: ThreadId;
  readonly name: string;
  sched: Sched;
  /** Where it ran last; bound threads stay there. */
  cpu: number;
  readonly bound: boolean;
  /** The CPUs it may run on; undefined: any. */
  affinity: readonly number[] | undefined;
  state: "running" | "ready" | "blocked" | "dead";
  blocked: Blocked | undefined;
  /** When it became ready: first come, first served among equals. */
  readySeq: number;
  pc: Pc;
  /** Of a stat'er: its row in `programs`. Of a worker: -1. */
  readonly program: number;
  /** The RPC task it executes, the xprt its work is about; -1: none. */
  task: TaskId;
  xprt: XprtId;
  /** A number a step leaves for the next one: an errno, a saved flag. */
  result: number;
  saved: number;
  /** A fatal signal is pending. */
  killed: boolean;
}

export interface Cpu {
  /** -1: idle. */
  current: ThreadId;
  needResched: boolean;
  /** The current step's end. */
  nextAtUs: Us;
}

/** A wait queue by name: `xprt_pending` and `xprt_sending` of an xprt, the global `delayq`. */
export interface WaitQueue {
  readonly name: "xprt_pending" | "xprt_sending" | "xprt_backlog" | "delayq";
  tasks: TaskId[];
}

export type TaskCallback =
  | "none"
  | "xprt_connect_status"
  | "xprt_timer"
  | "__rpc_atrun"
  | "xs_nospace_callback";

/** struct rpc_task and its rpc_rqst. */
export interface Task {
  readonly id: TaskId;
  /** What the log calls it: the kernel counts from wherever it was. */
  readonly pid: number;
  readonly thread: ThreadId;
  readonly xprt: XprtId;
  readonly proc: number;
  tk_action: Pc | "";
  tk_callback: TaskCallback;
  tk_status: number;
  /** Absolute; 0: no timer. */
  timerAtUs: Us;
  running: boolean;
  queued: boolean;
  queue: WaitQueue["name"] | "";
  xid: number;
  hasSlot: boolean;
  /** rq_snd_buf.len: 0 means it must be encoded again. */
  encoded: boolean;
  rq_bytes_sent: number;
  rq_connect_cookie: number;
  rq_timeoutUs: Us;
  rq_majortimeoUs: Us;
  replied: boolean;
  /** Times it was put on a wire. */
  sends: number;
}

/** xprt->state. */
export interface XprtFlags {
  LOCKED: boolean;
  CONNECTED: boolean;
  CONNECTING: boolean;
  CLOSE_WAIT: boolean;
  CLOSING: boolean;
  CONNECTION_ABORT: boolean;
  CONNECTION_CLOSE: boolean;
}

export interface Xprt {
  readonly id: XprtId;
  readonly server: { readonly host: string; readonly port: number };
  readonly flags: XprtFlags;
  /** The task that holds LOCKED; -1: nobody, or the autoclose work. */
  snd_task: TaskId;
  pending: WaitQueue;
  sending: WaitQueue;
  /** Calls on the wire whose replies are awaited. */
  recv: TaskId[];
  connect_cookie: number;
  reestablishUs: Us;
  /** -1: none. */
  sock: number;
  srcport: number;
  /** The worker is between its first step and its last. */
  workerRuns: boolean;
  /** Wakes held back by `no-early-wake`: their status. */
  heldWake: number | undefined;
}

/** A work item of rpciod. */
export interface Work {
  readonly fn: "xs_tcp_setup_socket" | "xprt_autoclose";
  readonly xprt: XprtId;
  /** In its timer until then; then in the queue of `cpu`. */
  readonly atUs: Us;
  readonly cpu: number;
  queued: boolean;
}

export interface Kernel {
  now: Us;
  readonly host: string;
  readonly rules: Rules;
  readonly preemption: Preemption;
  cpus: Cpu[];
  threads: Thread[];
  tasks: Task[];
  xprts: Xprt[];
  socks: Sock[];
  works: Work[];
  delayq: WaitQueue;
  fabric: Fabric;
  timeWaits: TimeWait[];
  random: number;
  /** How long the next step of a thread takes. */
  stepUs: Us;
  seq: number;
  programs: Program[];
  /** The mount's timeo. */
  readonly timeoUs: Us;
  nextPid: number;
  nextXid: number;
  nextIsn: number;
  /** The CPU and thread whose doing it is just now; softirq: -1. */
  here: { cpu: number; thread: ThreadId };
  /** The call stack of what happens just now, outermost first. Empty between steps. */
  stack: string[];
  /** Not part of the state: what a run leaves behind. */
  trace: TraceEvent[];
}
