import type {
  Builtin,
  Declaration,
  Definition,
  Form,
  Name,
  ProgramDef,
  StructDef,
  TypeDef,
  TypeSpec,
  Value,
} from "./ast.js";
import { parse } from "./parse.js";
import { nearest, type Place, type Problems, type Source } from "./source.js";

/** Finds the source that `path` means in an `#include` of `from`; undefined if there is none. */
export type Load = (path: string, from: Source) => Source | undefined;

/** A type and the module that defines it. */
export interface TypeEntry {
  readonly def: TypeDef;
  readonly module: Module;
}

/** A constant or an enum's member. */
export interface ValueEntry {
  readonly name: Name;
  readonly module: Module;
  /** Undefined for a constant. */
  readonly enumName: string | undefined;
  /** Undefined while unknown, or when it could not be told. */
  value: bigint | undefined;
}

/** Names of C that `.x` files in the wild use for XDR's own types. A definition of the same name wins. */
const C_TYPES: { readonly [name: string]: Builtin } = {
  short: "int",
  char: "int",
  long: "int",
  u_int: "uint32",
  u_long: "uint32",
  u_short: "uint32",
  u_char: "uint32",
  longlong_t: "int64",
  u_longlong_t: "uint64",
  quad_t: "int64",
  u_quad_t: "uint64",
  int32_t: "int",
  uint32_t: "uint32",
  int64_t: "int64",
  uint64_t: "uint64",
};

/** One source, its definitions, and every name it can see. */
export class Module {
  readonly source: Source;
  readonly definitions: readonly Definition[];
  /** As the `#include` had it, seen from the main source; undefined for that one. */
  readonly path: string | undefined;
  readonly types = new Map<string, TypeEntry>();
  readonly values = new Map<string, ValueEntry>();
  readonly #problems: Problems;

  constructor(
    source: Source,
    definitions: readonly Definition[],
    path: string | undefined,
    problems: Problems,
  ) {
    this.source = source;
    this.definitions = definitions;
    this.path = path;
    this.#problems = problems;
  }

  /** The definition behind a type's name. Adds a problem, with a suggestion, if there is none. */
  typeNamed(name: Name): TypeEntry | undefined {
    const entry = this.types.get(name.text);
    if (entry === undefined) {
      const meant = nearest(name.text, [...this.types.keys(), "int", "hyper", "float", "double", "bool"]);
      this.#problems.add(name.at, `unknown type "${name.text}"`, meant && `did you mean "${meant}"?`);
    }
    return entry;
  }

  /** XDR's own type behind a spec that names none of ours. */
  builtin(spec: TypeSpec): Builtin | undefined {
    if (spec.kind === "builtin") return spec.type;
    const { text } = spec.name;
    return !this.types.has(text) && Object.hasOwn(C_TYPES, text) ? C_TYPES[text] : undefined;
  }

  /** The number of a value; undefined, with a problem added, if it cannot be told. */
  valueOf(value: Value): bigint | undefined {
    if (value.kind === "number") return value.value;
    const entry = this.values.get(value.name.text);
    if (entry === undefined) {
      const meant = nearest(value.name.text, this.values.keys());
      this.#problems.add(
        value.name.at,
        `unknown constant "${value.name.text}"`,
        meant && `did you mean "${meant}"?`,
      );
    }
    return entry?.value;
  }

  /** What a form is once typedefs are followed: the typedef's form, or the named enum, struct or union. */
  follow(form: Form): { form: Form; entry: TypeEntry | undefined } {
    let current = form;
    for (let hops = 0; hops < 100; hops++) {
      if (current.kind !== "plain" || current.of.kind !== "named") return { form: current, entry: undefined };
      const entry = this.types.get(current.of.name.text);
      if (entry?.def.kind !== "typedef") return { form: current, entry };
      current = entry.def.form;
    }
    return { form: current, entry: undefined };
  }

  /** A struct whose last field points at the next of its kind: in TypeScript an array of nodes. */
  isListNode(def: TypeDef): boolean {
    if (def.kind !== "struct" || def.fields.length < 2) return false;
    const last = this.follow(def.fields.at(-1)!.form).form;
    return last.kind === "optional" && this.follow({ kind: "plain", of: last.of }).entry?.def === def;
  }

  /** A struct's fields without a list's link to the next node. */
  fieldsOf(def: StructDef): readonly Declaration[] {
    return this.isListNode(def) ? def.fields.slice(0, -1) : def.fields;
  }
}

