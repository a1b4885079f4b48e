import type { CallContext, Cred, Peer } from "../sunrpc/mod.js";
import { type Answer, after, type Vfs, VfsError, type Who } from "../vfs/mod.js";
import { type ClientMatch, matchClients } from "./clients.js";

/** What is exported, and to whom: a line of exports(5). */
export interface ExportOptions {
  /** The path that clients mount: absolute, no `.` or `..`. */
  readonly path: string;
  readonly vfs: Vfs;
  /** Tells the handles of exports apart, also after a restart. 1 to 2^32-1. Default: from `path`. */
  readonly fsid?: number;
  /** Default false. */
  readonly readOnly?: boolean;
  /** Who may mount: `*`, addresses, networks. Default: everybody. */
  readonly clients?: readonly string[];
  /** Whose identity is replaced by the anonymous one: `root`'s (default), `all`'s, or nobody's (`none`). AUTH_NONE's always is. */
  readonly squash?: "none" | "root" | "all";
  /** Default 65534. */
  readonly anonUid?: number;
  readonly anonGid?: number;
}

/** One exported tree. */
export class Export {
  readonly path: string;
  readonly vfs: Vfs;
  readonly fsid: number;
  readonly readOnly: boolean;
  /** As given; undefined: everybody. */
  readonly clients: readonly string[] | undefined;
  readonly #squash: "none" | "root" | "all";
  readonly #anonymous: Who;
  readonly #matches: ClientMatch | undefined;
  readonly #verdicts = new Map<string, boolean>();
  readonly #handles = new WeakMap<object, Uint8Array>();

  constructor(options: ExportOptions) {
    this.path = options.path;
    this.vfs = options.vfs;
    this.fsid = options.fsid ?? fsidOf(options.path);
    this.readOnly = options.readOnly ?? false;
    this.clients = options.clients;
    this.#squash = options.squash ?? "root";
    this.#anonymous = { uid: options.anonUid ?? 65534, gid: options.anonGid ?? 65534, gids: [] };
    this.#matches = options.clients === undefined ? undefined : matchClients(options.clients);
  }

  /** May this peer mount and use the export? In-process peers always may. */
  allows(peer: Peer): boolean {
    if (this.#matches === undefined || peer.transport === "inproc") return true;
    let verdict = this.#verdicts.get(peer.address);
    if (verdict === undefined) {
      if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear();
      verdict = this.#matches(peer.address);
      this.#verdicts.set(peer.address, verdict);
    }
    return verdict;
  }

  /** On whose behalf a call with this credential acts. */
  who(cred: Cred): Who {
    if (cred.flavor !== "sys" || this.#squash === "all") return this.#anonymous;
    if (this.#squash === "none") return cred;
    if (cred.uid === 0) return this.#anonymous;
    if (cred.gid !== 0 && !cred.gids.includes(0)) return cred;
    const squashed = (gid: number) => (gid === 0 ? this.#anonymous.gid : gid);
    return { uid: cred.uid, gid: squashed(cred.gid), gids: cred.gids.map(squashed) };
  }

  /** The node's file handle as it goes over the wire: two words that lead to the export, then the vfs's own bytes. */
  handle(node: object): Uint8Array {
    let handle = this.#handles.get(node);
    if (handle === undefined) {
      const own = this.vfs.handle(node);
      handle = new Uint8Array(HEAD_BYTES + own.length);
      const view = new DataView(handle.buffer);
      view.setUint32(0, MAGIC);
      view.setUint32(4, this.fsid);
      handle.set(own, HEAD_BYTES);
      this.#handles.set(node, handle);
    }
    return handle;
  }
}

/** A node that a call named by its handle, and the caller. */
export interface Opened {
  readonly export: Export;
  readonly vfs: Vfs;
  readonly node: object;
  readonly who: Who;
}

const MAX_VERDICTS = 4096;
const HEAD_BYTES = 8;
/** "U", the form's version, and two bytes for later. */
const MAGIC = 0x55010000;

/** A server's exports. The list is fixed; make a new one to change it. */
export class Exports {
  readonly list: readonly Export[];
  readonly #byFsid: ReadonlyMap<number, Export>;

  /** Throws a TypeError for a path that is not absolute or two exports that cannot be told apart. */
  constructor(list: readonly ExportOptions[]) {
    this.list = list.map((options) => new Export(options));
    this.#byFsid = new Map(this.list.map((each) => [each.fsid, each]));
    for (const { path, fsid } of this.list) {
      if (!path.startsWith("/") || partsOf(path).some((part) => part === "." || part === "..")) {
        throw new TypeError(`the export path ${JSON.stringify(path)} must be absolute, without "." and ".."`);
      }
      if (fsid < 1 || fsid > 0xffffffff || !Number.isInteger(fsid)) {
        throw new TypeError(`the fsid of ${path} must be an integer from 1 to 4294967295, not ${fsid}`);
      }
    }
    if (this.#byFsid.size < this.list.length) {
      throw new TypeError("two exports have the same fsid: give each its own `fsid`");
    }
  }

  /** The export that `path` lies in, the deepest if several, and the names that lead from it to `path`. */
  find(path: string): { readonly export: Export; readonly names: readonly string[] } | undefined {
    const parts = partsOf(path);
    let best: { export: Export; names: readonly string[] } | undefined;
    for (const each of this.list) {
      const own = partsOf(each.path);
      if (own.length > parts.length || !own.every((part, i) => part === parts[i])) continue;
      const names = parts.slice(own.length);
      if (best === undefined || names.length < best.names.length) best = { export: each, names };
    }
    return best;
  }

  /** What a handle from the wire names. EBADHANDLE: not ours. ESTALE: gone. EACCES: not for this peer. */
  open(handle: Uint8Array, { peer, cred }: CallContext): Answer<Opened> {
    if (handle.length < HEAD_BYTES || readUint32(handle, 0) !== MAGIC) {
      throw new VfsError("EBADHANDLE", "the handle was not made by this server");
    }
    const found = this.#byFsid.get(readUint32(handle, 4));
    if (found === undefined) throw new VfsError("ESTALE", "the handle's export is not served any more");
    if (!found.allows(peer)) throw new VfsError("EACCES", `${found.path} is not exported to ${peer.address}`);
    const who = found.who(cred);
    return after(found.vfs.resolve(handle.subarray(HEAD_BYTES)), (node) => ({
      export: found,
      vfs: found.vfs,
      node,
      who,
    }));
  }
}

/** FNV-1a, never 0. */
function fsidOf(path: string): number {
  let hash = 0x811c9dc5;
  for (const part of partsOf(path)) {
    for (const char of `/${part}`) hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193);
  }
  return hash >>> 0 || 1;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function readUint32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
