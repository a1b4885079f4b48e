import type { Codec } from "./codec.js";
import { MAX_DEPTH, UNBOUNDED, XdrError, type XdrErrorCode } from "./error.js";
import { type Span, viewOf } from "./span.js";
import { encodeUtf8 } from "./text.js";

const SLAB_BYTES = 65536;
/** What usually follows a large opaque: a few words. */
const MARGIN_BYTES = 256;
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Writes XDR (RFC 4506) messages one after the other into slabs. `begin` … `finish` frame one message;
 * `finish` returns a view of it and moves on, so consecutive messages lie next to each other in one
 * ArrayBuffer and a driver can write many at once. A slab is never written again where it was handed
 * out; when one is full, the unfinished message moves to a new one.
 *
 * Every method throws {@link XdrError} when the value does not fit; `begin` then drops the torso.
 */
export class XdrWriter {
  readonly #slabBytes: number;
  #view: DataView;
  #bytes: Uint8Array;
  /** The slab once more: all XDR is a multiple of four bytes long, so every item begins with a word of it. */
  #words: Uint32Array;
  #start = 0;
  #at = 0;
  #depth = 0;

  constructor(slabBytes = SLAB_BYTES) {
    this.#slabBytes = slabBytes;
    this.#bytes = new Uint8Array(slabBytes & ~3);
    this.#view = new DataView(this.#bytes.buffer);
    this.#words = new Uint32Array(this.#bytes.buffer);
  }

  /** Starts a message, dropping an unfinished one. */
  begin(): void {
    this.#at = this.#start;
    this.#depth = 0;
  }

  /** Ends the message: a view of what was written since `begin`. */
  finish(): Uint8Array {
    return viewOf(this.cut());
  }

