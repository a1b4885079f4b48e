import { type Caller, nfs3 } from "../program/mod.js";
import { type Instant, type Procedure, XprtError } from "../sunrpc/mod.js";
import { nameOf } from "../xdr/mod.js";
import type { AttrCache } from "./attrcache.js";
import { type Ctx, callOptions } from "./ctx.js";
import { codeOf, NfsError } from "./errors.js";
import type { NameCache } from "./namecache.js";
import { type Node, nodeOf } from "./node.js";
import type { NfsPorts } from "./ports.js";

/** How NFS3ERR_JUKEBOX is waited for: growing waits, at most so many. */
const JUKEBOX = { firstMs: 100, capMs: 5000, max: 30 } as const;

/** An operation that waits because the server asked it to come back (NFS3ERR_JUKEBOX). */
export interface ServerWait {
  readonly syscall: string;
  readonly path: string;
  /** How many waits, this one included. */
  readonly count: number;
  readonly since: Instant;
  readonly until: Instant;
  readonly text: string;
}

export interface Found {
  readonly node: Node;
  /** From the very reply that named the node. */
  readonly attr: nfs3.fattr3 | undefined;
}

export interface ReadOk {
  /** A view of the received record; it stays valid as long as it is held. */
  readonly data: Uint8Array;
  readonly eof: boolean;
}

/**
 * The procedures of NFSv3, each as one method: results instead of status unions, NfsError for every status
 * but OK, waits for JUKEBOX, and every attribute a reply carries goes into the cache.
 */
export class Calls {
  readonly attrs: AttrCache;
  /** Operations the server told to come back later. */
  readonly waits = new Set<ServerWait>();
  readonly #caller: Caller;
  readonly #ports: Pick<NfsPorts, "now" | "sleep">;

  constructor(caller: Caller, ports: Pick<NfsPorts, "now" | "sleep">, attrs: AttrCache) {
    this.#caller = caller;
    this.#ports = ports;
    this.attrs = attrs;
  }

  now(): Instant {
    return this.#ports.now();
  }

