import type { Span } from "../xdr/mod.js";

/**
 * Record marking (RFC 5531 §11): how messages lie in a byte stream. A record is one or more fragments;
 * a fragment is a 4-byte mark (top bit: last fragment; 31 bits: length) and that many bytes.
 */

/** Bytes of one record mark. */
export const MARK_BYTES = 4;

/** What a reader accepts unless told otherwise: 4 MiB of data and room for headers. */
export const DEFAULT_MAX_RECORD_BYTES = 4 * 1024 * 1024 + 64 * 1024;

/** Old record streams cut at 4000 bytes; this many of them hold the default record. */
const DEFAULT_MAX_FRAGMENTS = 4096;

const FIRST_SLAB_BYTES = 4 * 1024;
const SLAB_BYTES = 64 * 1024;
/** A slab for a few pushed bytes: V8 has arrays of so many bytes in its own heap, and larger ones cost far more. */
const LEAST_SLAB_BYTES = 64;
/** Below this the rest of a slab is not worth a read. */
const MIN_ROOM_BYTES = 4 * 1024;
/** A partial record longer than this gets a buffer of its own when the slab can't hold it. */
const SMALL_RECORD_BYTES = 16 * 1024;

export type RecordErrorCode = "RECORD_TOO_LONG" | "RECORD_TOO_MANY_FRAGMENTS";

