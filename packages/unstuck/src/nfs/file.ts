import type { Abort, nfs3 } from "../program/mod.js";
import { decodeUtf8 } from "../xdr/mod.js";
import type { Calls } from "./calls.js";
import { Cancel } from "./cancel.js";
import type { Ctx, OpOptions } from "./ctx.js";
import { NfsError } from "./errors.js";
import type { Node } from "./node.js";
import { readAhead } from "./readahead.js";
import { Stats } from "./stats.js";

/** What {@link FileHandle.chunks} reads, and how. */
export interface ChunkOptions extends OpOptions {
  /** First byte. Default 0. */
  readonly start?: number | bigint | undefined;
  /** Last byte, inclusive as in fs.createReadStream. Default: the end of the file. */
  readonly end?: number | bigint | undefined;
  /** READs under way at once. Default 8; over UDP 2, for more would overflow the socket's buffer and be lost. */
  readonly depth?: number | undefined;
  /** Bytes of one READ, at most rsize. Default rsize. */
  readonly chunkBytes?: number | undefined;
}

export interface ReadFileOptions extends OpOptions {
  /** A string instead of bytes; bytes that are not UTF-8 become lone surrogates (see xdr). */
  readonly encoding?: "utf8" | undefined;
  readonly depth?: number | undefined;
}

/** Where {@link FileHandle.read} puts what it reads. */
export interface ReadOptions<B extends Uint8Array = Uint8Array> extends OpOptions {
  readonly buffer?: B | undefined;
  /** Where in the buffer. Default 0. */
  readonly offset?: number | undefined;
  /** Default: to the buffer's end. */
  readonly length?: number | undefined;
  /** Where in the file. Default: after the last read without one. */
  readonly position?: number | bigint | null | undefined;
}

/** Longest file readFile takes: Node's own limit. */
const MAX_FILE_BYTES = 2 ** 31 - 1;
const READ_DEFAULT_BYTES = 16384;

/** What a file needs of its mount. */
export interface FileHost {
  readonly calls: Calls;
  readonly rsize: number;
  /** READs under way at once, unless the caller says otherwise. */
  readonly depth: number;
  ctx(syscall: string, path: string, options: OpOptions | undefined): Ctx;
  /** Runs `f`; when the handle went stale and the mount may look it up again, once more with a fresh one. */
  withNode<T>(file: { node: Node }, ctx: Ctx, f: (node: Node) => Promise<T>): Promise<T>;
}

/** An open file, under the names of fs/promises. NFSv3 has no open: nothing is held on the server. */
export class FileHandle {
  readonly path: string;
  readonly #host: FileHost;
  readonly #file: { node: Node };
  #position = 0n;
  #closed = false;

  constructor(host: FileHost, path: string, node: Node) {
    this.#host = host;
    this.path = path;
    this.#file = { node };
  }

  /** Fresh attributes from the server. */
  async stat(options?: OpOptions): Promise<Stats> {
    const ctx = this.#ctx("fstat", options);
    return new Stats(await this.#attr(ctx), this.#host.rsize);
  }

  /** Reads once into a buffer, as far as one or more READs of rsize fill it; fewer bytes only at the end of the file. */
  async read<B extends Uint8Array = Uint8Array>(
    options: ReadOptions<B> = {},
  ): Promise<{ bytesRead: number; buffer: B }> {
    const ctx = this.#ctx("read", options);
    const buffer = options.buffer ?? (new Uint8Array(READ_DEFAULT_BYTES) as B);
    const offset = options.offset ?? 0;
    const length = options.length ?? buffer.length - offset;
    if (offset < 0 || length < 0 || offset + length > buffer.length) {
      const message = `offset ${offset} and length ${length} leave the buffer of ${buffer.length} bytes`;
      throw new NfsError("EINVAL", "read", this.path, { message });
    }
    const at = options.position == null ? this.#position : BigInt(options.position);
    let done = 0;
    const range = { start: at, end: at + BigInt(length), size: at + BigInt(length) };
    const how = { chunkBytes: this.#host.rsize, depth: this.#host.depth };
    if (length > 0) {
      for await (const data of readAhead((o, n) => this.#read(ctx, o, n), { ...range, ...how })) {
        buffer.set(data, offset + done);
        done += data.length;
      }
    }
    if (options.position == null) this.#position = at + BigInt(done);
    return { bytesRead: done, buffer };
  }

  /**
   * The file's bytes in order, read ahead with `depth` READs under way. Chunks are views of received records: valid as
   * long as they are held. Leaving the loop cancels what is under way. `deadlineMs` bounds each READ.
   */
  chunks(options: ChunkOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#chunks(options, (signal) => this.#ctx("read", { ...options, signal }));
  }

  async *#chunks(
    options: ChunkOptions,
    ctxOf: (signal: Abort) => Ctx,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const cancel = new Cancel();
    const unfollow = cancel.follow(options.signal);
    try {
      // Only a hint how far to read ahead: the file ends where READ says so.
      const { size } = this.#host.calls.attrs.peek(this.#file.node.key) ?? (await this.#attr(ctxOf(cancel)));
      const range = {
        start: BigInt(options.start ?? 0),
        end: options.end === undefined ? undefined : BigInt(options.end) + 1n,
        size,
        chunkBytes: Math.max(1, Math.min(options.chunkBytes ?? this.#host.rsize, this.#host.rsize)),
        depth: Math.max(1, options.depth ?? this.#host.depth),
      };
      yield* readAhead((offset, count) => this.#read(ctxOf(cancel), offset, count), range);
    } finally {
      unfollow();
      cancel.abort();
    }
  }

  async readFile(options: ReadFileOptions & { readonly encoding: "utf8" }): Promise<string>;
  async readFile(options?: ReadFileOptions & { readonly encoding?: undefined }): Promise<Uint8Array>;
  async readFile(options?: ReadFileOptions): Promise<Uint8Array | string>;
  /** The whole file. EFBIG beyond 2 GiB: use {@link chunks}. `deadlineMs` bounds the whole reading. */
  async readFile(options: ReadFileOptions = {}): Promise<Uint8Array | string> {
    const { encoding, ...rest } = options;
    const ctx = this.#ctx("read", rest);
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const data of this.#chunks(rest, (signal) => ({ ...ctx, signal }))) {
      length += data.length;
      if (length > MAX_FILE_BYTES) {
        throw new NfsError("EFBIG", "read", this.path, {
          message: "longer than 2 GiB: read it with chunks()",
        });
      }
      parts.push(data);
    }
    const whole = join(parts, length);
    return encoding === "utf8" ? decodeUtf8(whole, 0, length) : whole;
  }

  /** Nothing to tell the server; later use fails with EBADF. */
  async close(): Promise<void> {
    this.#closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #ctx(syscall: string, options: OpOptions | undefined): Ctx {
    if (this.#closed) throw new NfsError("EBADF", syscall, this.path, { message: "the file is closed" });
    return this.#host.ctx(syscall, this.path, options);
  }

  #attr(ctx: Ctx): Promise<nfs3.fattr3> {
    return this.#host.withNode(this.#file, ctx, (node) => this.#host.calls.getattr(ctx, node));
  }

  #read(ctx: Ctx, offset: bigint, count: number) {
    return this.#host.withNode(this.#file, ctx, (node) => this.#host.calls.read(ctx, node, offset, count));
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only.slice();
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
