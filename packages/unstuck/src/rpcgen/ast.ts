import type { Place } from "./source.js";

/** What the parser makes of a source: RFC 4506 §6.3 and RFC 5531 §12.2. */
export interface Name {
  readonly text: string;
  readonly at: Place;
}

/** A constant or the name of one. */
export type Value =
  | { readonly kind: "number"; readonly value: bigint; readonly at: Place }
  | { readonly kind: "name"; readonly name: Name };

export type Builtin =
  | "int"
  | "uint32"
  | "int64"
  | "uint64"
  | "float"
  | "double"
  | "bool"
  | "void"
  | "string"
  | "opaque";

export type TypeSpec =
  | { readonly kind: "builtin"; readonly type: Builtin; readonly at: Place }
  | { readonly kind: "named"; readonly name: Name };

/** The type part of a declaration. `max` undefined: no bound was given. */
export type Form =
  | { readonly kind: "plain"; readonly of: TypeSpec }
  | { readonly kind: "opaque"; readonly fixed: boolean; readonly max: Value | undefined }
  | { readonly kind: "string"; readonly max: Value | undefined }
  | {
      readonly kind: "array";
      readonly of: TypeSpec;
      readonly fixed: boolean;
      readonly max: Value | undefined;
    }
  | { readonly kind: "optional"; readonly of: TypeSpec };

export interface Declaration {
  readonly name: Name;
  readonly form: Form;
  readonly doc: string | undefined;
}

export interface EnumMember {
  readonly name: Name;
  /** Undefined: one more than the member before it. */
  readonly value: Value | undefined;
  readonly doc: string | undefined;
}

export interface Case {
  /** Empty for `default`. */
  readonly when: readonly Value[];
  /** Undefined: void. */
  readonly body: Declaration | undefined;
  readonly at: Place;
}

export interface ProcedureDef {
  readonly name: Name;
  readonly number: Value;
  readonly res: TypeSpec;
  /** Empty: void. */
  readonly args: readonly TypeSpec[];
  readonly doc: string | undefined;
}

export interface VersionDef {
  readonly name: Name;
  readonly number: Value;
  readonly procedures: readonly ProcedureDef[];
  readonly doc: string | undefined;
}

export interface ConstDef {
  readonly kind: "const";
  readonly name: Name;
  readonly value: Value;
  readonly doc: string | undefined;
}

export interface EnumDef {
  readonly kind: "enum";
  readonly name: Name;
  readonly members: readonly EnumMember[];
  readonly doc: string | undefined;
}

export interface StructDef {
  readonly kind: "struct";
  readonly name: Name;
  readonly fields: readonly Declaration[];
  readonly doc: string | undefined;
}

export interface UnionDef {
  readonly kind: "union";
  readonly name: Name;
  readonly on: Declaration;
  readonly cases: readonly Case[];
  readonly otherwise: Case | undefined;
  readonly doc: string | undefined;
}

export interface TypedefDef {
  readonly kind: "typedef";
  readonly name: Name;
  readonly form: Form;
  readonly doc: string | undefined;
}

export interface ProgramDef {
  readonly kind: "program";
  readonly name: Name;
  readonly number: Value;
  readonly versions: readonly VersionDef[];
  readonly doc: string | undefined;
}

/** A `%` line: for the target language of some other compiler. Kept as a comment. */
export interface Passthrough {
  readonly kind: "passthrough";
  readonly text: string;
}

/** `#include "path"`. `soft`: came as `%#include`, and may well be a C header. */
export interface Include {
  readonly kind: "include";
  readonly path: string;
  readonly soft: boolean;
  readonly at: Place;
}

export type TypeDef = EnumDef | StructDef | UnionDef | TypedefDef;
export type Definition = TypeDef | ConstDef | ProgramDef | Passthrough | Include;
