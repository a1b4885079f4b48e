import type { CallContext, Handlers } from "../../sunrpc/mod.js";
import {
  type Attr,
  COOKIE_DOT,
  COOKIE_DOTDOT,
  COOKIE_START,
  EXECUTE,
  type Found,
  type Listing,
  READ,
  rights,
  type Steps,
  utf8Length,
  VfsError,
  wait,
} from "../../vfs/mod.js";
import type { Exports, Opened } from "../exports.js";
import { listingMax } from "./limits.js";
import {
  type entry3,
  type entryplus3,
  type LOOKUP3args,
  type LOOKUP3res,
  type NFS_V3,
  nfsstat3,
  type READDIR3args,
  type READDIR3res,
  type READDIRPLUS3args,
  type READDIRPLUS3res,
} from "./nfs3.gen.js";
import { procedure, withAttr } from "./procedure.js";

const { NFS3_OK } = nfsstat3;

/** LOOKUP, READDIR, READDIRPLUS (RFC 1813 §3.3.3, 16, 17). */
export function directories(exports: Exports): Handlers<typeof NFS_V3> {
  return {
    NFSPROC3_LOOKUP: procedure<LOOKUP3args, LOOKUP3res>(
      exports,
      ({ what }) => what.dir,
      lookup,
      (status, dir_attributes) => ({ status, resfail: { dir_attributes } }),
    ),
    NFSPROC3_READDIR: procedure<READDIR3args, READDIR3res>(
      exports,
      ({ dir }) => dir,
      readdir,
      (status, dir_attributes) => ({ status, resfail: { dir_attributes } }),
    ),
    NFSPROC3_READDIRPLUS: procedure<READDIRPLUS3args, READDIRPLUS3res>(
      exports,
      ({ dir }) => dir,
      readdirplus,
      (status, dir_attributes) => ({ status, resfail: { dir_attributes } }),
    ),
  };
}

function* lookup(opened: Opened, { what }: LOOKUP3args): Steps<LOOKUP3res> {
  const attr = yield* dirAttr(opened, EXECUTE);
  const found = yield* wait(opened.vfs.lookup(opened.node, what.name));
  const resok = {
    object: { data: opened.export.handle(found.node) },
    obj_attributes: withAttr(found.attr),
    dir_attributes: withAttr(attr),
  };
  return { status: NFS3_OK, resok };
}

function* readdir(opened: Opened, args: READDIR3args, { peer }: CallContext): Steps<READDIR3res> {
  const attr = yield* dirAttr(opened, READ);
  const entries: entry3[] = [];
  let room = Math.min(args.count, listingMax(peer)) - RESOK_BYTES;
  const eof = yield* list(opened, attr, args, room, (name, at, { attr: { fileid } }) => {
    room -= ENTRY_BYTES + padded(utf8Length(name));
    if (room >= 0) entries.push({ fileid, name, cookie: BigInt(at) });
    return room >= 0;
  });
  const resok = { dir_attributes: withAttr(attr), cookieverf: VERF, reply: { entries, eof } };
  return { status: NFS3_OK, resok };
}

function* readdirplus(opened: Opened, args: READDIRPLUS3args, { peer }: CallContext): Steps<READDIRPLUS3res> {
  const attr = yield* dirAttr(opened, READ);
  // Who may list but not search learns names, and nothing about what they name.
  const maySearch = (rights(attr, opened.who) & EXECUTE) !== 0;
  const entries: entryplus3[] = [];
  let room = Math.min(args.maxcount, listingMax(peer)) - RESOK_BYTES;
  let dirRoom = args.dircount;
  const eof = yield* list(opened, attr, args, room, (name, at, found) => {
    const entry = plus(opened, name, at, found, maySearch);
    const nameBytes = padded(utf8Length(name));
    const { name_handle } = entry;
    room -= ENTRY_BYTES + nameBytes + (maySearch ? PLUS_BYTES : NO_PLUS_BYTES);
    if (name_handle.handle_follows) room -= padded(name_handle.handle.data.length);
    dirRoom -= ENTRY_BYTES - FOLLOWS_BYTES + nameBytes;
    const fits = room >= 0 && dirRoom >= 0;
    if (fits) entries.push(entry);
    return fits;
  });
  const resok = { dir_attributes: withAttr(attr), cookieverf: VERF, reply: { entries, eof } };
  return { status: NFS3_OK, resok };
}

