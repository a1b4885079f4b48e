import * as fs from "node:fs";
import { promisify } from "node:util";
import { type Answer, VfsError, type VfsErrorCode } from "../vfs/mod.js";
import { decodeUtf8, encodeUtf8 } from "../xdr/mod.js";

/** When a disk is asked synchronously; see {@link DiskIo}. */
export interface IoPolicy {
  /** `auto`: synchronously while it is quick. `sync`, `async`: always. */
  readonly mode: "auto" | "sync" | "async";
  /** `auto`: an operation that waited longer than this many ms for the disk turns it over to the thread pool … */
  readonly slowMs: number;
  /** … for this many ms. */
  readonly coolMs: number;
}

export const DEFAULT_IO_POLICY: IoPolicy = { mode: "auto", slowMs: 5, coolMs: 1000 };

/** What tells waiting for a disk from waiting for a processor. */
export interface Probe {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** getrusage(2) of the process: how often it was preempted, and blocks it read from disks. */
  usage(): { readonly involuntaryContextSwitches: number; readonly fsRead: number };
}

const REAL_PROBE: Probe = { now: () => performance.now(), usage: () => process.resourceUsage() };

/** How old, in ms, the usage may be that an operation is compared with. Asking for it takes about a microsecond. */
const USAGE_MS = 1;
/** So many times `slowMs` is too long, whatever was waited for. */
const STALLED = 10;

type Path = string | Buffer;

const BIG = { bigint: true, throwIfNoEntry: false } as const;
const lstat = promisify(fs.lstat) as (path: Path, options: { bigint: true }) => Promise<fs.BigIntStats>;
const fstat = promisify(fs.fstat) as (fd: number, options: { bigint: true }) => Promise<fs.BigIntStats>;
const open = promisify(fs.open) as (path: Path, flags: number) => Promise<number>;
const readdir = promisify(fs.readdir) as (path: Path, options: { encoding: "buffer" }) => Promise<Buffer[]>;
const readlink = promisify(fs.readlink) as (path: Path, options: { encoding: "buffer" }) => Promise<Buffer>;
const statfs = promisify(fs.statfs) as (path: Path, options: { bigint: true }) => Promise<fs.BigIntStatsFs>;
const realpath = promisify(fs.realpath.native) as unknown as (
  path: Path,
  options: { encoding: "buffer" },
) => Promise<Buffer>;

/**
 * The file system's calls, as answers. A call on a warm local folder takes 1 to 5 µs; through libuv's thread
 * pool it takes 20 to 50, four at a time. So they are made synchronously as long as that is quick: the first
 * operation that waits more than `slowMs` for the disk blocks the loop for as long as it takes, and for `coolMs`
 * after it all go through the pool. On a busy machine an operation may take as long because the process was
 * preempted in it; that is no reason. A name's bytes that are not UTF-8 are lone surrogates (see xdr/text.ts).
 */
export class DiskIo {
  /** Probe.now() of the operation that began last. */
  now = 0;
  /** May calls be made synchronously just now? */
  sync = false;
  readonly #policy: IoPolicy;
  readonly #probe: Probe;
  #coolUntil = Number.NEGATIVE_INFINITY;
  #usage: ReturnType<Probe["usage"]>;
  #usageAt: number;

  constructor(policy: IoPolicy, probe = REAL_PROBE) {
    this.#policy = policy;
    this.#probe = probe;
    this.#usage = probe.usage();
    this.#usageAt = probe.now();
  }

