import type { TraceEvent } from "../trace.js";

/** Of the lines below the header; a change that a reader can stumble over raises it. */
export const JSON_TRACE_VERSION = 1;

type KeyOf<T> = T extends unknown ? keyof T : never;
type Packet = Extract<TraceEvent, { type: "packet" }>["segment"];
type Icmp = Extract<TraceEvent, { type: "icmp" }>["icmp"];
type Key =
  | KeyOf<TraceEvent>
  | keyof Icmp
  | keyof Packet
  | keyof Packet["src"]
  | keyof NonNullable<Packet["payload"]>;

/** Every key there is, in the order in which lines have them: a record, so that the compiler misses a new one. */
const KEYS = Object.keys({
  type: 0,
  at: 0,
  cpu: 0,
  thread: 0,
  fn: 0,
  task: 0,
  queue: 0,
  status: 0,
  early: 0,
  from: 0,
  to: 0,
  why: 0,
  host: 0,
  port: 0,
  program: 0,
  property: 0,
  text: 0,
  cause: 0,
  dropped: 0,
  ignored: 0,
  icmp: 0,
  error: 0,
  effect: 0,
  quoted: 0,
  segment: 0,
  src: 0,
  dst: 0,
  syn: 0,
  ack: 0,
  fin: 0,
  rst: 0,
  seq: 0,
  ackSeq: 0,
  payload: 0,
  kind: 0,
  xid: 0,
  proc: 0,
  bytes: 0,
  stack: 0,
} satisfies Record<Key, 0>);

/**
 * JSON lines: `{"format":"unstuck-lab-trace","version":1}`, then an event a line, keys always in the same order, those
 * that are undefined left out. Same events, same bytes.
 */
export function jsonTrace(events: readonly TraceEvent[]): string {
  const header = JSON.stringify({ format: "unstuck-lab-trace", version: JSON_TRACE_VERSION });
  return [header, ...events.map((event) => JSON.stringify(event, KEYS)), ""].join("\n");
}
