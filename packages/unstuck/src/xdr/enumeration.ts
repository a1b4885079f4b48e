import type { Codec } from "./codec.js";
import type { XdrReader } from "./reader.js";
import { show, type XdrWriter } from "./writer.js";

/** An enum's members and its codec in one object: `nfsstat3.NFS3_OK`, `nfsstat3.decode(r)`. */
export type Enum<M extends { readonly [name: string]: number }> = M & Codec<M[keyof M]>;

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
  return {
    ...members,
    name,
    encode(w: XdrWriter, value: T): void {
      if (!known(value)) w.fail("XDR_BAD_ENUM", `${show(value)} is not a ${name}`);
      w.int32(value);
    },
    decode(r: XdrReader): T {
      const value = r.int32();
      if (!known(value)) r.fail("XDR_BAD_ENUM", `${value} is not a ${name}`, 4);
      return value as T;
    },
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
