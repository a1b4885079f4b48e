/**
 * The bytes of a call or a reply, of which the model knows only kind, xid, procedure and size: a valid ONC RPC message
 * (RFC 5531) of NFS version 3 (RFC 1813) as large as that size allows.
 */
import type { Payload } from "../net/segment.js";
import { aligned, ascii, concat, fitted, words } from "./bytes.js";

const LAST_FRAGMENT = 0x8000_0000;
const NFS_PROGRAM = 100_003;
const AUTH_NONE = 0;
const AUTH_SYS = 1;

const NOBODY_AUTH = words(AUTH_NONE, 0);
const MAX_VERIFIER = 400;
const MAX_FILEHANDLE = 64;
/** Longest that is still no surprise in a capture; RFC 5531 allows 255. */
const MAX_MACHINENAME = 252;

/** Follows the file handle in a call's arguments. Not named: nothing does. */
const AFTER_FILEHANDLE: Readonly<Record<number, Uint8Array>> = {
  3: concat([words(8), ascii("file.txt")]),
  4: words(0x1f), // all but EXECUTE
};

/** fattr3 of a small regular file: type, mode, nlink, uid, gid, size, used, rdev, fsid, fileid, atime, mtime, ctime. */
const FATTR3 = words(1, 0o644, 1, 0, 0, 0, 5, 0, 4096, 0, 0, 0, 1, 0, 2, 1, 0, 1, 0, 1, 0);

/** Bodies of a reply by procedure, the fullest first; where even the last is too long, the record is cut. */
const REPLY_BODIES: Readonly<Record<number, readonly Uint8Array[]>> = {
  0: [new Uint8Array(0)],
  1: [concat([words(0), FATTR3]), words(70)],
  3: [
    concat([words(0, 8), filehandle(8), words(1), FATTR3, words(0)]),
    concat([words(0, 8), filehandle(8), words(0, 0)]),
    words(70, 0),
  ],
  4: [concat([words(0, 1), FATTR3, words(0x1f)]), words(0, 0, 0x1f), words(70, 0)],
};
/** NFS3ERR_STALE without attributes: what most procedures may answer, and so those that are not above do. */
const STALE: readonly Uint8Array[] = [words(70, 0)];

/**
 * The record, mark included, of exactly `payload.bytes` bytes. What the message does not need is spent in the
 * opaque fields that may hold anything (file handle and machine name of a call, verifier of a reply); a size that no
 * message has ends in zeros behind the message, one too small for any is cut.
 */
export function rpcRecord(payload: Payload): Uint8Array {
  const room = Math.max(0, payload.bytes - 4) & ~3;
  const message = payload.kind === "call" ? call(payload, room) : reply(payload, room);
  const mark = words(LAST_FRAGMENT | Math.max(0, payload.bytes - 4));
  return fitted(concat([mark, message]), payload.bytes);
}

function call({ xid, proc }: Payload, room: number): Uint8Array {
  const header = words(xid, 0, 2, NFS_PROGRAM, 3, proc);
  if (proc === 0) return concat([header, NOBODY_AUTH, NOBODY_AUTH]);
  const after = AFTER_FILEHANDLE[proc] ?? new Uint8Array(0);
  // AUTH_SYS: flavor, length, stamp, length of the name, uid, gid, number of gids.
  const fixed = header.length + 7 * 4 + NOBODY_AUTH.length + 4 + after.length;
  const spare = Math.max(0, room - fixed);
  const handleLength = Math.min(spare, spare > 16 ? Math.min(spare - 8, MAX_FILEHANDLE) : 8);
  const name = fitted(ascii("client"), Math.min(spare - handleLength, MAX_MACHINENAME));
  const nameLength = Math.max(0, name.length - 2); // XDR's padding is the rest
  return concat([
    header,
    words(AUTH_SYS, 5 * 4 + name.length, 0, nameLength),
    name,
    words(0, 0, 0),
    NOBODY_AUTH,
    words(handleLength),
    filehandle(handleLength),
    after,
  ]);
}

function reply({ xid, proc }: Payload, room: number): Uint8Array {
  const fixed = 6 * 4; // xid, REPLY, accepted, flavor and length of the verifier, SUCCESS
  const bodies = REPLY_BODIES[proc] ?? STALE;
  const body = bodies.find((candidate) => fixed + candidate.length <= room) ?? bodies[bodies.length - 1]!;
  const verifier = Math.min(Math.max(0, room - fixed - body.length), MAX_VERIFIER);
  return concat([words(xid, 1, 0, AUTH_NONE, verifier), new Uint8Array(verifier), words(0), body]);
}

/** As a Linux server's begin: version 1, no authentication, a file system known by its number; the rest zeros. */
function filehandle(length: number): Uint8Array {
  return fitted(Uint8Array.of(1, 0, 1, 0), aligned(length));
}
