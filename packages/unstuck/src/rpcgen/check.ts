import type { Declaration, EnumDef, Form, Name, TypeDef, TypeSpec, UnionDef, Value } from "./ast.js";
import { firstAt, type Module, programsOf } from "./module.js";
import { nearest, type Place, type Problems } from "./source.js";

const MAX_UINT32 = 0xffffffffn;

/** Finds everything that parses and still makes no sense. */
export function check(module: Module, problems: Problems): void {
  new Checker(module, problems).all();
}

class Checker {
  readonly #module: Module;
  readonly #problems: Problems;

  constructor(module: Module, problems: Problems) {
    this.#module = module;
    this.#problems = problems;
  }

  all(): void {
    for (const def of this.#module.definitions) {
      if (def.kind === "enum") this.#enum(def);
      if (def.kind === "typedef") this.#form(def.form, def.name);
      if (def.kind === "struct") this.#fields(def.name.text, def.fields);
      if (def.kind === "union") this.#union(def);
      if (def.kind === "enum" || def.kind === "typedef" || def.kind === "struct" || def.kind === "union") {
        this.#finite(def);
      }
    }
    this.#programs();
    this.#exports();
  }

  #enum(def: EnumDef): void {
    for (const member of def.members) {
      const value = this.#module.values.get(member.name.text)?.value;
      if (value !== undefined && BigInt.asIntN(32, value) !== value) {
        this.#problems.add(
          member.name.at,
          `${member.name.text} = ${value} does not fit an enum`,
          "32 bits, signed",
        );
      }
    }
  }

  #fields(owner: string, fields: readonly Declaration[]): void {
    const seen = new Map<string, Name>();
    for (const { name, form } of fields) {
      this.#form(form, name);
      const before = seen.get(name.text);
      if (before) this.#problems.add(name.at, `${owner} has two fields "${name.text}"`, firstAt(before));
      seen.set(name.text, name);
    }
  }

  #form(form: Form, name: Name): void {
    if (form.kind === "plain" || form.kind === "array" || form.kind === "optional") this.#spec(form.of);
    if ("max" in form && form.max !== undefined) this.#bound(form.max);
    if (form.kind === "array" && this.#isEmpty({ kind: "plain", of: form.of })) {
      this.#problems.add(
        name.at,
        `the elements of "${name.text}" take no bytes`,
        "so no length could be checked",
      );
    }
    if (form.kind === "optional") {
      const inner = this.#module.follow({ kind: "plain", of: form.of }).form;
      const innerNode =
        inner.kind === "optional" && this.#module.follow({ kind: "plain", of: inner.of }).entry;
      if (inner.kind === "optional" && !(innerNode && this.#module.isListNode(innerNode.def))) {
        this.#problems.add(
          name.at,
          `"${name.text}" is an optional of an optional`,
          "null could mean either: put a struct between them",
        );
      }
    }
  }

  #spec(spec: TypeSpec): void {
    if (spec.kind === "named" && this.#module.builtin(spec) === undefined) this.#module.typeNamed(spec.name);
  }

  #bound(value: Value): void {
    const bound = this.#module.valueOf(value);
    if (bound === undefined || (bound >= 0n && bound <= MAX_UINT32)) return;
    this.#problems.add(placeOf(value), `${bound} is not a length`, "0 to 4294967295");
  }

  #union(def: UnionDef): void {
    const arms = def.otherwise ? [...def.cases, def.otherwise] : def.cases;
    this.#form(def.on.form, def.on.name);
    for (const { body } of arms) if (body) this.#form(body.form, body.name);
    const { form, entry } = this.#module.follow(def.on.form);
    const builtin = form.kind === "plain" ? this.#module.builtin(form.of) : undefined;
    const onEnum = entry?.def.kind === "enum" ? entry.def : undefined;
    if (builtin !== "int" && builtin !== "uint32" && builtin !== "bool" && onEnum === undefined) {
      if (form.kind !== "plain" || entry !== undefined || builtin !== undefined) {
        this.#problems.add(
          def.on.name.at,
          `${def.name.text} cannot switch on "${def.on.name.text}"`,
          "a discriminant is an int, an unsigned int, a bool or an enum",
        );
      }
      return;
    }
    const seen = new Map<bigint, Value>();
    for (const arm of def.cases) for (const value of arm.when) this.#case(def, value, onEnum, builtin, seen);
  }

  #case(
    def: UnionDef,
    value: Value,
    onEnum: EnumDef | undefined,
    builtin: string | undefined,
    seen: Map<bigint, Value>,
  ): void {
    const number = this.#module.valueOf(value);
    if (number === undefined) return;
    const at = placeOf(value);
    if (seen.has(number)) this.#problems.add(at, `${def.name.text} has two arms for ${textOf(value)}`);
    seen.set(number, value);
    if (onEnum) {
      const members = onEnum.members.map((member) => member.name.text);
      const isMember =
        value.kind === "name"
          ? members.includes(value.name.text)
          : members.some((member) => this.#module.values.get(member)?.value === number);
      if (isMember) return;
      const meant = value.kind === "name" ? nearest(value.name.text, members) : undefined;
      this.#problems.add(
        at,
        `${textOf(value)} is not a member of ${onEnum.name.text}`,
        meant && `did you mean "${meant}"?`,
      );
      return;
    }
    const fits =
      builtin === "bool"
        ? number === 0n || number === 1n
        : builtin === "int"
          ? BigInt.asIntN(32, number) === number
          : BigInt.asUintN(32, number) === number;
    if (!fits) this.#problems.add(at, `${textOf(value)} does not fit the discriminant "${def.on.name.text}"`);
  }

  /** A type that contains itself by value would never end; a typedef of itself means nothing. */
  #finite(def: TypeDef): void {
    const visit = (current: TypeDef, path: readonly TypeDef[]): boolean => {
      if (path.includes(current)) return current === def;
      for (const form of valueForms(current)) {
        if (form.kind !== "plain" && !(form.kind === "array" && form.fixed)) continue;
        const inner = form.of.kind === "named" ? this.#module.types.get(form.of.name.text)?.def : undefined;
        if (inner && visit(inner, [...path, current])) return true;
      }
      return false;
    };
    if (visit(def, [])) {
      this.#problems.add(
        def.name.at,
        `"${def.name.text}" contains itself`,
        "make one of its fields optional: T *field",
      );
    }
  }

  /** No bytes on the wire, ever. */
  #isEmpty(form: Form, depth = 0): boolean {
    if (depth > 50) return false;
    const { form: inner, entry } = this.#module.follow(form);
    const zero = (value: Value | undefined) => value !== undefined && this.#module.valueOf(value) === 0n;
    if (inner.kind === "opaque" || inner.kind === "array") return inner.fixed && zero(inner.max);
    if (entry?.def.kind === "struct")
      return entry.def.fields.every((field) => this.#isEmpty(field.form, depth + 1));
    return false;
  }

  #programs(): void {
    for (const program of programsOf(this.#module)) {
      this.#number(program.number);
      const versions = new Map<bigint, Name>();
      for (const version of program.versions) {
        this.#unique(versions, version.number, version.name, "version");
        const procedures = new Map<bigint, Name>();
        for (const procedure of version.procedures) {
          this.#unique(procedures, procedure.number, procedure.name, "procedure");
          for (const spec of [procedure.res, ...procedure.args]) this.#spec(spec);
        }
      }
    }
  }

  #unique(seen: Map<bigint, Name>, value: Value, name: Name, what: string): void {
    const number = this.#number(value);
    if (number === undefined) return;
    const before = seen.get(number);
    if (before)
      this.#problems.add(placeOf(value), `${what} ${number} is "${before.text}" already`, firstAt(before));
    else seen.set(number, name);
  }

  #number(value: Value): bigint | undefined {
    const number = this.#module.valueOf(value);
    if (number !== undefined && (number < 0n || number > MAX_UINT32)) {
      this.#problems.add(
        placeOf(value),
        `${number} is not a program, version or procedure number`,
        "0 to 4294967295",
      );
    }
    return number;
  }

  /** Types, constants, programs and versions share a TypeScript module's one namespace. */
  #exports(): void {
    const seen = new Map<string, Name>();
    const enter = (name: Name): void => {
      const before = seen.get(name.text);
      if (before) this.#problems.add(name.at, `"${name.text}" is defined twice`, firstAt(before));
      else seen.set(name.text, name);
    };
    for (const def of this.#module.definitions) {
      if (def.kind === "include" || def.kind === "passthrough") continue;
      enter(def.name);
      if (def.kind === "program") for (const version of def.versions) enter(version.name);
    }
    for (const program of programsOf(this.#module)) {
      for (const version of program.versions) {
        const own = new Set<string>();
        for (const { name } of version.procedures) {
          const before = seen.get(name.text);
          if (before) this.#problems.add(name.at, `"${name.text}" is defined twice`, firstAt(before));
          if (own.has(name.text))
            this.#problems.add(name.at, `${version.name.text} has two procedures "${name.text}"`);
          own.add(name.text);
        }
      }
    }
  }
}

/** The forms that a value of the type always contains. */
function valueForms(def: TypeDef): readonly Form[] {
  if (def.kind === "typedef") return [def.form];
  if (def.kind === "struct") return def.fields.map((field) => field.form);
  return [];
}

function placeOf(value: Value): Place {
  return value.kind === "number" ? value.at : value.name.at;
}

function textOf(value: Value): string {
  return value.kind === "number" ? String(value.value) : value.name.text;
}
