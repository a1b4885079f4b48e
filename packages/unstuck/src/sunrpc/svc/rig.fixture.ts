import { uint32, viewOf, xdrVoid } from "../../xdr/mod.js";
import {
  authNone,
  callTemplate,
  type OpaqueAuth,
  parseReply,
  replyXid,
  sealCall,
  setCallXid,
} from "../msg/mod.js";
import type { Procedure, Program } from "../program.js";
import { MARK_BYTES, RecordReader } from "../record.js";
import { Dispatcher } from "./dispatch.js";
import type { Call, ConnId, Peer, SvcEffect, SvcEvent, SvcLimits, SvcNotice } from "./port.js";
import { type Handlers, type Service, type ServiceOptions, service } from "./service.js";
import { Svc } from "./svc.js";

/** Fixtures of this folder's tests: a small program and a driver without sockets. */

const PROG = 0x20000099;

const TEST_NULL: Procedure<void, void> = {
  name: "TEST_NULL",
  prog: PROG,
  vers: 2,
  proc: 0,
  arg: xdrVoid,
  res: xdrVoid,
};
const TEST_DOUBLE: Procedure<number, number> = {
  name: "TEST_DOUBLE",
  prog: PROG,
  vers: 2,
  proc: 1,
  arg: uint32,
  res: uint32,
};
const TEST_ABSENT: Procedure<void, void> = { ...TEST_NULL, name: "TEST_ABSENT", proc: 2 };

export const TEST_V2 = {
  name: "TEST_PROGRAM",
  versionName: "TEST_V2",
  prog: PROG,
  vers: 2,
  procedures: { TEST_NULL, TEST_DOUBLE, TEST_ABSENT },
} as const satisfies Program;
export const TEST_V4 = { ...TEST_V2, versionName: "TEST_V4", vers: 4 } as const satisfies Program;

export function testService(handlers: Handlers<typeof TEST_V2> = {}, options: ServiceOptions = {}): Service {
  return service(TEST_V2, { TEST_DOUBLE: (n) => n * 2, ...handlers }, options);
}

export interface CallSpec {
  readonly xid: number;
  readonly prog?: number;
  readonly vers?: number;
  readonly proc?: number;
  readonly cred?: OpaqueAuth;
  readonly verf?: OpaqueAuth;
  /** TEST_DOUBLE's argument; undefined: none. */
  readonly arg?: number | undefined;
}

/** A call record with its mark. */
export function callRecord(spec: CallSpec): Uint8Array {
  const { xid, prog = PROG, vers = 2, proc = 1, cred = authNone(), verf = authNone() } = spec;
  const template = callTemplate(prog, vers, proc, cred, verf);
  const withArg = spec.arg === undefined ? template.length : template.length + 4;
  const record = new Uint8Array(withArg);
  record.set(template);
  if (spec.arg !== undefined) new DataView(record.buffer).setUint32(template.length, spec.arg);
  setCallXid(record, xid);
  sealCall(record);
  return record;
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** `xid:result` or `xid:CODE` of each reply record (without marks). */
export function readReply(record: Uint8Array): string {
  const parsed = parseReply(record);
  const xid = replyXid(record);
  if (parsed.kind === "bad") return `bad: ${parsed.why}`;
  if (parsed.kind === "refused") {
    const { code, low, high, authStat } = parsed.stat;
    return `${xid}:${code}${low === undefined ? "" : ` ${low}..${high}`}${authStat === undefined ? "" : ` ${authStat}`}`;
  }
  const left = record.length - parsed.start;
  if (left === 0) return `${xid}:ok`;
  return `${xid}:${new DataView(record.buffer, record.byteOffset + parsed.start).getUint32(0)}`;
}

export function readReplies(stream: Uint8Array): string[] {
  const reader = new RecordReader();
  reader.push(stream);
  const out: string[] = [];
  for (let r = reader.next(); r !== undefined; r = reader.next()) out.push(readReply(viewOf(r)));
  return out;
}

export const PEER: Peer = { address: "192.0.2.1", port: 900, transport: "tcp" };

/** Drives a core by hand: time stands still unless moved, calls are executed at once unless `hold`. */
export class Rig {
  readonly core: Svc;
  now = 1000;
  /** Calls wait for `answer` instead of being executed. */
  hold: boolean;
  readonly held: Call[] = [];
  /** Sent bytes are taken by the peer at once. */
  reads = true;
  readonly sent = new Map<ConnId, Uint8Array[]>();
  readonly datagrams: { to: Peer; reply: string }[] = [];
  readonly log: string[] = [];
  readonly notices: SvcNotice[] = [];
  readonly #dispatcher: Dispatcher;
  #inbox: SvcEvent[] = [];
  #busy = false;

  constructor(services: readonly Service[] = [testService()], limits: Partial<SvcLimits> = {}, hold = false) {
    this.core = new Svc(services, limits);
    this.hold = hold;
    this.#dispatcher = new Dispatcher((event) => this.post(event));
  }

  open(conn: ConnId, peer: Peer = PEER, kind: "stream" | "datagram" = "stream"): this {
    return this.post({ type: "accepted", conn, kind, peer });
  }

  data(conn: ConnId, ...records: readonly Uint8Array[]): this {
    return this.post({ type: "data", conn, bytes: join(...records) });
  }

  /** Moves the clock and fires the deadline if it is due. */
  at(now: number): this {
    this.now = now;
    for (let i = 0; this.core.deadline !== undefined && this.core.deadline <= now && i < 10; i++) {
      this.post({ type: "deadline" });
    }
    return this;
  }

  /** Executes the oldest held calls. */
  answer(count = 1): this {
    for (const call of this.held.splice(0, count)) this.#dispatcher.invoke([call]);
    return this;
  }

  replies(conn: ConnId): string[] {
    return readReplies(join(...(this.sent.get(conn) ?? [])));
  }

  unread(conn: ConnId): number {
    return (this.sent.get(conn) ?? []).reduce((n, b) => n + b.length, 0);
  }

  post(event: SvcEvent): this {
    this.#inbox.push(event);
    if (this.#busy) return this;
    this.#busy = true;
    try {
      for (let e = this.#inbox.shift(); e !== undefined; e = this.#inbox.shift()) {
        for (const effect of this.core.step(this.now, e)) this.#perform(effect);
      }
    } finally {
      this.#busy = false;
    }
    return this;
  }

  #perform(effect: SvcEffect): void {
    switch (effect.type) {
      case "invoke":
        if (this.hold) this.held.push(...effect.calls);
        else this.#dispatcher.invoke(effect.calls);
        return;
      case "send":
        if (effect.to !== undefined) {
          this.datagrams.push({ to: effect.to, reply: readReply(effect.bytes) });
        } else {
          const list = this.sent.get(effect.conn) ?? [];
          list.push(effect.bytes.slice());
          this.sent.set(effect.conn, list);
        }
        if (this.reads) this.#inbox.push({ type: "writable", conn: effect.conn, bytes: effect.bytes.length });
        return;
      case "unused":
        this.log.push("unused");
        return;
      case "notice":
        this.notices.push(effect.notice);
        return;
      default:
        this.log.push(`${effect.type} ${effect.conn}`);
    }
  }
}

/** Where a record begins in what `callRecord` makes. */
export const NO_MARK = MARK_BYTES;
