import type { Codec } from "./codec.js";
import { MAX_DEPTH, UNBOUNDED, XdrError, type XdrErrorCode } from "./error.js";
import { decodeUtf8 } from "./text.js";

/**
 * Reads XDR (RFC 4506) from a Uint8Array. Every method moves on by what it read, throws
 * {@link XdrError} on malformed bytes, and checks a length against its bound and against what is left
 * before it allocates. After a throw the reader is good for nothing until `reset`.
 *
 * **Lifetime of opaques.** `opaque` and `opaqueFixed` return views of the input, not copies. A view
 * stays valid for as long as it is held (receive buffers are not reused unless the caller asked for it),
 * and keeps the whole record it lies in from being collected: `.slice()` a few bytes that live long.
 */
export class XdrReader {
  /** Accept residual bytes that are not zero. Off by default: RFC 4506 §3 has them zero. */
  lenientPadding = false;
  // The last input and where it lies: the next message is often in the same bytes, and to ask an array for its
  // buffer costs more than to read a number.
  #bytes: Uint8Array;
  #buffer: ArrayBufferLike;
  #base: number;
  #view: DataView;
  #at = 0;
  #end = 0;
  #start = 0;
  #depth = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#buffer = bytes.buffer;
    this.#base = bytes.byteOffset;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.reset(bytes, start, end);
  }

  /** Starts over on `bytes[start..end)`. */
  reset(bytes: Uint8Array, start = 0, end = bytes.length): void {
    if (start < 0 || end > bytes.length || start > end) {
      throw new RangeError(`XdrReader: [${start}, ${end}) is not inside ${bytes.length} bytes`);
    }
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#buffer = bytes.buffer;
      this.#base = bytes.byteOffset;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.#depth = 0;
  }

  /** Bytes read since the start. */
  get pos(): number {
    return this.#at - this.#start;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** Throws XDR_TRAILING unless everything was read. */
  finish(): void {
    const left = this.#end - this.#at;
    if (left !== 0) this.fail("XDR_TRAILING", `${left} bytes follow the value`);
  }

  /** Steps over `length` bytes; returns where they start, for the `…At` methods. */
  take(length: number): number {
    const at = this.#at;
    if (at + length > this.#end) this.#eof(length);
    this.#at = at + length;
    return at;
  }

  int32(): number {
    return this.#view.getInt32(this.take(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.take(4));
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.take(8));
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.take(8));
  }

  float(): number {
    return this.#view.getFloat32(this.take(4));
  }

  double(): number {
    return this.#view.getFloat64(this.take(8));
  }

  bool(): boolean {
    return this.boolAt(this.take(4));
  }

  int32At(at: number): number {
    return this.#view.getInt32(at);
  }

  uint32At(at: number): number {
    return this.#view.getUint32(at);
  }

  int64At(at: number): bigint {
    return this.#view.getBigInt64(at);
  }

  uint64At(at: number): bigint {
    return this.#view.getBigUint64(at);
  }

  floatAt(at: number): number {
    return this.#view.getFloat32(at);
  }

  doubleAt(at: number): number {
    return this.#view.getFloat64(at);
  }

  boolAt(at: number): boolean {
    const value = this.#view.getUint32(at);
    if (value > 1) this.failAt(at, "XDR_BAD_BOOL", `${value} is not a bool`);
    return value === 1;
  }

  opaqueFixedAt(at: number, length: number): Uint8Array {
    this.#checkPadding(at + length, (4 - (length & 3)) & 3);
    return new Uint8Array(this.#buffer, this.#base + at, length);
  }

  /** Variable-length opaque: a view, see the class. */
  opaque(max = UNBOUNDED): Uint8Array {
    return this.opaqueFixed(this.#length(max));
  }

  /** Exactly `length` bytes of opaque: a view, see the class. */
  opaqueFixed(length: number): Uint8Array {
    const at = this.#skip(length);
    return new Uint8Array(this.#buffer, this.#base + at, length);
  }

  /** UTF-8 text of at most `max` bytes; bytes that are not UTF-8 become U+DC80..U+DCFF. */
  string(max = UNBOUNDED): string {
    const length = this.#length(max);
    const at = this.#skip(length);
    return decodeUtf8(this.#bytes, at, at + length);
  }

  /** Variable-length array. */
  array<T>(of: Codec<T>, max = UNBOUNDED): T[] {
    return this.arrayFixed(of, this.#length(max));
  }

  /** Exactly `length` elements, each of at least four bytes. */
  arrayFixed<T>(of: Codec<T>, length: number): T[] {
    if (length * 4 > this.#end - this.#at) this.#eof(length * 4);
    const values: T[] = [];
    for (let i = 0; i < length; i++) values.push(of.decode(this));
    return values;
  }

  /** Optional-data (RFC 4506 §4.19): null where it is absent. */
  optional<T>(of: Codec<T>): T | null {
    return this.bool() ? of.decode(this) : null;
  }

  /** A linked list: nodes, each announced by a true, up to a false. */
  list<T>(node: Codec<T>): T[] {
    const values: T[] = [];
    while (this.bool()) values.push(node.decode(this));
    return values;
  }

  /** A linked list whose head is not optional. */
  chain<T>(node: Codec<T>): T[] {
    const values: T[] = [node.decode(this)];
    while (this.bool()) values.push(node.decode(this));
    return values;
  }

  /** Enters one level of a recursive type. */
  down(): void {
    if (++this.#depth > MAX_DEPTH) this.fail("XDR_TOO_DEEP", `nested more than ${MAX_DEPTH} deep`);
  }

  /** Leaves it. */
  up(): void {
    this.#depth--;
  }

  /** Throws an {@link XdrError} about what starts `back` bytes before the current position. */
  fail(code: XdrErrorCode, reason: string, back = 0): never {
    this.failAt(this.#at - back, code, reason);
  }

  /** Throws an {@link XdrError} about what is at `at`, a place that `take` returned or near it. */
  failAt(at: number, code: XdrErrorCode, reason: string): never {
    throw new XdrError(code, reason, at - this.#start);
  }

  #length(max: number): number {
    const length = this.uint32();
    if (length > max) this.fail("XDR_TOO_LONG", `length ${length} is over the bound ${max}`, 4);
    return length;
  }

  /** Steps over `length` bytes and their padding; returns where they start. */
  #skip(length: number): number {
    const tail = (4 - (length & 3)) & 3;
    const at = this.take(length + tail);
    this.#checkPadding(at + length, tail);
    return at;
  }

  #checkPadding(from: number, tail: number): void {
    if (this.lenientPadding) return;
    const bytes = this.#bytes;
    for (let at = from; at < from + tail; at++) {
      if (bytes[at] !== 0) this.failAt(at, "XDR_PADDING", `padding byte is ${bytes[at]}, not 0`);
    }
  }

  #eof(wanted: number): never {
    this.fail("XDR_EOF", `needs ${wanted} bytes, ${this.#end - this.#at} are left`);
  }
}