  /** An operation begins. */
  begin(): void {
    this.now = this.#probe.now();
    this.sync = this.#policy.mode === "auto" ? this.now >= this.#coolUntil : this.#policy.mode === "sync";
    if (this.now - this.#usageAt <= USAGE_MS) return;
    this.#usage = this.#probe.usage();
    this.#usageAt = this.now;
  }

  /** The synchronous part of the operation ended. */
  end(): void {
    const end = this.#probe.now();
    const took = end - this.now;
    if (took <= this.#policy.slowMs) return;
    if (took > STALLED * this.#policy.slowMs || !this.#wasPreempted())
      this.#coolUntil = end + this.#policy.coolMs;
  }

  #wasPreempted(): boolean {
    const { involuntaryContextSwitches, fsRead } = this.#probe.usage();
    const before = this.#usage;
    return involuntaryContextSwitches > before.involuntaryContextSwitches && fsRead === before.fsRead;
  }

  /** undefined when there is nothing of that name. */
  lstat(path: string): Answer<fs.BigIntStats | undefined> {
    const native = nativePath(path);
    if (this.sync) return fs.lstatSync(native, BIG);
    return lstat(native, BIG).catch(undefinedIfMissing);
  }

  fstat(fd: number): Answer<fs.BigIntStats> {
    return this.sync ? fs.fstatSync(fd, BIG) : fstat(fd, BIG);
  }

  /** undefined when there is nothing of that name. */
  open(path: string, flags: number): Answer<number | undefined> {
    const native = nativePath(path);
    if (!this.sync) return open(native, flags).catch(undefinedIfMissing);
    try {
      return fs.openSync(native, flags);
    } catch (error) {
      return undefinedIfMissing(error);
    }
  }

  readdir(path: string): Answer<string[]> {
    const native = nativePath(path);
    if (this.sync) return fs.readdirSync(native, { encoding: "buffer" }).map(textOf);
    return readdir(native, { encoding: "buffer" }).then((names) => names.map(textOf));
  }

  readlink(path: string): Answer<string> {
    const native = nativePath(path);
    if (this.sync) return textOf(fs.readlinkSync(native, { encoding: "buffer" }));
    return readlink(native, { encoding: "buffer" }).then(textOf);
  }

  statfs(path: string): Answer<fs.BigIntStatsFs> {
    const native = nativePath(path);
    return this.sync ? fs.statfsSync(native, BIG) : statfs(native, BIG);
  }

  realpath(path: string): Answer<string | undefined> {
    return realpath(nativePath(path), { encoding: "buffer" }).then(textOf, undefinedIfMissing);
  }

  read(fd: number, into: Uint8Array, bytes: number, offset: number, sync: boolean): Answer<number> {
    if (sync && this.sync) return fs.readSync(fd, into, 0, bytes, offset);
    return new Promise((resolve, reject) => {
      fs.read(fd, into, 0, bytes, offset, (error, got) => (error === null ? resolve(got) : reject(error)));
    });
  }
}

function undefinedIfMissing(error: unknown): undefined {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return undefined;
  throw error;
}

/** A path with foreign bytes has to be given to Node as bytes. */
function nativePath(path: string): Path {
  if (!/[\ud800-\udfff]/.test(path)) return path;
  const bytes = Buffer.alloc(path.length * 3);
  const end = encodeUtf8(path, bytes, 0);
  if (end < 0) throw new VfsError("EINVAL", "the name is not text");
  return bytes.subarray(0, end);
}

function textOf(bytes: Buffer): string {
  return decodeUtf8(bytes, 0, bytes.length);
}

const KNOWN: ReadonlySet<string> = new Set<VfsErrorCode>(
  // biome-ignore format: one table
  ["EPERM", "ENOENT", "EIO", "ENXIO", "EACCES", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR", "EISDIR", "EINVAL", "EFBIG",
   "ENOSPC", "EROFS", "EMLINK", "ENAMETOOLONG", "ENOTEMPTY", "EDQUOT", "ESTALE"],
);

/** Node's error as a VfsError: EMFILE and ENFILE pass (EJUKEBOX: ask again later), what NFS has no word for is EIO. */
export function vfsErrorOf(error: unknown): unknown {
  if (error instanceof VfsError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== "string") return error;
  const message = (error as Error).message;
  if (KNOWN.has(code)) return new VfsError(code as VfsErrorCode, message, { cause: error });
  if (code === "EMFILE" || code === "ENFILE" || code === "EAGAIN")
    return new VfsError("EJUKEBOX", message, { cause: error });
  return new VfsError("EIO", message, { cause: error });
}
