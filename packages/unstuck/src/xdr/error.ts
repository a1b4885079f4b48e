/** Stable codes of {@link XdrError}. */
export type XdrErrorCode =
  | "XDR_EOF" // the bytes end inside a value
  | "XDR_TOO_LONG" // longer than the `.x` bound
  | "XDR_BAD_ENUM" // not a member of the enum
  | "XDR_BAD_BOOL" // neither 0 nor 1
  | "XDR_BAD_UNION" // no arm for this discriminant
  | "XDR_PADDING" // the residual bytes of RFC 4506 §3 are not zero
  | "XDR_RANGE" // a JavaScript value that the type cannot hold
  | "XDR_TOO_DEEP" // a recursive type nested beyond MAX_DEPTH
  | "XDR_TRAILING"; // bytes left over after the value

/** Bytes that are not the type they should be, or a value that does not fit its type. */
export class XdrError extends Error {
  override readonly name = "XdrError";
  readonly code: XdrErrorCode;
  /** What is wrong, without the path. */
  readonly reason: string;
  /** Decode: bytes from the start of what was decoded. Encode: bytes of this message written so far. */
  readonly offset: number;
  /**
   * Where in the value, e.g. `entries[3].name_attributes.attributes.mtime.nseconds`. Empty at the top,
   * and in an error caught before `locateDecode` or `locateEncode` had a look at it.
   */
  readonly path: string;
  constructor(code: XdrErrorCode, reason: string, offset: number, path = "") {
    super(path === "" ? `${reason} (at byte ${offset})` : `${path}: ${reason} (at byte ${offset})`);
    this.code = code;
    this.reason = reason;
    this.offset = offset;
    this.path = path;
  }
}

/** How deep a recursive type (other than a linked list) may nest, both directions. */
export const MAX_DEPTH = 1000;

/** The largest length XDR can express, and the bound of `<>`. */
export const UNBOUNDED = 0xffffffff;
