import type { Segment } from "../net/segment.js";
import type { TraceEvent } from "../trace.js";
import { timeOfDay } from "./clock.js";
import { MSS, WINDOW } from "./packet.js";
import { flowKey, procName } from "./segment.js";

/**
 * Every segment that left a host, a line each as `tcpdump -n` prints it: sequence numbers relative once a SYN was
 * seen. What went no further says so at its end, which tcpdump could not know. Ends with a newline unless empty.
 */
export function tcpdumpText(events: readonly TraceEvent[]): string {
  const first = new Map<string, number>();
  let text = "";
  for (const event of events) {
    if (event.type !== "packet") continue;
    const { src, dst } = event.segment;
    if (event.segment.syn) first.set(flowKey(src, dst), event.segment.seq);
    const fields = [
      `Flags [${letters(event.segment)}]`,
      ...numbers(event.segment, first),
      `win ${WINDOW}`,
      ...(event.segment.syn ? [`options [mss ${MSS}]`] : []),
      `length ${event.segment.payload?.bytes ?? 0}`,
    ];
    const lost = event.dropped === undefined ? "" : `  (dropped: ${event.dropped})`;
    text += `${timeOfDay(event.at)} IP ${src.host}.${src.port} > ${dst.host}.${dst.port}: ${fields.join(", ")}${rpc(event.segment)}${lost}\n`;
  }
  return text;
}

function letters(segment: Segment): string {
  const set = `${segment.fin ? "F" : ""}${segment.syn ? "S" : ""}${segment.rst ? "R" : ""}${segment.payload === undefined ? "" : "P"}${segment.ack ? "." : ""}`;
  return set === "" ? "none" : set;
}

/** As tcpdump: `seq` where the segment takes up room or resets, absolute on a SYN. */
function numbers(segment: Segment, first: ReadonlyMap<string, number>): string[] {
  const base = (key: string): number => (segment.syn ? 0 : (first.get(key) ?? 0));
  const seq = (segment.seq - base(flowKey(segment.src, segment.dst))) >>> 0;
  const ack = (segment.ackSeq - base(flowKey(segment.dst, segment.src))) >>> 0;
  const fields: string[] = [];
  if (segment.payload !== undefined) fields.push(`seq ${seq}:${(seq + segment.payload.bytes) >>> 0}`);
  else if (segment.syn || segment.fin || segment.rst) fields.push(`seq ${seq}`);
  if (segment.ack) fields.push(`ack ${ack}`);
  return fields;
}

function rpc({ payload }: Segment): string {
  if (payload === undefined) return "";
  return payload.kind === "call"
    ? `: NFS request xid ${payload.xid >>> 0} ${payload.bytes - 4} ${procName(payload.proc).toLowerCase()}`
    : `: NFS reply xid ${payload.xid >>> 0} reply ok ${payload.bytes - 4}`;
}
