import { type Caller, nfs3 } from "../program/mod.js";
import { XprtError } from "../sunrpc/mod.js";
import { AttrCache } from "./attrcache.js";
import { Calls, type ServerWait } from "./calls.js";
import type { Ctx, OpOptions } from "./ctx.js";
import { Dir, direntsOf } from "./dir.js";
import { NfsError } from "./errors.js";
import { type ChunkOptions, FileHandle, type FileHost, type ReadFileOptions } from "./file.js";
import { Lister } from "./listing.js";
import { NameCache } from "./namecache.js";
import { type Node, nodeOf } from "./node.js";
import type { MountOptions } from "./options.js";
import type { NfsPorts } from "./ports.js";
import { type Dirent, type StatFs, Stats } from "./stats.js";
import { cleanPath, printSource } from "./url.js";
import { type Walked, Walker } from "./walk.js";

/** access(2)'s bits, as in `fs.constants`. */
const R_OK = 4;
const W_OK = 2;
const X_OK = 1;

const READ_DEPTH = { tcp: 8, udp: 2 } as const;

const NFS_SUPER_MAGIC = 0x6969;
const STATFS_BLOCK_BYTES = 4096;

/** What PATHCONF says (RFC 1813 §3.3.20). */
export interface PathConf {
  readonly linkMax: number;
  /** Longest name, bytes. */
  readonly nameMax: number;
  readonly noTrunc: boolean;
  readonly chownRestricted: boolean;
  readonly caseInsensitive: boolean;
  readonly casePreserving: boolean;
}

export interface OpendirOptions extends OpOptions {
  /** Every entry has `stats`, also when the server's listing left them out. Default false. */
  readonly stats?: boolean | undefined;
}

/** What mount() found out, and how to do it again. */
export interface Mounting<C extends Caller> {
  readonly host: string;
  readonly exportPath: string;
  readonly caller: C;
  /** In force: with the sizes agreed upon. */
  readonly options: MountOptions & {
    readonly rsize: number;
    readonly wsize: number;
    readonly namlen: number;
  };
  readonly fsinfo: nfs3.FSINFO3resok;
  /** Bytes of one READDIR reply. */
  readonly dirBytes: number;
  readonly root: Uint8Array;
  readonly ports: Pick<NfsPorts, "now" | "sleep">;
  /** Asks mountd for the root's handle again. */
  remount(options: OpOptions): Promise<Uint8Array>;
  /** Tells mountd good-bye; bounded. */
  farewell(): Promise<void>;
}

/**
 * A mounted export, with the shape of fs/promises. Paths are absolute or relative to the export's root. Every
 * operation takes `signal` and `deadlineMs`; it fails with NfsError (the server said no), XprtError (nobody
 * answered; `sent`) or RpcError. A path whose handles went stale is looked up again, once.
 *
 * Freshness is that of a Linux mount: names and attributes are trusted as long as the ac* options say. An expired
 * directory costs one LOOKUP a name, whose reply brings the file's attributes along: with `actimeo=0` each
 * stat() of a file in the root is exactly one LOOKUP, never answered from memory.
 */
export class Mount<C extends Caller = Caller> {
  readonly host: string;
  /** The exported path on the server. */
  readonly exportPath: string;
  /** The options in force; printOptions() makes a line of them. */
  readonly options: Mounting<C>["options"];
  readonly fsinfo: nfs3.FSINFO3resok;
  /** The connection, e.g. for its snapshot. */
  readonly caller: C;
  readonly #mounting: Mounting<C>;
  readonly #calls: Calls;
  readonly #names: NameCache;
  readonly #walker: Walker;
  readonly #lister: Lister;
  readonly #files: FileHost;
  #root: Node;
  #unmounting: Promise<void> | undefined;

