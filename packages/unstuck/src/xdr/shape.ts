import type { Codec } from "./codec.js";

// biome-ignore lint/suspicious/noExplicitAny: shapes describe every type alike
export type AnyCodec = Codec<any>;

/** A type looked up when needed, so that recursive and forward references work. */
export type Ref = () => AnyCodec;

/** A named component: of a struct, or the body of a union's arm. */
export interface Field {
  readonly name: string;
  readonly type: Ref;
}

/** One arm of a union. `field` is absent where the arm is void. */
export interface Arm {
  /** The discriminants that choose it; empty for `default`. */
  readonly when: readonly (number | boolean)[];
  readonly field: Field | undefined;
}

/** The type as data: RFC 4506 §4, one kind per type constructor. */
export type Shape =
  | { readonly kind: "int" | "uint32" | "int64" | "uint64" | "float" | "double" | "bool" | "void" }
  | { readonly kind: "enum"; readonly values: { readonly [name: string]: number } }
  /** `fixed`: exactly `max` bytes, no length on the wire. */
  | { readonly kind: "opaque"; readonly max: number; readonly fixed: boolean }
  | { readonly kind: "string"; readonly max: number }
  | { readonly kind: "array"; readonly of: Ref; readonly max: number; readonly fixed: boolean }
  | { readonly kind: "optional"; readonly of: Ref }
  /** A linked list as an array of its nodes. `nonEmpty`: the head is not optional. */
  | { readonly kind: "list"; readonly of: Ref; readonly nonEmpty: boolean }
  | { readonly kind: "struct"; readonly fields: readonly Field[] }
  | {
      readonly kind: "union";
      readonly on: Field;
      readonly arms: readonly Arm[];
      /** Undefined: the union has no `default`, and other discriminants are errors. */
      readonly otherwise: Arm | undefined;
    };

/** A struct's shape, fields in wire order. */
export function struct(fields: { readonly [name: string]: Ref }): Shape {
  return { kind: "struct", fields: Object.entries(fields).map(([name, type]) => ({ name, type })) };
}

/** A union's arm; `fields` has one entry, or none where the arm is void. */
export function arm(when: readonly (number | boolean)[], fields: { readonly [name: string]: Ref } = {}): Arm {
  const [first] = Object.entries(fields);
  return { when, field: first && { name: first[0], type: first[1] } };
}

/** A union's shape: its discriminant, its arms, and the `default` arm if it has one. */
export function union(on: { readonly [name: string]: Ref }, arms: readonly Arm[], otherwise?: Arm): Shape {
  const discriminant = arm([], on).field;
  if (discriminant === undefined) throw new TypeError("a union needs a discriminant");
  return { kind: "union", on: discriminant, arms, otherwise };
}
