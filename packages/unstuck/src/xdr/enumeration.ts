import type { Codec, Fixed } from "./codec.js";
import type { XdrReader } from "./reader.js";
import { show, type XdrWriter } from "./writer.js";

/** An enum's members and its codec in one object: `nfsstat3.NFS3_OK`, `nfsstat3.decode(r)`. */
export type Enum<M extends { readonly [name: string]: number }> = M & Fixed<M[keyof M]>;

/** The union of an enum's values: `type nfsstat3 = EnumOf<typeof nfsstat3>`. */
export type EnumOf<E> = E extends Codec<infer T> ? T : never;

const TABLE_MAX = 65536;

/** `enum` (RFC 4506 §4.3). Values outside the members are errors in both directions. */
export function enumeration<const M extends { readonly [name: string]: number }>(
  name: string,
  members: M,
): Enum<M> {
  const known = membership(Object.values(members));
  type T = M[keyof M];
  const decodeAt = (r: XdrReader, at: number): T => {
    const value = r.int32At(at);
    if (!known(value)) r.failAt(at, "XDR_BAD_ENUM", `${value} is not a ${name}`);
    return value as T;
  };
  const encodeAt = (w: XdrWriter, at: number, value: T): void => {
    if (!known(value)) w.failAt(at, "XDR_BAD_ENUM", `${show(value)} is not a ${name}`);
    w.int32At(at, value);
  };
  return {
    ...members,
    name,
    size: 4,
    encodeAt,
    decodeAt,
    encode: (w: XdrWriter, value: T) => encodeAt(w, w.take(4), value),
    decode: (r: XdrReader) => decodeAt(r, r.take(4)),
    shape: { kind: "enum", values: members },
  };
}

/** The member of `type` that has `value`, e.g. `nameOf(nfsstat3, 2) === "NFS3ERR_NOENT"`. */
export function nameOf<T>(type: Codec<T>, value: T): string | undefined {
  if (type.shape.kind !== "enum") throw new TypeError(`nameOf: ${type.name} is not an enum`);
  for (const [name, member] of Object.entries(type.shape.values)) if (member === value) return name;
  return undefined;
}

function membership(values: readonly number[]): (value: number) => boolean {
  const low = Math.min(...values);
  const span = Math.max(...values) - low + 1;
  if (span > TABLE_MAX) {
    const set = new Set(values);
    return (value) => set.has(value);
  }
  const table = new Uint8Array(span);
  for (const value of values) table[value - low] = 1;
  return (value) => table[value - low] === 1;
}
