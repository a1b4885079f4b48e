import type { XdrReader } from "./reader.js";
import type { Shape } from "./shape.js";
import type { XdrWriter } from "./writer.js";

/**
 * Both directions of one XDR type (RFC 4506). Generated code and the primitives implement it with
 * straight-line code; `shape` describes the same type as data, for everything off the hot path
 * (paths in errors, random values in tests, dumps).
 *
 * Instances are stateless and shared.
 */
export interface Codec<T> {
  /** The type's name in its `.x` file, or a primitive's RFC 4506 name. */
  readonly name: string;
  /** Appends `value`. Throws {@link XdrError} when it does not fit the type. */
  encode(w: XdrWriter, value: T): void;
  /** Reads one value at the reader's position. Throws {@link XdrError} on anything malformed or oversize. */
  decode(r: XdrReader): T;
  /** The type as data. */
  readonly shape: Shape;
}

/**
 * A type that always takes the same number of bytes. A struct of such types is bounds-checked once and
 * then read and written at known places: small enough for the optimiser to inline whole.
 */
export interface Fixed<T> extends Codec<T> {
  /** Bytes on the wire, a multiple of four. */
  readonly size: number;
  /** Writes `value` at `at`, a place within what `w.take` returned. */
  encodeAt(w: XdrWriter, at: number, value: T): void;
  /** Reads the value at `at`, a place within what `r.take` returned. */
  decodeAt(r: XdrReader, at: number): T;
}
