import { performance } from "node:perf_hooks";
import type { HistoryEntry, Instant, WaitReason, XprtSnapshot } from "../sunrpc/mod.js";
import type { InFlight, RpcClientSnapshot } from "./clnt-options.js";

/** What one process says of itself to `unstuck ps`. Times of day are ISO 8601, spans are ms. */
export interface PsDocument {
  /** Of this format; a reader refuses numbers it does not know. */
  readonly version: 1;
  readonly pid: number;
  /** What the process is, e.g. its command line. */
  readonly label: string;
  readonly startedAt: string;
  readonly takenAt: string;
  readonly clients: readonly PsClient[];
}

export interface PsClient {
  readonly label: string;
  /** The server, e.g. `tcp 192.168.1.200:2049`. */
  readonly peer: string;
  readonly transports: readonly PsTransport[];
  /** Oldest first. */
  readonly calls: readonly PsCall[];
}

export interface PsTransport {
  readonly xprt: number;
  readonly state: string;
  readonly localPort: number | null;
  readonly inFlight: number;
  readonly connects: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Since the last byte was heard. */
  readonly heardMs: number | null;
  readonly reason: PsReason | null;
  /** Oldest first. */
  readonly history: readonly PsHistory[];
}

export interface PsHistory {
  readonly at: string;
  readonly agoMs: number;
  readonly cookie: number;
  readonly what: HistoryEntry["what"];
  readonly localPort: number | null;
  readonly detail: string | null;
}

export interface PsReason {
  readonly code: WaitReason["code"];
  readonly text: string;
  readonly since: string;
  readonly sinceMs: number;
  /** When it ends, if that is known. */
  readonly until: string | null;
  readonly untilMs: number | null;
}

export interface PsCall {
  readonly xid: number;
  readonly xprt: number;
  readonly program: string;
  readonly prog: number;
  readonly vers: number;
  /** The `.x` name. */
  readonly procedure: string;
  readonly proc: number;
  /** The path, mostly. */
  readonly label: string | null;
  readonly state: string;
  readonly startedAt: string;
  readonly ageMs: number;
  /** How often it was put on a wire. */
  readonly attempts: number;
  readonly deadline: string | null;
  readonly deadlineMs: number | null;
  readonly reason: PsReason;
  /** A tshark display filter that finds this call and its reply, resends included. */
  readonly tshark: string;
}

/** The clients' present as one document. */
export function documentOf(clients: Iterable<{ snapshot(): RpcClientSnapshot }>, label: string): PsDocument {
  return {
    version: 1,
    pid: process.pid,
    label,
    startedAt: new Date(Date.now() - process.uptime() * 1000).toISOString(),
    takenAt: new Date().toISOString(),
    clients: [...clients].map((client) => clientOf(client.snapshot())),
  };
}

function clientOf(snapshot: RpcClientSnapshot): PsClient {
  const clock = new WallClock(snapshot.now);
  return {
    label: snapshot.label,
    peer: snapshot.peer,
    transports: snapshot.xprts.map((x) => transportOf(x, clock)),
    calls: snapshot.calls.map((call) => callOf(call, clock)).sort((a, b) => b.ageMs - a.ageMs),
  };
}

function transportOf(x: XprtSnapshot, clock: WallClock): PsTransport {
  return {
    xprt: x.xprt,
    state: x.state,
    localPort: x.localPort ?? null,
    inFlight: x.inFlight,
    connects: x.connects,
    bytesSent: x.bytesSent,
    bytesReceived: x.bytesReceived,
    heardMs: x.heardAt === undefined ? null : clock.ago(x.heardAt),
    reason: x.reason === undefined ? null : reasonOf(x.reason, clock),
    history: x.history.map((entry) => ({
      at: clock.iso(entry.at),
      agoMs: clock.ago(entry.at),
      cookie: entry.cookie,
      what: entry.what,
      localPort: entry.localPort ?? null,
      detail: entry.detail ?? null,
    })),
  };
}

function callOf(call: InFlight, clock: WallClock): PsCall {
  const { deadline } = call;
  return {
    xid: call.xid,
    xprt: call.xprt,
    program: PROGRAM_NAMES.get(call.prog) ?? String(call.prog),
    prog: call.prog,
    vers: call.vers,
    procedure: call.procedure,
    proc: call.proc,
    label: call.label ?? null,
    state: call.state,
    startedAt: clock.iso(clock.now - call.ageMs),
    ageMs: round(call.ageMs),
    attempts: call.attempts,
    deadline: deadline === undefined ? null : clock.iso(deadline),
    deadlineMs: deadline === undefined ? null : round(deadline - clock.now),
    reason: reasonOf(call.reason, clock),
    tshark: `rpc.xid == 0x${call.xid.toString(16).padStart(8, "0")}`,
  };
}

function reasonOf(reason: WaitReason, clock: WallClock): PsReason {
  const { code, text, since, until } = reason;
  return {
    code,
    text,
    since: clock.iso(since),
    sinceMs: clock.ago(since),
    until: until === undefined ? null : clock.iso(until),
    untilMs: until === undefined ? null : round(until - clock.now),
  };
}

/** Turns instants of the driver's clock into times of day. */
class WallClock {
  readonly now: Instant;
  readonly #offsetMs = Date.now() - performance.now();

  constructor(now: Instant) {
    this.now = now;
  }

  iso(at: Instant): string {
    return new Date(this.#offsetMs + at).toISOString();
  }

  ago(at: Instant): number {
    return round(this.now - at);
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The names of rpc(5). */
const PROGRAM_NAMES = new Map([
  [100000, "portmapper"],
  [100003, "nfs"],
  [100005, "mountd"],
  [100021, "nlockmgr"],
  [100024, "status"],
  [100227, "nfs_acl"],
]);