  constructor(mounting: Mounting<C>) {
    const { options } = mounting;
    this.#mounting = mounting;
    this.host = mounting.host;
    this.exportPath = cleanPath(mounting.exportPath);
    this.options = options;
    this.fsinfo = mounting.fsinfo;
    this.caller = mounting.caller;
    this.#calls = new Calls(mounting.caller, mounting.ports, new AttrCache(options));
    this.#names = new NameCache(options.lookupcache);
    this.#walker = new Walker(this.#calls, this.#names, this.exportPath, options.namlen);
    this.#lister = new Lister(this.#calls, this.#names);
    this.#root = nodeOf(mounting.root);
    this.#files = {
      calls: this.#calls,
      rsize: options.rsize,
      depth: READ_DEPTH[options.proto],
      ctx: (syscall, path, o) => this.#ctx(syscall, path, o),
      withNode: (file, ctx, f) => this.#withNode(file, ctx, f),
    };
  }

  /** `host:/export`, as mount(8) shows it. */
  get source(): string {
    return printSource(this.host, this.exportPath);
  }

  stat(path: string, options?: OpOptions): Promise<Stats> {
    return this.#byPath("stat", path, options, true, (ctx, at) => this.#stats(ctx, at));
  }

  /** As stat, but of a symbolic link itself. */
  lstat(path: string, options?: OpOptions): Promise<Stats> {
    return this.#byPath("lstat", path, options, false, (ctx, at) => this.#stats(ctx, at));
  }

  /** False when the server says that there is nothing there; throws when it cannot be told. */
  async exists(path: string, options?: OpOptions): Promise<boolean> {
    try {
      await this.stat(path, options);
      return true;
    } catch (error) {
      if (error instanceof NfsError && (error.code === "ENOENT" || error.code === "ENOTDIR")) return false;
      throw error;
    }
  }

  /** Asks the server (ACCESS) whether `mode` (`fs.constants` R_OK, W_OK, X_OK) is granted; EACCES when not. */
  access(path: string, mode = 0, options?: OpOptions): Promise<void> {
    return this.#byPath("access", path, options, true, async (ctx, at) => {
      const dir = (await this.#attr(ctx, at)).type === nfs3.ftype3.NF3DIR;
      if ((mode & W_OK) !== 0 && this.options.readOnly)
        throw new NfsError("EROFS", "access", path, { message: "mounted ro" });
      const wanted = accessBits(mode, dir);
      if (wanted === 0) return;
      const granted = await this.#calls.access(ctx, at.node, wanted);
      if (granted !== wanted) throw new NfsError("EACCES", "access", path);
    });
  }

  readlink(path: string, options?: OpOptions): Promise<string> {
    return this.#byPath("readlink", path, options, false, (ctx, at) => this.#calls.readlink(ctx, at.node));
  }

  /** The path without symbolic links, `.` and `..`. */
  realpath(path: string, options?: OpOptions): Promise<string> {
    return this.#byPath("realpath", path, options, true, async (_ctx, at) => at.path);
  }

  /** The names of a directory, in the server's order. */
  readdir(
    path: string,
    options?: OpOptions & { readonly withFileTypes?: false | undefined },
  ): Promise<string[]>;
  readdir(path: string, options: OpOptions & { readonly withFileTypes: true }): Promise<Dirent[]>;
  readdir(
    path: string,
    options: OpOptions & { readonly withFileTypes?: boolean | undefined } = {},
  ): Promise<string[] | Dirent[]> {
    return this.#byPath<string[] | Dirent[]>("readdir", path, options, true, async (ctx, at) => {
      if (options.withFileTypes === true) {
        const entries: Dirent[] = [];
        for await (const page of this.#pages(() => ctx, at, true))
          for (const entry of page) entries.push(entry);
        return entries;
      }
      const names: string[] = [];
      const how = { plus: false, bytes: this.#mounting.dirBytes };
      for await (const page of this.#lister.pages(() => ctx, at.node, how))
        for (const { name } of page) names.push(name);
      return names;
    });
  }

  /** A directory to be read entry by entry; nothing is fetched before it is wanted. `deadlineMs` bounds each page. */
  opendir(path: string, options: OpendirOptions = {}): Promise<Dir> {
    return this.#byPath("opendir", path, options, true, async (ctx, at) => {
      const { type } = await this.#attr(ctx, at);
      if (type !== nfs3.ftype3.NF3DIR) throw new NfsError("ENOTDIR", "opendir", path);
      return new Dir(
        path,
        this.#pages(() => this.#ctx("readdir", path, options), at, options.stats ?? false),
      );
    });
  }

  /** Opens a file for reading; close-to-open: with `cto` its attributes are fetched anew. */
  open(path: string, flags: "r" = "r", options?: OpOptions): Promise<FileHandle> {
    return this.#byPath("open", path, options, true, async (ctx, at) => {
      if (flags !== "r") throw new NfsError("EROFS", "open", path, { message: "this version only reads" });
      const { type } = this.options.cto ? await this.#freshAttr(ctx, at) : await this.#attr(ctx, at);
      if (type === nfs3.ftype3.NF3DIR) throw new NfsError("EISDIR", "open", path);
      return new FileHandle(this.#files, path, at.node);
    });
  }

  async readFile(
    path: string,
    options: "utf8" | (ReadFileOptions & { readonly encoding: "utf8" }),
  ): Promise<string>;
  async readFile(
    path: string,
    options?: ReadFileOptions & { readonly encoding?: undefined },
  ): Promise<Uint8Array>;
  /** The whole file. EFBIG beyond 2 GiB: use {@link chunks}. */
  async readFile(path: string, options: "utf8" | ReadFileOptions = {}): Promise<Uint8Array | string> {
    const how: ReadFileOptions = typeof options === "string" ? { encoding: options } : options;
    const until = how.deadlineMs === undefined ? undefined : this.#calls.now() + how.deadlineMs;
    const file = await this.open(path, "r", how);
    if (until === undefined) return await file.readFile(how);
    return await file.readFile({ ...how, deadlineMs: Math.max(0, until - this.#calls.now()) });
  }

  /** The file's bytes in order, read ahead; `stream.Readable.from()` makes a Node stream of it. */
  async *chunks(path: string, options: ChunkOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const file = await this.open(path, "r", options);
    yield* file.chunks(options);
  }

  /** Space and file slots, in blocks of 4096 bytes. */
  statfs(path = "/", options?: OpOptions): Promise<StatFs> {
    return this.#byPath("statfs", path, options, true, async (ctx, at) => {
      const f = await this.#calls.fsstat(ctx, at.node);
      const blocks = (bytes: bigint) => Number(bytes / BigInt(STATFS_BLOCK_BYTES));
      return {
        type: NFS_SUPER_MAGIC,
        bsize: STATFS_BLOCK_BYTES,
        blocks: blocks(f.tbytes),
        bfree: blocks(f.fbytes),
        bavail: blocks(f.abytes),
        files: Number(f.tfiles),
        ffree: Number(f.ffiles),
      };
    });
  }

  /** The limits at a path. `nameMax` is the option namlen where that was given. */
  pathconf(path = "/", options?: OpOptions): Promise<PathConf> {
    return this.#byPath("pathconf", path, options, true, async (ctx, at) => {
      const p = await this.#calls.pathconf(ctx, at.node);
      return {
        linkMax: p.linkmax,
        nameMax: Math.min(p.name_max, this.options.namlen),
        noTrunc: p.no_trunc,
        chownRestricted: p.chown_restricted,
        caseInsensitive: p.case_insensitive,
        casePreserving: p.case_preserving,
      };
    });
  }

  /** Operations that wait because the server asked them to come back (NFS3ERR_JUKEBOX). */
  waits(): readonly ServerWait[] {
    return [...this.#calls.waits];
  }

  /** Ends everything in flight (ECLOSED), tells mountd, closes. Bounded, whether or not the server answers; idempotent. */
  unmount(): Promise<void> {
    this.#unmounting ??= this.#unmount();
    return this.#unmounting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unmount();
  }

  async #unmount(): Promise<void> {
    await this.caller.close();
    await this.#mounting.farewell();
  }

  #ctx(syscall: string, path: string, options: OpOptions | undefined): Ctx {
    const deadlineMs = options?.deadlineMs ?? this.options.deadlineMs;
    const label = printSource(this.host, cleanPath(`${this.exportPath}/${path}`));
    const until = deadlineMs === undefined ? undefined : this.#calls.now() + deadlineMs;
    // Also when the caches could answer: who has cancelled is not answered.
    if (options?.signal?.aborted === true) {
      throw new XprtError("ECANCELED", "never", `cancelled, ${syscall} '${path}'`, {
        cause: options.signal.reason,
      });
    }
    return { syscall, path, label, signal: options?.signal, until, fresh: false };
  }

  /** Runs `f` where `path` leads; again with fresh names when a handle went stale. */
  async #byPath<T>(
    syscall: string,
    path: string,
    options: OpOptions | undefined,
    follow: boolean,
    f: (ctx: Ctx, at: Walked) => Promise<T>,
  ): Promise<T> {
    const ctx = this.#ctx(syscall, path, options);
    const run = async (ctx: Ctx) => f(ctx, await this.#walker.walk(ctx, this.#root, path, follow));
    try {
      return await run(ctx);
    } catch (error) {
      if (!isStale(error)) throw error;
    }
    const fresh = { ...ctx, fresh: true };
    try {
      return await run(fresh);
    } catch (error) {
      if (!isStale(error) || !this.options.relookup) throw error;
    }
    this.#root = nodeOf(
      await this.#mounting.remount({ signal: ctx.signal, deadlineMs: options?.deadlineMs }),
    );
    return await run(fresh);
  }

  async #withNode<T>(file: { node: Node }, ctx: Ctx, f: (node: Node) => Promise<T>): Promise<T> {
    try {
      return await f(file.node);
    } catch (error) {
      if (!isStale(error) || !this.options.relookup) throw error;
    }
    file.node = (await this.#walker.walk({ ...ctx, fresh: true }, this.#root, ctx.path, true)).node;
    return await f(file.node);
  }

  async *#pages(ctxOf: () => Ctx, at: Walked, fill: boolean): AsyncGenerator<Dirent[], void, undefined> {
    const how = { plus: this.options.rdirplus, bytes: this.#mounting.dirBytes };
    for await (const page of this.#lister.pages(ctxOf, at.node, how)) {
      const ctx = ctxOf();
      const dir = { node: at.node, path: ctx.path };
      yield await direntsOf(this.#calls, ctx, dir, page, { fill, blksize: this.options.rsize });
    }
  }

  async #stats(ctx: Ctx, at: Walked): Promise<Stats> {
    return new Stats(await this.#attr(ctx, at), this.options.rsize);
  }

  async #attr(ctx: Ctx, at: Walked): Promise<nfs3.fattr3> {
    return (
      at.attr ??
      this.#calls.attrs.get(at.node.key, this.#calls.now()) ??
      (await this.#calls.getattr(ctx, at.node))
    );
  }

  /** Attributes the server gave during this very operation. */
  async #freshAttr(ctx: Ctx, at: Walked): Promise<nfs3.fattr3> {
    return at.looked && at.attr !== undefined ? at.attr : await this.#calls.getattr(ctx, at.node);
  }
}

/** ACCESS3_ bits for access(2)'s (nfs_access_calc_mask of the kernel). */
function accessBits(mode: number, dir: boolean): number {
  let bits = 0;
  if ((mode & R_OK) !== 0) bits |= nfs3.ACCESS3_READ;
  if ((mode & W_OK) !== 0) {
    bits |= nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND;
    if (dir) bits |= nfs3.ACCESS3_DELETE;
  }
  if ((mode & X_OK) !== 0) bits |= dir ? nfs3.ACCESS3_LOOKUP : nfs3.ACCESS3_EXECUTE;
  return bits;
}

const isStale = (error: unknown) => error instanceof NfsError && error.status === "NFS3ERR_STALE";