  async getattr(ctx: Ctx, node: Node): Promise<nfs3.fattr3> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_GETATTR, { object: { data: node.fh } });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) throw this.#no(ctx, res.status, node);
    this.attrs.put(node.key, res.resok.obj_attributes, at, this.now());
    return res.resok.obj_attributes;
  }

  /** What is found, or that nothing is, is remembered in `names`. */
  async lookup(ctx: Ctx, dir: Node, name: string, names?: NameCache): Promise<Found> {
    // A name goes with the directory's times of its own reply, or older ones: a reply that was overtaken must not
    // pass for true as of the newest times, under which it would be believed until the next change.
    const before = this.attrs.peek(dir.key);
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_LOOKUP, { what: { dir: { data: dir.fh }, name } });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) {
      const dirAttr = this.#note(dir, res.resfail.dir_attributes, at) ?? before;
      if (res.status === nfs3.nfsstat3.NFS3ERR_NOENT) names?.put(dir, name, null, dirAttr);
      throw this.#no(ctx, res.status, dir);
    }
    const dirAttr = this.#note(dir, res.resok.dir_attributes, at) ?? before;
    const node = nodeOf(res.resok.object.data);
    names?.put(dir, name, node, dirAttr);
    return { node, attr: this.#note(node, res.resok.obj_attributes, at) };
  }

  /** The subset of `wanted` (ACCESS3_ bits) that is granted. */
  async access(ctx: Ctx, node: Node, wanted: number): Promise<number> {
    const args = { object: { data: node.fh }, access: wanted };
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_ACCESS, args);
    if (res.status !== nfs3.nfsstat3.NFS3_OK) {
      this.#note(node, res.resfail.obj_attributes, at);
      throw this.#no(ctx, res.status, node);
    }
    this.#note(node, res.resok.obj_attributes, at);
    return res.resok.access & wanted;
  }

  async readlink(ctx: Ctx, node: Node): Promise<string> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_READLINK, { symlink: { data: node.fh } });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) {
      this.#note(node, res.resfail.symlink_attributes, at);
      throw this.#no(ctx, res.status, node);
    }
    this.#note(node, res.resok.symlink_attributes, at);
    return res.resok.data;
  }

  async read(ctx: Ctx, node: Node, offset: bigint, count: number): Promise<ReadOk> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_READ, { file: { data: node.fh }, offset, count });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) {
      this.#note(node, res.resfail.file_attributes, at);
      throw this.#no(ctx, res.status, node);
    }
    const { data, eof, count: said, file_attributes } = res.resok;
    this.#note(node, file_attributes, at);
    if (data.length > count || said !== data.length) {
      const message = `the server answered READ of ${count} bytes with ${data.length} bytes and a count of ${said}`;
      throw new NfsError("EPROTO", ctx.syscall, ctx.path, { message });
    }
    if (data.length === 0 && count > 0 && !eof) {
      const message = `the server answered READ at ${offset} with no data and no end of file`;
      throw new NfsError("EIO", ctx.syscall, ctx.path, { message });
    }
    return { data, eof };
  }

  async readdir(ctx: Ctx, dir: Node, args: Omit<nfs3.READDIR3args, "dir">): Promise<nfs3.READDIR3resok> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_READDIR, { dir: { data: dir.fh }, ...args });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) {
      this.#note(dir, res.resfail.dir_attributes, at);
      throw this.#no(ctx, res.status, dir);
    }
    this.#note(dir, res.resok.dir_attributes, at);
    return res.resok;
  }

  /** With the time of the call, for noting the attributes of the entries. */
  async readdirplus(
    ctx: Ctx,
    dir: Node,
    args: Omit<nfs3.READDIRPLUS3args, "dir">,
  ): Promise<{ readonly resok: nfs3.READDIRPLUS3resok; readonly startedAt: Instant }> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_READDIRPLUS, { dir: { data: dir.fh }, ...args });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) {
      this.#note(dir, res.resfail.dir_attributes, at);
      throw this.#no(ctx, res.status, dir);
    }
    this.#note(dir, res.resok.dir_attributes, at);
    return { resok: res.resok, startedAt: at };
  }

  async fsstat(ctx: Ctx, root: Node): Promise<nfs3.FSSTAT3resok> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_FSSTAT, { fsroot: { data: root.fh } });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) throw this.#no(ctx, res.status, root);
    this.#note(root, res.resok.obj_attributes, at);
    return res.resok;
  }

  async fsinfo(ctx: Ctx, root: Node): Promise<nfs3.FSINFO3resok> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_FSINFO, { fsroot: { data: root.fh } });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) throw this.#no(ctx, res.status, root);
    this.#note(root, res.resok.obj_attributes, at);
    return res.resok;
  }

  async pathconf(ctx: Ctx, node: Node): Promise<nfs3.PATHCONF3resok> {
    const [res, at] = await this.#call(ctx, nfs3.NFSPROC3_PATHCONF, { object: { data: node.fh } });
    if (res.status !== nfs3.nfsstat3.NFS3_OK) throw this.#no(ctx, res.status, node);
    this.#note(node, res.resok.obj_attributes, at);
    return res.resok;
  }

  /** One procedure, called again while the server says JUKEBOX; with the time of the call that was answered. */
  async #call<A, R extends { readonly status: nfs3.nfsstat3 }>(
    ctx: Ctx,
    proc: Procedure<A, R>,
    args: A,
  ): Promise<readonly [R, Instant]> {
    for (let count = 1; ; count++) {
      const startedAt = this.now();
      const res = await this.#once(ctx, proc, args);
      if (res.status !== nfs3.nfsstat3.NFS3ERR_JUKEBOX) return [res, startedAt];
      if (count > JUKEBOX.max) {
        throw new NfsError("EAGAIN", ctx.syscall, ctx.path, {
          status: "NFS3ERR_JUKEBOX",
          waits: JUKEBOX.max,
        });
      }
      await this.#wait(ctx, proc.name, count);
    }
  }

  async #once<A, R>(ctx: Ctx, proc: Procedure<A, R>, args: A): Promise<R> {
    try {
      return await this.#caller.call(proc, args, callOptions(ctx, this.now()));
    } catch (error) {
      if (!(error instanceof XprtError) || error.message.includes(ctx.path)) throw error;
      throw new XprtError(error.code, error.sent, `${error.message}, ${ctx.syscall} '${ctx.path}'`, {
        cause: error,
      });
    }
  }

  async #wait(ctx: Ctx, procName: string, count: number): Promise<void> {
    const since = this.now();
    const full = Math.min(JUKEBOX.firstMs * 2 ** (count - 1), JUKEBOX.capMs);
    const ms = ctx.until === undefined ? full : Math.min(full, Math.max(0, ctx.until - since));
    const wait: ServerWait = {
      syscall: ctx.syscall,
      path: ctx.path,
      count,
      since,
      until: since + ms,
      text: `the server answered ${procName} with NFS3ERR_JUKEBOX (not ready yet): wait ${count} of at most ${JUKEBOX.max}`,
    };
    this.waits.add(wait);
    try {
      await this.#ports.sleep(ms, ctx.signal);
    } catch (cause) {
      throw new XprtError("ECANCELED", "maybe", `cancelled, ${ctx.syscall} '${ctx.path}'`, { cause });
    } finally {
      this.waits.delete(wait);
    }
  }

  #note(node: Node, attr: nfs3.post_op_attr, startedAt: Instant): nfs3.fattr3 | undefined {
    if (!attr.attributes_follow) return undefined;
    this.attrs.put(node.key, attr.attributes, startedAt, this.now());
    return attr.attributes;
  }

  #no(ctx: Ctx, status: nfs3.nfsstat3, node: Node): NfsError {
    if (status === nfs3.nfsstat3.NFS3ERR_STALE || status === nfs3.nfsstat3.NFS3ERR_BADHANDLE) {
      this.attrs.expire(node.key);
    }
    const name = nameOf(nfs3.nfsstat3, status) ?? `nfsstat3 ${status}`;
    return new NfsError(codeOf(name), ctx.syscall, ctx.path, { status: name });
  }
}
