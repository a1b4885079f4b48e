import { XdrError, XdrReader, XdrWriter } from "../../xdr/mod.js";

/** A credential or a verifier as it lies in a message (RFC 5531 §8.2, opaque_auth). */
export interface OpaqueAuth {
  /** auth_flavor. */
  readonly flavor: number;
  /** At most 400 bytes. */
  readonly body: Uint8Array;
}

/** auth_flavor numbers (RFC 5531 §8.2 and IANA). */
export const AUTH_NONE_FLAVOR = 0;
export const AUTH_SYS_FLAVOR = 1;
export const AUTH_SHORT_FLAVOR = 2;

/** The longest body of a credential or verifier. */
export const MAX_AUTH_BYTES = 400;
const MAX_MACHINENAME_BYTES = 255;
const MAX_GIDS = 16;

/** The body of an AUTH_SYS credential (RFC 5531 Appendix A, authsys_parms). */
export interface AuthSysParms {
  readonly stamp: number;
  /** At most 255 bytes of UTF-8. */
  readonly machinename: string;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups, at most 16. */
  readonly gids: readonly number[];
}

/** What a server learnt of its caller. */
export type Cred =
  | { readonly flavor: "none" }
  | ({ readonly flavor: "sys" } & AuthSysParms)
  /** A flavor that only NULL may be called with. */
  | { readonly flavor: "unknown" };

const NO_BYTES = new Uint8Array(0);
const NONE: OpaqueAuth = { flavor: AUTH_NONE_FLAVOR, body: NO_BYTES };

/** The empty credential, and the verifier of every AUTH_SYS message. */
export function authNone(): OpaqueAuth {
  return NONE;
}

/**
 * An AUTH_SYS credential. `stamp` may be any number; groups beyond the first 16 have no place in it.
 * Throws XdrError for a machine name of more than 255 bytes, more than 16 gids, or a number that is no uint32.
 */
export function authSys(parms: {
  readonly machinename: string;
  readonly uid: number;
  readonly gid: number;
  readonly gids?: readonly number[];
  readonly stamp?: number;
}): OpaqueAuth {
  const gids = parms.gids ?? [];
  const w = new XdrWriter(512);
  w.begin();
  w.uint32(parms.stamp ?? 0);
  w.string(parms.machinename, MAX_MACHINENAME_BYTES);
  w.uint32(parms.uid);
  w.uint32(parms.gid);
  if (gids.length > MAX_GIDS) w.fail("XDR_TOO_LONG", `gids: AUTH_SYS holds ${MAX_GIDS}, not ${gids.length}`);
  w.uint32(gids.length);
  for (const gid of gids) w.uint32(gid);
  return { flavor: AUTH_SYS_FLAVOR, body: w.finish() };
}

/** Reads the body of an AUTH_SYS credential at `record[at..end)`; undefined when it is malformed. */
export function parseAuthSys(record: Uint8Array, at: number, end: number): AuthSysParms | undefined {
  const r = new XdrReader(record, at, end);
  try {
    const stamp = r.uint32();
    const machinename = r.string(MAX_MACHINENAME_BYTES);
    const uid = r.uint32();
    const gid = r.uint32();
    const count = r.uint32();
    if (count > MAX_GIDS) return undefined;
    const gids: number[] = [];
    for (let i = 0; i < count; i++) gids.push(r.uint32());
    r.finish();
    return { stamp, machinename, uid, gid, gids };
  } catch (error) {
    if (error instanceof XdrError) return undefined;
    throw error;
  }
}

/** auth_stat by number (RFC 5531 §9). */
export const AUTH_STATS = [
  "AUTH_OK",
  "AUTH_BADCRED",
  "AUTH_REJECTEDCRED",
  "AUTH_BADVERF",
  "AUTH_REJECTEDVERF",
  "AUTH_TOOWEAK",
  "AUTH_INVALIDRESP",
  "AUTH_FAILED",
  "AUTH_KERB_GENERIC",
  "AUTH_TIMEEXPIRE",
  "AUTH_TKT_FILE",
  "AUTH_DECODE",
  "AUTH_NET_ADDR",
  "RPCSEC_GSS_CREDPROBLEM",
  "RPCSEC_GSS_CTXPROBLEM",
] as const;

export type AuthStatName = (typeof AUTH_STATS)[number];
