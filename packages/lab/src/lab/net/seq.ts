/** Sequence arithmetic modulo 2^32 (RFC 9293 section 3.4). */
import type { Segment } from "./segment.js";

/** Does `a` come before `b`? */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function after(a: number, b: number): boolean {
  return before(b, a);
}

export function seqAdd(seq: number, n: number): number {
  return (seq + n) >>> 0;
}

/** The sequence number after the segment: SYN and FIN count one each. */
export function endSeq(seg: Segment): number {
  return seqAdd(seg.seq, Number(seg.syn) + (seg.payload?.bytes ?? 0) + Number(seg.fin));
}