// What things take on the wire, in bytes.
const FOLLOWS_BYTES = 4;
const ATTR_BYTES = 84;
/** READDIR3resok without entries: dir_attributes, cookieverf, the list's end, eof. */
const RESOK_BYTES = FOLLOWS_BYTES + ATTR_BYTES + 8 + FOLLOWS_BYTES + 4;
/** An entry without the bytes of its name: follows, fileid, name's length, cookie. */
const ENTRY_BYTES = FOLLOWS_BYTES + 8 + 4 + 8;
/** What READDIRPLUS adds, without the bytes of the handle. */
const PLUS_BYTES = FOLLOWS_BYTES + ATTR_BYTES + FOLLOWS_BYTES + 4;
const NO_PLUS_BYTES = FOLLOWS_BYTES + FOLLOWS_BYTES;

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** Names the way cookies are made ({@link Listing}). It never changes, as cookies outlive every change of a directory. */
const VERF = Uint8Array.of(0x75, 0x6e, 0x73, 0x74, 0x75, 0x63, 0x6b, 1);

/** The attributes of a directory in which the caller has `right`. ENOTDIR, EACCES. */
function* dirAttr({ vfs, node, who }: Opened, right: number): Steps<Attr> {
  const attr = yield* wait(vfs.getattr(node));
  if (attr.type !== 2) throw new VfsError("ENOTDIR", "not a directory");
  if ((rights(attr, who) & right) === 0) throw new VfsError("EACCES", "no permission in the directory");
  return attr;
}

function plus(
  { export: from }: Opened,
  name: string,
  at: number,
  found: Found<object>,
  whole: boolean,
): entryplus3 {
  return {
    fileid: found.attr.fileid,
    name,
    cookie: BigInt(at),
    name_attributes: whole ? withAttr(found.attr) : { attributes_follow: false },
    name_handle: whole
      ? { handle_follows: true, handle: { data: from.handle(found.node) } }
      : { handle_follows: false },
  };
}

/**
 * Gives `take` the entries after `cookie` until it refuses one; true if it took all. EBADCOOKIE for a cookie that was
 * not made here, ETOOSMALL when there is something to take and not even the first was.
 */
function* list(
  { vfs, node }: Opened,
  attr: Attr,
  { cookie, cookieverf }: { cookie: bigint; cookieverf: Uint8Array },
  room: number,
  take: (name: string, cookie: number, found: Found<object>) => boolean,
): Steps<boolean> {
  const start = Number(cookie);
  if (start !== COOKIE_START && (!isVerf(cookieverf) || !Number.isSafeInteger(start))) {
    throw new VfsError("EBADCOOKIE", "the cookie was not made by this server");
  }
  if (room < 0) throw tooSmall();
  let taken = 0;
  if (start < COOKIE_DOT) {
    if (!take(".", COOKIE_DOT, { node, attr })) throw tooSmall();
    taken++;
  }
  if (start < COOKIE_DOTDOT) {
    if (!take("..", COOKIE_DOTDOT, yield* wait(vfs.lookup(node, "..")))) return refused(taken);
    taken++;
  }
  const listing: Listing = yield* wait(vfs.readdir(node, start === COOKIE_START));
  for (let i = listing.after(start); i < listing.names.length; i++) {
    const name = listing.names[i] as string;
    const found = yield* entry(vfs, node, name);
    if (found === undefined) continue;
    if (!take(name, listing.cookies[i] as number, found)) return refused(taken);
    taken++;
  }
  return true;
}

/** What `name` names; undefined when it was removed since the directory was read, or may not be looked at. */
function* entry(vfs: Opened["vfs"], dir: object, name: string): Steps<Found<object> | undefined> {
  try {
    return yield* wait(vfs.lookup(dir, name));
  } catch (error) {
    if (error instanceof VfsError && SKIPPED.has(error.code)) return undefined;
    throw error;
  }
}

const SKIPPED: ReadonlySet<string> = new Set(["ENOENT", "EACCES"]);

function refused(taken: number): false {
  if (taken === 0) throw tooSmall();
  return false;
}

function tooSmall(): VfsError {
  return new VfsError("ETOOSMALL", "not even one entry fits into the reply");
}

function isVerf(verf: Uint8Array): boolean {
  return verf.every((byte, i) => byte === VERF[i]);
}
