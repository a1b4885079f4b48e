/**
 * The events that a world gives its core. One object serves all, since a core keeps no event and is never re-entered:
 * nothing is made for a step, and the engine sees one shape where the product's driver has ten.
 */
import type { CallPolicy, ClntEvent, Work } from "unstuck/sunrpc";
import { argOf, CONNECT, kindOf, TASK } from "./choice.js";

type Record = (ClntEvent & { type: "call" })["record"];

const NO_BYTES = new Uint8Array(0);
const NO_RECORD: Record = { bytes: NO_BYTES, start: 0, end: 0 };
const NO_POLICY: CallPolicy = {
  mode: "hard",
  timeoMs: 0,
  retrans: 0,
  backoff: "linear",
  maxTimeoMs: 0,
  softconn: false,
};

const event = {
  type: "deadline" as ClntEvent["type"],
  cookie: 0,
  bytes: NO_BYTES as Uint8Array | number,
  localPort: 0 as number | undefined,
  code: "",
  task: 0,
  tag: 0 as unknown,
  record: NO_RECORD,
  policy: NO_POLICY,
  deadline: 0 as number | undefined,
  work: { kind: "task", task: 0 } as Work,
};

function of(type: ClntEvent["type"], cookie = 0): ClntEvent {
  event.type = type;
  event.cookie = cookie;
  return event as ClntEvent;
}

export function call(
  task: number,
  tag: number,
  record: Record,
  policy: CallPolicy,
  deadline: number | undefined,
): ClntEvent {
  event.task = task;
  event.tag = tag;
  event.record = record;
  event.policy = policy;
  event.deadline = deadline;
  return of("call");
}

export function cancel(task: number): ClntEvent {
  event.task = task;
  return of("cancel");
}

export function close(): ClntEvent {
  return of("close");
}

export function deadline(): ClntEvent {
  return of("deadline");
}

export function established(cookie: number, localPort: number): ClntEvent {
  event.localPort = localPort;
  return of("established", cookie);
}

export function failed(cookie: number, code: string): ClntEvent {
  event.code = code;
  return of("error", cookie);
}

export function data(cookie: number, bytes: Uint8Array): ClntEvent {
  event.bytes = bytes;
  return of("data", cookie);
}

export function taken(cookie: number, bytes: number): ClntEvent {
  event.bytes = bytes;
  return of("writable", cookie);
}

export function fin(cookie: number): ClntEvent {
  return of("fin", cookie);
}

/** The work of that choice; a disconnect is of transport `xprt`. */
export function run(code: number, xprt: number): ClntEvent {
  event.work = workOf(code, xprt);
  return of("run");
}

const tasks: Work[] = [];
const connects: Work[] = [];

function workOf(code: number, xprt: number): Work {
  const arg = argOf(code);
  switch (kindOf(code)) {
    case TASK:
      tasks[arg] ??= { kind: "task", task: arg };
      return tasks[arg];
    case CONNECT:
      connects[arg] ??= { kind: "connect", xprt: arg };
      return connects[arg];
    default:
      return { kind: "disconnect", xprt, cookie: arg };
  }
}