/** The peer broke the rules of record marking. The stream has no way back: close the connection. */
export class RecordError extends Error {
  override readonly name = "RecordError";
  readonly code: RecordErrorCode;
  constructor(code: RecordErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Room for so many waiting records is kept; more came in a burst. */
const MOST_KEPT = 256;

const NO_BYTES = new Uint8Array(0);

/** Writes the mark of a fragment of `length` bytes to `bytes[at..at+4]`. */
export function writeMark(bytes: Uint8Array, at: number, length: number, last = true): void {
  bytes[at] = (last ? 0x80 : 0) | (length >>> 24);
  bytes[at + 1] = length >>> 16;
  bytes[at + 2] = length >>> 8;
  bytes[at + 3] = length;
}

/** Buffers of large records, given back by whoever is done with them. Bounded; may be shared by many readers. */
export class RecordPool {
  readonly #maxBuffers: number;
  readonly #free: Uint8Array[] = [];

  /** Keeps at most `maxBuffers` free buffers. */
  constructor(maxBuffers = 16) {
    this.#maxBuffers = maxBuffers;
  }

  /** A buffer of at least `bytes` bytes with unknown content, not more than twice as long. */
  take(bytes: number): Uint8Array {
    const i = this.#free.findIndex((b) => b.length >= bytes && b.length <= 2 * bytes);
    if (i >= 0) return this.#free.splice(i, 1)[0]!;
    return new Uint8Array(Math.ceil(bytes / SLAB_BYTES) * SLAB_BYTES);
  }

  /** Takes back the memory of a record. The caller holds no view of it any more. Small records are ignored. */
  recycle({ bytes, start }: Span): void {
    // Only a buffer of a record's own begins with it: in a slab its mark comes first.
    if (start !== 0 || bytes.length <= SLAB_BYTES || this.#free.length >= this.#maxBuffers) return;
    if (!this.#free.includes(bytes)) this.#free.push(bytes);
  }
}

export interface RecordReaderOptions {
  /** The longest record, all fragments together. */
  readonly maxRecordBytes?: number;
  /** The most fragments a record may come in, empty ones included. */
  readonly maxFragments?: number;
  /** Where buffers of large records come from. */
  readonly pool?: RecordPool;
}

/**
 * Joins the bytes of one connection, cut anywhere, into records. Dies with its connection.
 *
 * Records stay valid as long as they are held: slabs are never reused, and the buffer of a large record only
 * when somebody gives it to the pool.
 */
export class RecordReader {
  readonly #maxRecordBytes: number;
  readonly #maxFragments: number;
  readonly #pool: RecordPool;

  // The slab: [0, shared) was handed out as records, [at, end) is not parsed yet, [end, length) is free.
  #slab = NO_BYTES;
  #shared = 0;
  #at = 0;
  #end = 0;

  // A record with a buffer of its own: `have` bytes are there, the current fragment ends at `want`.
  #own: Uint8Array | undefined;
  #have = 0;
  #want = 0;
  #last = false;
  #fragments = 0;

  // Somebody asked for room since the last push. Else bytes need not be compared with it: to ask a small array for
  // its buffer makes V8 give it one.
  #asked = false;

  // Records that wait in `next`: [head, tail). Mostly one, so the list is kept rather than made anew.
  #ready: (Span | undefined)[] = [];
  #head = 0;
  #tail = 0;
  #error: RecordError | undefined;

  constructor(options: RecordReaderOptions = {}) {
    this.#maxRecordBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    this.#maxFragments = options.maxFragments ?? DEFAULT_MAX_FRAGMENTS;
    this.#pool = options.pool ?? new RecordPool(4);
  }

  /** True between records: nothing is half read and nothing waits in {@link next}. */
  get clean(): boolean {
    return this.#own === undefined && this.#at === this.#end && this.#head === this.#tail;
  }

  /** Complete records that {@link next} would return. */
  get ready(): number {
    return this.#tail - this.#head;
  }

  /**
   * Where the next bytes should be received: never empty, good until the next {@link push}. When a large record
   * is half read this is its own remaining memory, so that receiving there needs no copy.
   */
  room(): Uint8Array {
    this.#asked = true;
    if (this.#own !== undefined && this.#have < this.#want) return this.#own.subarray(this.#have, this.#want);
    const tail = this.#slab.length - this.#end;
    if (tail === 0 || (tail < MIN_ROOM_BYTES && this.#end - this.#at < MARK_BYTES)) this.#renewSlab();
    return this.#slab.subarray(this.#end);
  }

  /** Takes received bytes. Those that lie in {@link room} already are not copied, others are. */
  push(bytes: Uint8Array): void {
    if (this.#error !== undefined) return;
    const asked = this.#asked;
    this.#asked = false;
    if (asked && this.#isInPlace(bytes)) {
      this.#advance(bytes.length);
      return;
    }
    for (let at = 0; at < bytes.length && this.#error === undefined; ) {
      const own = this.#have < this.#want ? this.#own : undefined;
      if (own === undefined && this.#slab.length === this.#end) this.#renewForPushed(bytes.length - at);
      const into = own ?? this.#slab;
      const from = own === undefined ? this.#end : this.#have;
      const n = Math.min((own === undefined ? into.length : this.#want) - from, bytes.length - at);
      copy(bytes, at, n, into, from);
      at += n;
      this.#advance(n);
    }
  }

  /**
   * The oldest complete record, without marks, or undefined when more bytes are needed.
   * Throws {@link RecordError} after the last good record of a stream that went bad.
   */
  next(): Span | undefined {
    if (this.#head < this.#tail) {
      const record = this.#ready[this.#head]!;
      // Its memory is its holder's to keep.
      this.#ready[this.#head++] = undefined;
      if (this.#head === this.#tail) {
        this.#head = this.#tail = 0;
        if (this.#ready.length > MOST_KEPT) this.#ready = [];
      }
      return record;
    }
    if (this.#error !== undefined) throw this.#error;
    return undefined;
  }

  /** An independent copy of the parser's state, for explorers. */
  clone(): RecordReader {
    const copy = new RecordReader({
      maxRecordBytes: this.#maxRecordBytes,
      maxFragments: this.#maxFragments,
    });
    copy.#slab = this.#slab.slice(this.#at, this.#end);
    copy.#end = copy.#slab.length;
    copy.#own = this.#own?.slice();
    copy.#have = this.#have;
    copy.#want = this.#want;
    copy.#last = this.#last;
    copy.#fragments = this.#fragments;
    copy.#ready = this.#ready.slice(this.#head, this.#tail);
    copy.#tail = copy.#ready.length;
    copy.#error = this.#error;
    return copy;
  }

  #isInPlace(bytes: Uint8Array): boolean {
    const own = this.#own;
    return own !== undefined && this.#have < this.#want
      ? bytes.buffer === own.buffer && bytes.byteOffset === own.byteOffset + this.#have
      : bytes.buffer === this.#slab.buffer && bytes.byteOffset === this.#slab.byteOffset + this.#end;
  }

  #advance(n: number): void {
    if (this.#own !== undefined && this.#have < this.#want) this.#have += n;
    else this.#end += n;
    this.#parse();
  }

  #parse(): void {
    for (;;) {
      if (this.#own !== undefined) {
        const n = Math.min(this.#want - this.#have, this.#end - this.#at);
        if (n > 0) {
          this.#own.set(this.#slab.subarray(this.#at, this.#at + n), this.#have);
          this.#have += n;
          this.#at += n;
        }
        if (this.#have < this.#want) break;
        if (this.#last) {
          this.#ready[this.#tail++] = { bytes: this.#own, start: 0, end: this.#have };
          this.#own = undefined;
          this.#have = 0;
          this.#want = 0;
          this.#fragments = 0;
        }
      }
      if (this.#end - this.#at < MARK_BYTES || !this.#takeFragment()) break;
    }
    // Nothing unparsed and no record beyond `shared`: that memory can be received into again.
    if (this.#at === this.#end) this.#at = this.#end = this.#shared;
  }

  /** Looks at the mark at `at`. False: wait for more bytes, or the stream is bad. */
  #takeFragment(): boolean {
    const slab = this.#slab;
    const at = this.#at;
    const top = slab[at]!;
    const length = ((top & 0x7f) << 24) | (slab[at + 1]! << 16) | (slab[at + 2]! << 8) | slab[at + 3]!;
    const last = top >= 0x80;
    const total = this.#have + length;
    if (total > this.#maxRecordBytes) {
      return this.#fail(
        "RECORD_TOO_LONG",
        `the peer announced a record of ${total} bytes, at most ${this.#maxRecordBytes} are accepted`,
      );
    }
    if (last && this.#own === undefined) {
      const start = at + MARK_BYTES;
      if (start + length <= this.#end) {
        this.#ready[this.#tail++] = { bytes: slab, start, end: start + length };
        this.#at = this.#shared = start + length;
        return true;
      }
      if (start + length <= slab.length) return false;
      if (length <= SMALL_RECORD_BYTES) {
        this.#renewSlab(MARK_BYTES + length);
        return false;
      }
    }
    if (++this.#fragments > this.#maxFragments) {
      return this.#fail(
        "RECORD_TOO_MANY_FRAGMENTS",
        `the peer sent a record in more than ${this.#maxFragments} fragments`,
      );
    }
    this.#at += MARK_BYTES;
    this.#reserve(total);
    this.#want = total;
    this.#last = last;
    return true;
  }

  /** Makes the record's own buffer hold `bytes` bytes; grows by doubling, so many fragments stay linear. */
  #reserve(bytes: number): void {
    const old = this.#own;
    if (old !== undefined && old.length >= bytes) return;
    if (old === undefined && bytes <= SMALL_RECORD_BYTES) {
      this.#own = new Uint8Array(bytes);
      return;
    }
    const wanted =
      old === undefined ? bytes : Math.min(Math.max(bytes, 2 * old.length), this.#maxRecordBytes);
    const own = this.#pool.take(wanted);
    if (old !== undefined) own.set(old.subarray(0, this.#have));
    this.#own = own;
  }

  /** Room for bytes that lie elsewhere. */
  #renewForPushed(more: number): void {
    if (this.#end - this.#at + more <= LEAST_SLAB_BYTES) this.#moveTo(LEAST_SLAB_BYTES);
    else this.#renewSlab();
  }

  #renewSlab(atLeast = 0): void {
    const bytes =
      this.#slab.length === 0
        ? FIRST_SLAB_BYTES
        : Math.min(4 * Math.max(this.#slab.length, 1024), SLAB_BYTES);
    this.#moveTo(Math.max(bytes, atLeast, this.#end - this.#at + MIN_ROOM_BYTES));
  }

  /** A new slab of so many bytes, which begins with what is not parsed yet. */
  #moveTo(bytes: number): void {
    const slab = new Uint8Array(bytes);
    copy(this.#slab, this.#at, this.#end - this.#at, slab, 0);
    this.#end -= this.#at;
    this.#at = 0;
    this.#shared = 0;
    this.#slab = slab;
  }

  #fail(code: RecordErrorCode, message: string): false {
    this.#error = new RecordError(code, message);
    this.#at = this.#end = this.#shared;
    return false;
  }
}

/** Up to so many bytes a loop is faster than the views that `set` wants. */
const LOOP_BYTES = 64;

/** Copies `count` bytes at `at` to `into`, at `to`. */
function copy(bytes: Uint8Array, at: number, count: number, into: Uint8Array, to: number): void {
  if (count > LOOP_BYTES) into.set(bytes.subarray(at, at + count), to);
  else for (let i = 0; i < count; i++) into[to + i] = bytes[at + i]!;
}
