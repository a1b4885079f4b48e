import type { Codec } from "./codec.js";
import { XdrError } from "./error.js";
import { XdrReader } from "./reader.js";
import type { AnyCodec, Arm, Shape } from "./shape.js";
import { show, XdrWriter } from "./writer.js";

/**
 * Codecs keep no path: it would cost every good message. When one throws, the same bytes (or the same
 * value) are walked again along the shapes, and the walk knows where it is when it fails the same way.
 */
type Path = (string | number)[];

/** What `decode` and `locateDecode` take beside the bytes. */
export interface DecodeOptions {
  /** Default 0. */
  readonly start?: number;
  /** Default `bytes.length`. */
  readonly end?: number;
  /** See {@link XdrReader.lenientPadding}. Default false. */
  readonly lenientPadding?: boolean;
  /** Bytes after the value are no error. Default false. */
  readonly trailing?: boolean;
}

/** Reads one value that fills the bytes. Throws {@link XdrError} with its path. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, options: DecodeOptions = {}): T {
  const r = readerOf(bytes, options);
  try {
    const value = codec.decode(r);
    if (options.trailing !== true) r.finish();
    return value;
  } catch (error) {
    throw locateDecode(error, codec, bytes, options);
  }
}

/** One value as bytes. Throws {@link XdrError} with its path. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const w = new XdrWriter(1024);
  try {
    codec.encode(w, value);
  } catch (error) {
    throw locateEncode(error, codec, value);
  }
  return w.finish();
}

/**
 * For a catch around `codec.decode(r)`: the same error with its path, the offset counted from `start`.
 * What is not an XdrError comes back as it is.
 */
export function locateDecode(
  error: unknown,
  codec: AnyCodec,
  bytes: Uint8Array,
  options: DecodeOptions = {},
): unknown {
  if (!(error instanceof XdrError) || error.path !== "") return error;
  const path: Path = [];
  return located(error, path, () => walkBytes(codec, readerOf(bytes, options), path));
}

/**
 * For a catch around `codec.encode(w, value)`: an XdrError with its path, also where a missing object
 * made it a TypeError. What has nothing to do with the value comes back as it is.
 */
export function locateEncode(error: unknown, codec: AnyCodec, value: unknown): unknown {
  if (error instanceof XdrError && error.path !== "") return error;
  const path: Path = [];
  return located(error, path, () => walkValue(codec, new XdrWriter(1024), value, path));
}

function located(error: unknown, path: Path, walk: () => void): unknown {
  try {
    walk();
  } catch (again) {
    // The walk knows best, unless it stumbled over something else (it counts depth more strictly).
    const strayed = again instanceof XdrError && error instanceof XdrError && again.code !== error.code;
    const found = strayed || !(again instanceof XdrError) ? error : again;
    if (found instanceof XdrError) return new XdrError(found.code, found.reason, found.offset, render(path));
  }
  return error;
}

/** `["entries", 3, "name"]` as `entries[3].name`; the middle of a very deep one is left out. */
function render(path: Path): string {
  if (path.length > 40) return `${render(path.slice(0, 20))}…${render(path.slice(-20))}`;
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : text === "" ? step : `.${step}`;
  return text;
}

function readerOf(bytes: Uint8Array, options: DecodeOptions): XdrReader {
  const r = new XdrReader(bytes, options.start, options.end);
  r.lenientPadding = options.lenientPadding === true;
  return r;
}

/** Leaves the failing place in `path` when it throws. Returns what a union's discriminant decodes to. */
function walkBytes(codec: AnyCodec, r: XdrReader, path: Path): unknown {
  const shape: Shape = codec.shape;
  const visit = (step: string | number, of: AnyCodec): unknown => {
    path.push(step);
    const value = walkBytes(of, r, path);
    path.pop();
    return value;
  };
  switch (shape.kind) {
    case "struct":
      r.down();
      for (const field of shape.fields) visit(field.name, field.type());
      return r.up();
    case "union": {
      r.down();
      const on = visit(shape.on.name, shape.on.type());
      const chosen = armOf(shape, on);
      if (chosen === undefined) {
        path.push(shape.on.name);
        r.fail("XDR_BAD_UNION", `no arm for ${show(on)}`, 4);
      }
      if (chosen.field) visit(chosen.field.name, chosen.field.type());
      return r.up();
    }
    case "optional":
      return r.bool() ? walkBytes(shape.of(), r, path) : undefined;
    case "list":
      for (let i = 0; (shape.nonEmpty && i === 0) || r.bool(); i++) visit(i, shape.of());
      return undefined;
    case "array": {
      const length = shape.fixed ? shape.max : r.uint32();
      if (length > shape.max) r.fail("XDR_TOO_LONG", "over the bound", 4);
      if (length * 4 > r.remaining) r.fail("XDR_EOF", "more elements than bytes");
      for (let i = 0; i < length; i++) visit(i, shape.of());
      return undefined;
    }
    default:
      return codec.decode(r);
  }
}

/** The same for a value: `w` receives what the leaves write, so that offsets agree. */
function walkValue(codec: AnyCodec, w: XdrWriter, value: unknown, path: Path): void {
  const shape: Shape = codec.shape;
  const visit = (step: string | number, of: AnyCodec, part: unknown): void => {
    path.push(step);
    walkValue(of, w, part, path);
    path.pop();
  };
  switch (shape.kind) {
    case "struct": {
      const whole = objectOf(codec, w, value);
      w.down();
      for (const field of shape.fields) visit(field.name, field.type(), whole[field.name]);
      w.up();
      break;
    }
    case "union": {
      const whole = objectOf(codec, w, value);
      const on = whole[shape.on.name];
      w.down();
      visit(shape.on.name, shape.on.type(), on);
      const chosen = armOf(shape, on);
      if (chosen === undefined) {
        path.push(shape.on.name);
        w.fail("XDR_BAD_UNION", `no arm for ${show(on)}`);
      }
      if (chosen.field) visit(chosen.field.name, chosen.field.type(), whole[chosen.field.name]);
      w.up();
      break;
    }
    case "optional":
      w.uint32(value === null ? 0 : 1);
      if (value !== null) walkValue(shape.of(), w, value, path);
      break;
    case "list":
    case "array": {
      if (!Array.isArray(value)) w.fail("XDR_RANGE", `${show(value)} is not an array`);
      value.forEach((element, i) => {
        visit(i, shape.of(), element);
      });
      codec.encode(w, value);
      break;
    }
    default:
      codec.encode(w, value);
  }
}

function objectOf(codec: AnyCodec, w: XdrWriter, value: unknown): { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null)
    w.fail("XDR_RANGE", `${show(value)} is not a ${codec.name}`);
  return value as { readonly [name: string]: unknown };
}

/** The arm that a discriminant chooses. */
export function armOf(shape: Extract<Shape, { kind: "union" }>, on: unknown): Arm | undefined {
  return shape.arms.find((arm) => arm.when.includes(on as number)) ?? shape.otherwise;
}
