import { decode, encode, XdrError } from "../../xdr/mod.js";
import { auth_flavor, type auth_stat, authsys_parms, type opaque_auth } from "./rpc_msg.gen.js";

/** A credential or a verifier as it lies in a message (RFC 5531 §8.2): a flavor and at most 400 bytes. */
export type OpaqueAuth = Readonly<opaque_auth>;

/** The body of an AUTH_SYS credential: machine name of at most 255 bytes, at most 16 supplementary gids. */
export type AuthSysParms = Readonly<authsys_parms>;

/** `AUTH_BADCRED`, `AUTH_TOOWEAK`, …: why authentication failed (RFC 5531 §9). */
export type AuthStatName = Exclude<keyof typeof auth_stat, "name" | "encode" | "decode" | "shape">;

/** What a server learnt of its caller. */
export type Cred =
  | { readonly flavor: "none" }
  | ({ readonly flavor: "sys" } & AuthSysParms)
  /** A bad credential, with which only NULL may be called. */
  | { readonly flavor: "unknown" };

const NONE: OpaqueAuth = { flavor: auth_flavor.AUTH_NONE, body: new Uint8Array(0) };

/** The empty credential, and the verifier of every AUTH_SYS message. */
export function authNone(): OpaqueAuth {
  return NONE;
}

/**
 * An AUTH_SYS credential. `stamp` may be any number. Throws XdrError for a machine name of more than
 * 255 bytes, more than 16 gids (a process may have more: send the first 16), or a number that is no uint32.
 */
export function authSys(parms: {
  readonly machinename: string;
  readonly uid: number;
  readonly gid: number;
  readonly gids?: readonly number[];
  readonly stamp?: number;
}): OpaqueAuth {
  const { machinename, uid, gid, gids = [], stamp = 0 } = parms;
  const body = encode(authsys_parms, { stamp, machinename, uid, gid, gids: [...gids] });
  return { flavor: auth_flavor.AUTH_SYS, body };
}

/** Reads the body of an AUTH_SYS credential at `record[at..end)`; undefined when it is malformed. */
export function parseAuthSys(record: Uint8Array, at: number, end: number): AuthSysParms | undefined {
  try {
    return decode(authsys_parms, record.subarray(at, end));
  } catch (error) {
    if (error instanceof XdrError) return undefined;
    throw error;
  }
}
