import type { Span } from "../../xdr/mod.js";
import { type AuthStatName, type CallHeader, type Cred, parseAuthSys, parseCall } from "../msg/mod.js";
import { auth_flavor } from "../msg/rpc_msg.gen.js";
import type { Refusal } from "../port.js";
import type { Call, ConnId, Peer } from "./port.js";
import type { Served, Service } from "./service.js";

const NONE: Cred = { flavor: "none" };
const UNKNOWN: Cred = { flavor: "unknown" };
const RPC_PROC_NULL = 0;
const LAST_RESERVED_PORT = 1023;

interface Versions {
  readonly low: number;
  readonly high: number;
  readonly byVers: ReadonlyMap<number, Service>;
}

/** What a record deserves. */
export type Verdict =
  | { readonly kind: "admit"; readonly call: Call }
  | { readonly kind: "refuse"; readonly xid: number; readonly stat: Refusal }
  | { readonly kind: "ignore" }
  /** Who sends such a thing does not speak RPC. */
  | { readonly kind: "bad"; readonly why: string };

/** Decides which calls come in: program, version, procedure, credential (RFC 5531 §9, in its order of checks). */
export class Gate {
  readonly #programs = new Map<number, Versions>();
  // Consecutive calls mostly carry the same bytes: the last credential and what it decoded to.
  #lastBody: Uint8Array = new Uint8Array(0);
  #lastCred: Cred = UNKNOWN;

  constructor(services: readonly Service[]) {
    for (const s of services) {
      const { prog, vers, versionName } = s.program;
      const old = this.#programs.get(prog);
      if (old?.byVers.has(vers))
        throw new TypeError(`${versionName} (program ${prog}, version ${vers}) is given twice`);
      this.#programs.set(prog, {
        low: Math.min(vers, old?.low ?? vers),
        high: Math.max(vers, old?.high ?? vers),
        byVers: new Map([...(old?.byVers ?? []), [vers, s]]),
      });
    }
  }

  /** Reads one record of `conn`, sent by `peer`. */
  read(record: Span, conn: ConnId, peer: Peer): Verdict {
    const header = parseCall(record.bytes, record.start, record.end);
    switch (header.kind) {
      case "call": {
        const call = this.#admit(record, header, conn, peer);
        return "code" in call ? { kind: "refuse", xid: header.xid, stat: call } : { kind: "admit", call };
      }
      case "rpc-mismatch":
        return { kind: "refuse", xid: header.xid, stat: { code: "RPC_MISMATCH", low: 2, high: 2 } };
      case "truncated":
        return { kind: "refuse", xid: header.xid, stat: { code: "GARBAGE_ARGS" } };
      case "bad-auth":
        return { kind: "refuse", xid: header.xid, stat: { code: "AUTH_ERROR", authStat: header.authStat } };
      case "reply":
        return { kind: "ignore" };
      case "short":
        return { kind: "bad", why: "a record too short for an xid" };
      case "not-rpc":
        return { kind: "bad", why: "a message that is neither call nor reply" };
    }
  }

  /** The call to execute, or why not. */
  #admit(record: Span, header: CallHeader, conn: ConnId, peer: Peer): Call | Refusal {
    const cred = this.#cred(record.bytes, header);
    if (typeof cred === "string" && header.proc !== RPC_PROC_NULL) return refused(cred);
    const versions = this.#programs.get(header.prog);
    if (versions === undefined) return { code: "PROG_UNAVAIL" };
    const found = versions.byVers.get(header.vers);
    if (found === undefined) return { code: "PROG_MISMATCH", low: versions.low, high: versions.high };
    const served = found.procedures.get(header.proc);
    if (served === undefined) return { code: "PROC_UNAVAIL" };
    const known = typeof cred === "string" ? UNKNOWN : cred;
    if (header.proc !== RPC_PROC_NULL) {
      const authStat = judge(served, known, peer);
      if (authStat !== undefined) return refused(authStat);
    }
    return {
      conn,
      peer,
      cred: known,
      xid: header.xid,
      proc: served.proc,
      served,
      record,
      argsAt: header.argsAt,
      answered: false,
      cacheKey: undefined,
    };
  }

  /** The decoded credential, or the auth_stat it deserves. */
  #cred(bytes: Uint8Array, header: CallHeader): Cred | AuthStatName {
    const { credFlavor, credAt, credBytes } = header;
    if (credFlavor === auth_flavor.AUTH_NONE) return NONE;
    // The cached reply of AUTH_SHORT was never handed out: the caller must show its full credential again.
    if (credFlavor === auth_flavor.AUTH_SHORT) return "AUTH_REJECTEDCRED";
    if (credFlavor !== auth_flavor.AUTH_SYS) return "AUTH_BADCRED";
    if (header.verfFlavor !== auth_flavor.AUTH_NONE || header.verfBytes !== 0) return "AUTH_BADVERF";
    if (this.#isLast(bytes, credAt, credBytes)) return this.#lastCred;
    const parms = parseAuthSys(bytes, credAt, credAt + credBytes);
    if (parms === undefined) return "AUTH_BADCRED";
    this.#lastBody = bytes.slice(credAt, credAt + credBytes);
    this.#lastCred = { flavor: "sys", ...parms };
    return this.#lastCred;
  }

  #isLast(bytes: Uint8Array, at: number, length: number): boolean {
    const last = this.#lastBody;
    if (last.length !== length || length === 0) return false;
    for (let i = 0; i < length; i++) if (last[i] !== bytes[at + i]) return false;
    return true;
  }
}

function judge(served: Served, cred: Cred, peer: Peer): AuthStatName | undefined {
  const { auth, requireResvport } = served.service.options;
  if (requireResvport && peer.transport !== "inproc" && peer.port > LAST_RESERVED_PORT) return "AUTH_TOOWEAK";
  return auth?.(cred, served.proc, peer);
}

function refused(authStat: AuthStatName): Refusal {
  return { code: "AUTH_ERROR", authStat };
}