/** Parses a source and everything it includes; names become visible, constants get their numbers. */
export function loadModule(
  source: Source,
  options: { readonly load: Load; readonly defines: readonly string[] },
  problems: Problems,
): Module {
  const loaded = new Map<string, Module>();
  const open: string[] = [];

  const visit = (from: Source, path: string | undefined): Module => {
    open.push(from.name);
    const module = new Module(from, parse(from, options.defines, problems), path, problems);
    for (const def of module.definitions) if (def.kind === "include") include(module, def);
    declare(module, problems);
    open.pop();
    loaded.set(from.name, module);
    return module;
  };

  const include = (module: Module, { path, soft, at }: { path: string; soft: boolean; at: Place }): void => {
    // %#include "nlm_prot.h" means the header that rpcgen makes of nlm_prot.x.
    const wanted = soft ? path.replace(/\.h$/, ".x") : path;
    const found = options.load(wanted, module.source);
    if (found === undefined) {
      if (!soft) problems.add(at, `cannot find "${path}"`, "say where with -I");
      return;
    }
    if (open.includes(found.name)) {
      if (!soft) problems.add(at, `"${path}" includes itself: ${[...open, found.name].join(" -> ")}`);
      return;
    }
    const other = loaded.get(found.name) ?? visit(found, wanted);
    for (const [name, entry] of other.types) module.types.set(name, entry);
    for (const [name, entry] of other.values) module.values.set(name, entry);
  };

  return visit(source, undefined);
}

/** Enters the module's own names and works out its constants. */
function declare(module: Module, problems: Problems): void {
  const constants: { entry: ValueEntry; value: Value }[] = [];
  const enter = (name: Name, enumName: string | undefined, value: bigint | undefined): ValueEntry => {
    const entry: ValueEntry = { name, module, enumName, value };
    const before = module.values.get(name.text);
    if (before) problems.add(name.at, `"${name.text}" is defined twice`, firstAt(before.name));
    else module.values.set(name.text, entry);
    return entry;
  };

  for (const truth of ["FALSE", "TRUE"]) {
    if (module.values.has(truth)) continue;
    const at = { source: module.source, offset: 0, length: 0 };
    module.values.set(truth, {
      name: { text: truth, at },
      module,
      enumName: "bool",
      value: truth === "TRUE" ? 1n : 0n,
    });
  }
  for (const def of module.definitions) {
    if (def.kind === "const")
      constants.push({ entry: enter(def.name, undefined, undefined), value: def.value });
    if (def.kind === "include" || def.kind === "passthrough" || def.kind === "const") continue;
    if (def.kind === "program") continue;
    const before = module.types.get(def.name.text);
    if (before)
      problems.add(def.name.at, `type "${def.name.text}" is defined twice`, firstAt(before.def.name));
    else module.types.set(def.name.text, { def, module });
  }

  // Constants may name each other and enum members, in any order: settle what can be settled, then the rest.
  const enums = module.definitions.filter((def) => def.kind === "enum");
  const members = enums.map((def) => ({
    def,
    entries: def.members.map((member) => enter(member.name, def.name.text, undefined)),
  }));
  const settle = (): boolean => {
    let moved = false;
    for (const { entry, value } of constants) {
      if (entry.value !== undefined) continue;
      entry.value = value.kind === "number" ? value.value : module.values.get(value.name.text)?.value;
      moved ||= entry.value !== undefined;
    }
    for (const { def, entries } of members) {
      def.members.forEach((member, i) => {
        const entry = entries[i]!;
        if (entry.value !== undefined) return;
        const before = i === 0 ? -1n : entries[i - 1]!.value;
        if (member.value === undefined) entry.value = before === undefined ? undefined : before + 1n;
        else if (member.value.kind === "number") entry.value = member.value.value;
        else entry.value = module.values.get(member.value.name.text)?.value;
        moved ||= entry.value !== undefined;
      });
    }
    return moved;
  };
  while (settle());
  for (const { entry, value } of constants) {
    if (entry.value === undefined && value.kind === "name" && module.valueOf(value) === undefined) {
      if (module.values.has(value.name.text))
        problems.add(value.name.at, `"${entry.name.text}" depends on itself`);
    }
  }
  for (const { def } of members)
    for (const member of def.members) if (member.value) module.valueOf(member.value);
}

export function firstAt({ at }: Name): string {
  const line = at.source.text.slice(0, at.offset).split("\n").length;
  return `the first one is at ${at.source.name}:${line}`;
}

/** The programs of a module. */
export function programsOf(module: Module): ProgramDef[] {
  return module.definitions.filter((def) => def.kind === "program");
}
