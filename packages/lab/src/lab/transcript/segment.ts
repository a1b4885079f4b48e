/** A segment in words. */
import type { Endpoint, Payload, Segment } from "../net/segment.js";

/** RFC 1813's names by procedure number. */
export const NFS3_PROCS = [
  "NULL",
  "GETATTR",
  "SETATTR",
  "LOOKUP",
  "ACCESS",
  "READLINK",
  "READ",
  "WRITE",
  "CREATE",
  "MKDIR",
  "SYMLINK",
  "MKNOD",
  "REMOVE",
  "RMDIR",
  "RENAME",
  "LINK",
  "READDIR",
  "READDIRPLUS",
  "FSSTAT",
  "FSINFO",
  "PATHCONF",
  "COMMIT",
] as const;

export function procName(proc: number): string {
  return NFS3_PROCS[proc] ?? `proc ${proc}`;
}

/** `SYN`, `SYN-ACK`, `FIN-ACK`, `RST`, `ACK`: the bits that are set. */
export function flagWords(segment: Segment): string {
  const words = [
    segment.syn && "SYN",
    segment.fin && "FIN",
    segment.rst && "RST",
    segment.ack && "ACK",
  ].filter((word) => word !== false);
  return words.length === 0 ? "none" : words.join("-");
}

/** `call 6dcaebc9 ACCESS, 84 bytes` */
export function payloadWords(payload: Payload): string {
  return `${payload.kind} ${hex32(payload.xid)} ${procName(payload.proc)}, ${payload.bytes} bytes`;
}

/** `192.168.1.100:963`; the port of an endpoint tells connections apart. */
export function endpointKey(endpoint: Endpoint): string {
  return `${endpoint.host}:${endpoint.port}`;
}

/** One direction of one connection. */
export function flowKey(src: Endpoint, dst: Endpoint): string {
  return `${endpointKey(src)}>${endpointKey(dst)}`;
}

export function hex32(n: number): string {
  return (n >>> 0).toString(16).padStart(8, "0");
}
