import type { Codec } from "./codec.js";
import { UNBOUNDED } from "./error.js";

/** `int` (RFC 4506 §4.1). */
export const int32: Codec<number> = {
  name: "int",
  encode: (w, v) => w.int32(v),
  decode: (r) => r.int32(),
  shape: { kind: "int" },
};

/** `unsigned int` (RFC 4506 §4.2). */
export const uint32: Codec<number> = {
  name: "unsigned int",
  encode: (w, v) => w.uint32(v),
  decode: (r) => r.uint32(),
  shape: { kind: "uint32" },
};

/** `hyper` (RFC 4506 §4.5). */
export const int64: Codec<bigint> = {
  name: "hyper",
  encode: (w, v) => w.int64(v),
  decode: (r) => r.int64(),
  shape: { kind: "int64" },
};

/** `unsigned hyper` (RFC 4506 §4.5). */
export const uint64: Codec<bigint> = {
  name: "unsigned hyper",
  encode: (w, v) => w.uint64(v),
  decode: (r) => r.uint64(),
  shape: { kind: "uint64" },
};

/** `float` (RFC 4506 §4.6). */
export const float: Codec<number> = {
  name: "float",
  encode: (w, v) => w.float(v),
  decode: (r) => r.float(),
  shape: { kind: "float" },
};

/** `double` (RFC 4506 §4.7). */
export const double: Codec<number> = {
  name: "double",
  encode: (w, v) => w.double(v),
  decode: (r) => r.double(),
  shape: { kind: "double" },
};

/** `bool` (RFC 4506 §4.4). */
export const bool: Codec<boolean> = {
  name: "bool",
  encode: (w, v) => w.bool(v),
  decode: (r) => r.bool(),
  shape: { kind: "bool" },
};

/** `void` (RFC 4506 §4.16): no bytes, `undefined`. */
export const xdrVoid: Codec<void> = {
  name: "void",
  encode: () => {},
  decode: () => {},
  shape: { kind: "void" },
};

/** `opaque<max>` (RFC 4506 §4.10). Decodes to a view, see XdrReader. */
export function opaque(max = UNBOUNDED): Codec<Uint8Array> {
  return {
    name: `opaque<${bound(max)}>`,
    encode: (w, v) => w.opaque(v, max),
    decode: (r) => r.opaque(max),
    shape: { kind: "opaque", max, fixed: false },
  };
}

/** `opaque[length]` (RFC 4506 §4.9). Decodes to a view, see XdrReader. */
export function opaqueFixed(length: number): Codec<Uint8Array> {
  return {
    name: `opaque[${length}]`,
    encode: (w, v) => w.opaqueFixed(v, length),
    decode: (r) => r.opaqueFixed(length),
    shape: { kind: "opaque", max: length, fixed: true },
  };
}

/** `string<max>` (RFC 4506 §4.11). */
export function string(max = UNBOUNDED): Codec<string> {
  return {
    name: `string<${bound(max)}>`,
    encode: (w, v) => w.string(v, max),
    decode: (r) => r.string(max),
    shape: { kind: "string", max },
  };
}

/** `T[length]` (RFC 4506 §4.12). */
export function arrayFixed<T>(of: () => Codec<T>, length: number): Codec<T[]> {
  return {
    name: `array[${length}]`,
    encode: (w, v) => w.arrayFixed(v, of(), length),
    decode: (r) => r.arrayFixed(of(), length),
    shape: { kind: "array", of, max: length, fixed: true },
  };
}

/** `T<max>` (RFC 4506 §4.13). */
export function array<T>(of: () => Codec<T>, max = UNBOUNDED): Codec<T[]> {
  return {
    name: `array<${bound(max)}>`,
    encode: (w, v) => w.array(v, of(), max),
    decode: (r) => r.array(of(), max),
    shape: { kind: "array", of, max, fixed: false },
  };
}

/** `T *` (RFC 4506 §4.19): null where it is absent. */
export function optional<T>(of: () => Codec<T>): Codec<T | null> {
  return {
    name: "optional",
    encode: (w, v) => w.optional(v, of()),
    decode: (r) => r.optional(of()),
    shape: { kind: "optional", of },
  };
}

/** A linked list (RFC 4506 §4.19) as an array of its nodes. */
export function list<T>(node: () => Codec<T>): Codec<T[]> {
  return {
    name: "list",
    encode: (w, v) => w.list(v, node()),
    decode: (r) => r.list(node()),
    shape: { kind: "list", of: node, nonEmpty: false },
  };
}

/** A linked list whose head is not optional. */
export function chain<T>(node: () => Codec<T>): Codec<T[]> {
  return {
    name: "chain",
    encode: (w, v) => w.chain(v, node()),
    decode: (r) => r.chain(node()),
    shape: { kind: "list", of: node, nonEmpty: true },
  };
}

function bound(max: number): string {
  return max === UNBOUNDED ? "" : String(max);
}
