import { nfs3 } from "../program/mod.js";
import type { Calls } from "./calls.js";
import type { Ctx } from "./ctx.js";
import { NfsError } from "./errors.js";
import type { NameCache } from "./namecache.js";
import { type Node, nodeOf } from "./node.js";

/** One name of a directory as a listing brought it. */
export interface Listed {
  readonly name: string;
  readonly fileid: bigint;
  readonly attr: nfs3.fattr3 | undefined;
}

export interface ListingOptions {
  /** Ask for attributes and handles too (READDIRPLUS). */
  readonly plus: boolean;
  /** Bytes of one reply. */
  readonly bytes: number;
}

interface Page {
  readonly entries: readonly { readonly listed: Listed; readonly cookie: bigint }[];
  readonly cookieverf: Uint8Array;
  readonly eof: boolean;
}

/** Names remembered so that a listing can start again without repeating them. */
const MAX_SEEN = 1 << 20;
const MAX_RESTARTS = 3;

/**
 * Lists directories in pages. A server whose cookies do not get on is an error (EBADCOOKIE), not a loop; one that
 * drops its cookies (NFS3ERR_BAD_COOKIE) is read again from the start, without repeating names.
 */
export class Lister {
  readonly #calls: Calls;
  readonly #names: NameCache;
  /** The server has said that it has no READDIRPLUS. */
  #noPlus = false;

  constructor(calls: Calls, names: NameCache) {
    this.#calls = calls;
    this.#names = names;
  }

  /** Page by page, asked for when wanted, each under a `Ctx` of its own making. `.` and `..` are left out. */
  async *pages(
    ctxOf: () => Ctx,
    dir: Node,
    options: ListingOptions,
  ): AsyncGenerator<readonly Listed[], void, undefined> {
    const seen = new Set<string>();
    let ctx: Ctx;
    let restarts = 0;
    let progress = new Progress();
    let cookieverf: Uint8Array = new Uint8Array(nfs3.NFS3_COOKIEVERFSIZE);
    for (;;) {
      let page: Page;
      ctx = ctxOf();
      try {
        page = await this.#page(ctx, dir, progress.cookie, cookieverf, options);
      } catch (error) {
        const lost =
          error instanceof NfsError && error.status === "NFS3ERR_BAD_COOKIE" && progress.cookie !== 0n;
        if (!lost || ++restarts > MAX_RESTARTS || seen.size >= MAX_SEEN) throw error;
        progress = new Progress();
        cookieverf = new Uint8Array(nfs3.NFS3_COOKIEVERFSIZE);
        continue;
      }
      const names: Listed[] = [];
      for (const { listed, cookie } of page.entries) {
        progress.entry(ctx, cookie);
        const { name } = listed;
        if (name === "." || name === "..") continue;
        if (name === "" || name.includes("/") || name.includes("\0")) {
          const message = `the server lists ${JSON.stringify(name)}, which is no file name`;
          throw new NfsError("EPROTO", ctx.syscall, ctx.path, { message });
        }
        if (restarts > 0 && seen.has(name)) continue;
        if (seen.size < MAX_SEEN) seen.add(name);
        names.push(listed);
      }
      if (names.length > 0) yield names;
      if (page.eof) return;
      progress.page(ctx, page.entries.length);
      // The view would pin the whole reply.
      cookieverf = page.cookieverf.slice();
    }
  }

  async #page(
    ctx: Ctx,
    dir: Node,
    cookie: bigint,
    cookieverf: Uint8Array,
    options: ListingOptions,
  ): Promise<Page> {
    const { bytes } = options;
    if (options.plus && !this.#noPlus) {
      try {
        return await this.#plusPage(ctx, dir, cookie, cookieverf, bytes);
      } catch (error) {
        if (!(error instanceof NfsError) || error.status !== "NFS3ERR_NOTSUPP") throw error;
        this.#noPlus = true;
      }
    }
    const { reply, cookieverf: verf } = await this.#calls.readdir(ctx, dir, {
      cookie,
      cookieverf,
      count: bytes,
    });
    const entries = reply.entries.map(({ name, fileid, cookie }) => ({
      listed: { name, fileid, attr: undefined },
      cookie,
    }));
    return { entries, cookieverf: verf, eof: reply.eof };
  }

  async #plusPage(ctx: Ctx, dir: Node, cookie: bigint, cookieverf: Uint8Array, bytes: number): Promise<Page> {
    const args = { cookie, cookieverf, dircount: bytes, maxcount: bytes };
    const before = this.#calls.attrs.peek(dir.key);
    const { resok, startedAt } = await this.#calls.readdirplus(ctx, dir, args);
    const now = this.#calls.now();
    // As with LOOKUP: the directory's times of this very reply, or older ones.
    const { dir_attributes } = resok;
    const dirAttr = dir_attributes.attributes_follow ? dir_attributes.attributes : before;
    const entries = resok.reply.entries.map(({ name, fileid, cookie, name_attributes, name_handle }) => {
      const attr = name_attributes.attributes_follow ? name_attributes.attributes : undefined;
      if (name_handle.handle_follows && name !== "." && name !== "..") {
        const node = nodeOf(name_handle.handle.data);
        if (attr !== undefined) this.#calls.attrs.put(node.key, attr, startedAt, now);
        this.#names.put(dir, name, node, dirAttr);
      }
      return { listed: { name, fileid, attr }, cookie };
    });
    return { entries, cookieverf: resok.cookieverf, eof: resok.reply.eof };
  }
}

/** Watches a listing's cookies. They need not grow, but one that comes again leads round in circles. */
class Progress {
  cookie = 0n;
  /** Brent's cycle finding: a cookie kept for 1, 2, 4, … pages and compared with each that follows. */
  #kept = 0n;
  #pages = 0;
  #keepFor = 1;

  entry(ctx: Ctx, cookie: bigint): void {
    if (cookie === this.cookie) this.#stuck(ctx, cookie);
    this.cookie = cookie;
  }

  page(ctx: Ctx, entries: number): void {
    if (entries === 0 || this.cookie === this.#kept) this.#stuck(ctx, this.cookie);
    if (++this.#pages === this.#keepFor) {
      this.#kept = this.cookie;
      this.#pages = 0;
      this.#keepFor *= 2;
    }
  }

  #stuck(ctx: Ctx, cookie: bigint): never {
    const message = `the server's listing goes round in circles (cookie ${cookie} leads nowhere new)`;
    throw new NfsError("EBADCOOKIE", ctx.syscall, ctx.path, { message });
  }
}
