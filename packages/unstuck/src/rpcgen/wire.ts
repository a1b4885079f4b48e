import type { Form, StructDef, TypeDef, TypeSpec, Value } from "./ast.js";
import type { Module, TypeEntry } from "./module.js";
import { exported } from "./names.js";

/** How one type is written in TypeScript, and in both directions. */
export interface Wire {
  /** The TypeScript type. */
  readonly ts: string;
  /** An expression that is its Codec. */
  readonly codec: string;
  encode(expression: string): string;
  readonly decode: string;
  /** Set where the type always takes the same number of bytes. */
  readonly fixed: FixedWire | undefined;
}

/** The same at a known place, `at` being an expression. */
export interface FixedWire {
  readonly size: number;
  encode(at: string, expression: string): string;
  decode(at: string): string;
}

const TS_TYPE = {
  int: "number",
  uint32: "number",
  int64: "bigint",
  uint64: "bigint",
  float: "number",
  double: "number",
  bool: "boolean",
};

/** Maps the module's forms to TypeScript, and remembers which names of other modules that took. */
export class Wiring {
  readonly #module: Module;
  readonly #foreign = new Map<Module, Set<string>>();

  constructor(module: Module) {
    this.#module = module;
  }

  /** Names used from other modules, both sorted. */
  imports(): [Module, string[]][] {
    return [...this.#foreign].map(([module, names]) => [module, [...names].sort()]);
  }

  /** A type or constant as the generated module spells it. */
  reference(name: string, home: Module): string {
    const spelled = exported(name);
    if (home !== this.#module) {
      const names = this.#foreign.get(home) ?? new Set();
      this.#foreign.set(home, names.add(spelled));
    }
    return spelled;
  }

  form(form: Form): Wire {
    switch (form.kind) {
      case "plain":
        return this.spec(form.of);
      case "opaque":
        return form.fixed
          ? this.#opaqueFixed(form.max)
          : simple("Uint8Array", "opaque", this.bound(form.max));
      case "string":
        return simple("string", "string", this.bound(form.max));
      case "array": {
        const of = this.spec(form.of);
        return composed(
          `${grouped(of.ts)}[]`,
          form.fixed ? "arrayFixed" : "array",
          of.codec,
          this.bound(form.max),
        );
      }
      case "optional": {
        const node = this.#listNode(form.of);
        if (node !== undefined) return composed(`${node}[]`, "list", node, undefined);
        const of = this.spec(form.of);
        return composed(`${of.ts} | null`, "optional", of.codec, undefined);
      }
    }
  }

  spec(spec: TypeSpec): Wire {
    const builtin = this.#module.builtin(spec);
    if (builtin === "void")
      return { ts: "void", codec: "xdr.xdrVoid", encode: () => "", decode: "undefined", fixed: undefined };
    if (builtin === "string") return simple("string", "string", undefined);
    if (builtin === "opaque") return simple("Uint8Array", "opaque", undefined);
    if (builtin !== undefined) return simple(TS_TYPE[builtin], builtin === "int" ? "int32" : builtin);
    const node = this.#listNode(spec);
    if (node !== undefined) return composed(`${node}[]`, "chain", node, undefined);
    const entry = spec.kind === "named" ? this.#module.types.get(spec.name.text) : undefined;
    if (entry === undefined) throw new Error(`rpcgen: an unknown type came through the checks`);
    const name = this.reference(entry.def.name.text, entry.module);
    const inlined = this.#inlined(entry.def);
    return {
      ts: name,
      codec: name,
      encode: inlined?.encode ?? ((expression) => `${name}.encode(w, ${expression})`),
      decode: inlined?.decode ?? `${name}.decode(r)`,
      fixed: inlined ? inlined.fixed : this.#fixed(name, entry),
    };
  }

  /** Bytes of a struct all of whose fields have a fixed size; undefined for any other. */
  structSize(def: StructDef): number | undefined {
    let size = 0;
    for (const field of this.#module.fieldsOf(def)) {
      const fixed = this.form(field.form).fixed;
      if (fixed === undefined) return undefined;
      size += fixed.size;
    }
    return size;
  }

  /** A bound as it is printed: the constant's name where it has one. Undefined: unbounded. */
  bound(max: Value | undefined): string | undefined {
    if (max === undefined) return undefined;
    const entry = max.kind === "name" ? this.#module.values.get(max.name.text) : undefined;
    if (entry && entry.enumName === undefined) return this.reference(entry.name.text, entry.module);
    return String(this.#module.valueOf(max));
  }

  #fixed(name: string, { def }: TypeEntry): FixedWire | undefined {
    const target = this.#module.follow({ kind: "plain", of: { kind: "named", name: def.name } }).entry?.def;
    const size =
      target?.kind === "enum" ? 4 : target?.kind === "struct" ? this.structSize(target) : undefined;
    // The codec of a renamed one is typed as a plain Codec.
    if (size === undefined || target !== def) return undefined;
    return {
      size,
      encode: (at, expression) => `${name}.encodeAt(w, ${at}, ${expression})`,
      decode: (at) => `${name}.decodeAt(r, ${at})`,
    };
  }

  #opaqueFixed(max: Value | undefined): Wire {
    const bound = this.bound(max);
    const length = Number(max ? this.#module.valueOf(max) : 0n);
    return {
      ...simple("Uint8Array", "opaqueFixed", bound),
      fixed: {
        size: length + ((4 - (length % 4)) % 4),
        encode: (at, expression) => `w.opaqueFixedAt(${at}, ${expression}, ${bound})`,
        decode: (at) => `r.opaqueFixedAt(${at}, ${bound})`,
      },
    };
  }

  /** A typedef of something simple is read and written without going through its codec. */
  #inlined(def: TypeDef): Wire | undefined {
    if (def.kind !== "typedef") return undefined;
    const { form, entry } = this.#module.follow(def.form);
    if (entry !== undefined || form.kind === "array" || form.kind === "optional") return undefined;
    return this.form(form);
  }

  #listNode(spec: TypeSpec): string | undefined {
    const { entry } = this.#module.follow({ kind: "plain", of: spec });
    if (entry === undefined || !entry.module.isListNode(entry.def)) return undefined;
    return this.reference(entry.def.name.text, entry.module);
  }
}

const SIZES: { readonly [method: string]: number } = {
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float: 4,
  double: 8,
  bool: 4,
};

function simple(ts: string, method: string, bound?: string): Wire {
  const factory = method === "opaque" || method === "opaqueFixed" || method === "string";
  const size = SIZES[method];
  return {
    ts,
    codec: factory ? `xdr.${method}(${bound ?? ""})` : `xdr.${method}`,
    encode: (expression) => `w.${method}(${list(expression, bound)})`,
    decode: `r.${method}(${bound ?? ""})`,
    fixed:
      size === undefined
        ? undefined
        : {
            size,
            encode: (at, expression) => `w.${method}At(${at}, ${expression})`,
            decode: (at) => `r.${method}At(${at})`,
          },
  };
}

function composed(ts: string, method: string, of: string, bound: string | undefined): Wire {
  return {
    ts,
    codec: `xdr.${method}(${list(`() => ${of}`, bound)})`,
    encode: (expression) => `w.${method}(${list(expression, of, bound)})`,
    decode: `r.${method}(${list(of, bound)})`,
    fixed: undefined,
  };
}

function list(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(", ");
}

function grouped(ts: string): string {
  return ts.includes("|") ? `(${ts})` : ts;
}