  /** As `finish`, without making a view: where in the slab the message lies. */
  cut(): Span {
    const message = { bytes: this.#bytes, start: this.#start, end: this.#at };
    this.#start = this.#at;
    return message;
  }

  /** Bytes of this message written so far. */
  get pos(): number {
    return this.#at - this.#start;
  }

  /** Overwrites four bytes at `pos` (of this message) with an unsigned integer: marks and lengths known late. */
  patchUint32(pos: number, value: number): void {
    if (pos < 0 || pos + 4 > this.pos)
      throw new RangeError(`patchUint32: ${pos} is not inside ${this.pos} bytes`);
    this.#view.setUint32(this.#start + pos, value);
  }

  /** Forgets what was written of this message from `pos` on; not inside a recursive type. */
  rewind(pos: number): void {
    if (pos < 0 || pos > this.pos) throw new RangeError(`rewind: ${pos} is not inside ${this.pos} bytes`);
    this.#at = this.#start + pos;
    this.#depth = 0;
  }

  /** Claims `length` bytes; returns where they start, for the `…At` methods until the next write. */
  take(length: number): number {
    if (this.#at + length > this.#bytes.length) this.#grow(length);
    const at = this.#at;
    this.#at = at + length;
    return at;
  }

  int32(value: number): void {
    this.int32At(this.take(4), value);
  }

  uint32(value: number): void {
    this.uint32At(this.take(4), value);
  }

  int64(value: bigint): void {
    this.int64At(this.take(8), value);
  }

  uint64(value: bigint): void {
    this.uint64At(this.take(8), value);
  }

  /** Rounded to single precision. */
  float(value: number): void {
    this.floatAt(this.take(4), value);
  }

  double(value: number): void {
    this.doubleAt(this.take(8), value);
  }

  bool(value: boolean): void {
    this.boolAt(this.take(4), value);
  }

  int32At(at: number, value: number): void {
    if ((value | 0) !== value) this.#range(value, "an int", at);
    this.#view.setInt32(at, value);
  }

  uint32At(at: number, value: number): void {
    if (value >>> 0 !== value) this.#range(value, "an unsigned int", at);
    this.#view.setUint32(at, value);
  }

  int64At(at: number, value: bigint): void {
    if (typeof value !== "bigint" || value > MAX_INT64 || value < -MAX_INT64 - 1n)
      this.#range(value, "a hyper", at);
    this.#view.setBigInt64(at, value);
  }

  uint64At(at: number, value: bigint): void {
    if (typeof value !== "bigint" || value > MAX_UINT64 || value < 0n)
      this.#range(value, "an unsigned hyper", at);
    this.#view.setBigUint64(at, value);
  }

  floatAt(at: number, value: number): void {
    if (typeof value !== "number") this.#range(value, "a float", at);
    this.#view.setFloat32(at, value);
  }

  doubleAt(at: number, value: number): void {
    if (typeof value !== "number") this.#range(value, "a double", at);
    this.#view.setFloat64(at, value);
  }

  boolAt(at: number, value: boolean): void {
    if (value !== true && value !== false) this.#range(value, "a bool", at);
    this.#view.setUint32(at, value ? 1 : 0);
  }

  opaqueFixedAt(at: number, value: Uint8Array, length: number): void {
    if (!(value instanceof Uint8Array)) this.#range(value, "a Uint8Array", at);
    if (value.length !== length)
      this.failAt(at, "XDR_RANGE", `has ${value.length} bytes, needs exactly ${length}`);
    this.#copy(at, value);
  }

  /** Variable-length opaque: length, bytes, padding. */
  opaque(value: Uint8Array, max = UNBOUNDED): void {
    if (!(value instanceof Uint8Array)) this.#range(value, "a Uint8Array");
    if (value.length > max) this.#tooLong(value.length, max);
    const { length } = value;
    const at = this.take(4 + length + ((4 - (length & 3)) & 3));
    this.#view.setUint32(at, length);
    this.#copy(at + 4, value);
  }

  /** Exactly `length` bytes of opaque and padding. */
  opaqueFixed(value: Uint8Array, length: number): void {
    this.opaqueFixedAt(this.take((length + 3) & ~3), value, length);
  }

  /** UTF-8 text of at most `max` bytes; U+DC80..U+DCFF stand for the bytes 0x80..0xFF. */
  string(value: string, max = UNBOUNDED): void {
    if (typeof value !== "string") this.#range(value, "a string");
    const room = 4 + value.length * 3 + 3;
    if (this.#at + room > this.#bytes.length) this.#grow(room);
    const at = this.#at + 4;
    const end = encodeUtf8(value, this.#bytes, at);
    if (end < 0) this.fail("XDR_RANGE", "has a lone surrogate that stands for no byte");
    if (end - at > max) this.#tooLong(end - at, max);
    this.#view.setUint32(at - 4, end - at);
    this.#at = end;
    while (((this.#at - at) & 3) !== 0) this.#bytes[this.#at++] = 0;
  }

  /** Variable-length array. */
  array<T>(value: readonly T[], of: Codec<T>, max = UNBOUNDED): void {
    if (!Array.isArray(value)) this.#range(value, "an array");
    if (value.length > max) this.#tooLong(value.length, max);
    this.uint32(value.length);
    for (let i = 0; i < value.length; i++) of.encode(this, value[i] as T);
  }

  /** Exactly `length` elements. */
  arrayFixed<T>(value: readonly T[], of: Codec<T>, length: number): void {
    if (!Array.isArray(value)) this.#range(value, "an array");
    if (value.length !== length)
      this.fail("XDR_RANGE", `has ${value.length} elements, needs exactly ${length}`);
    for (let i = 0; i < length; i++) of.encode(this, value[i] as T);
  }

  /** Optional-data (RFC 4506 §4.19): null is absent. */
  optional<T>(value: T | null, of: Codec<T>): void {
    this.uint32(value === null ? 0 : 1);
    if (value !== null) of.encode(this, value);
  }

  /** A linked list from an array of its nodes. */
  list<T>(value: readonly T[], node: Codec<T>): void {
    if (!Array.isArray(value)) this.#range(value, "an array");
    for (let i = 0; i < value.length; i++) {
      this.uint32(1);
      node.encode(this, value[i] as T);
    }
    this.uint32(0);
  }

  /** A linked list whose head is not optional. */
  chain<T>(value: readonly T[], node: Codec<T>): void {
    if (!Array.isArray(value)) this.#range(value, "an array");
    if (value.length === 0) this.fail("XDR_RANGE", "is empty, needs at least one node");
    for (let i = 0; i < value.length; i++) {
      if (i > 0) this.uint32(1);
      node.encode(this, value[i] as T);
    }
    this.uint32(0);
  }

  /** What is XDR already, as words in memory order ({@link wordsOf}): the front that many messages share. */
  words(values: Uint32Array): void {
    const at = this.take(4 * values.length);
    this.#words.set(values, at >>> 2);
  }

  /** Enters one level of a recursive type. */
  down(): void {
    if (++this.#depth > MAX_DEPTH) this.fail("XDR_TOO_DEEP", `nested more than ${MAX_DEPTH} deep`);
  }

  /** Leaves it. */
  up(): void {
    this.#depth--;
  }

  /** Throws an {@link XdrError} about the value to be written next. */
  fail(code: XdrErrorCode, reason: string): never {
    this.failAt(this.#at, code, reason);
  }

  /** Throws an {@link XdrError} about the value for `at`, a place that `take` returned or near it. */
  failAt(at: number, code: XdrErrorCode, reason: string): never {
    throw new XdrError(code, reason, at - this.#start);
  }

  /** Bytes and their padding. It is written out: after `begin` dropped a torso, the slab is not zero there. */
  #copy(at: number, value: Uint8Array): void {
    const bytes = this.#bytes;
    const { length } = value;
    // TypedArray.set costs more than this loop for a few bytes only.
    if (length <= 16) for (let i = 0; i < length; i++) bytes[at + i] = value[i]!;
    else bytes.set(value, at);
    for (let i = at + length; ((i - at) & 3) !== 0; i++) bytes[i] = 0;
  }

  /** Moves the unfinished message to a slab with room for `wanted` more bytes. */
  #grow(wanted: number): void {
    const length = this.#at - this.#start;
    // Twice what is there, so that moving costs a long message no more than linear time.
    const slab = new Uint8Array((Math.max(this.#slabBytes, 2 * length + wanted + MARGIN_BYTES) + 3) & ~3);
    slab.set(this.#bytes.subarray(this.#start, this.#at));
    this.#bytes = slab;
    this.#view = new DataView(slab.buffer);
    this.#words = new Uint32Array(slab.buffer);
    this.#start = 0;
    this.#at = length;
  }

  #tooLong(length: number, max: number): never {
    this.fail("XDR_TOO_LONG", `length ${length} is over the bound ${max}`);
  }

  #range(value: unknown, wanted: string, at = this.#at): never {
    this.failAt(at, "XDR_RANGE", `${show(value)} is not ${wanted}`);
  }
}

/** A copy of `bytes`, a multiple of four of them, as words in memory order: for {@link XdrWriter.words}. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice().buffer);
}

/** A value for a message: short, whatever it is. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
