import type {
  Builtin,
  Case,
  Declaration,
  Definition,
  EnumMember,
  Form,
  Name,
  ProcedureDef,
  TypeSpec,
  Value,
  VersionDef,
} from "./ast.js";
import { scan, type Token } from "./scan.js";
import { nearest, type Problems, type Source } from "./source.js";

/** RFC 4506 §6.4. `program` and `version` (RFC 5531 §12.3) only mean something where they may stand. */
const KEYWORDS = new Set(
  "bool case const default double quadruple enum float hyper int opaque string struct switch typedef union unsigned void".split(
    " ",
  ),
);

const DEFINERS = ["const", "enum", "struct", "union", "typedef", "program"];

/** Thrown to leave a definition that does not parse; the problem is already recorded. */
class Abandon extends Error {}

/** Parses one source. Problems are added, not thrown; what did parse is returned. */
export function parse(source: Source, defines: readonly string[], problems: Problems): Definition[] {
  return new Parser(scan(source, defines, problems), problems).definitions();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #problems: Problems;
  readonly #definitions: Definition[] = [];
  #next = 0;

  constructor(tokens: readonly Token[], problems: Problems) {
    this.#tokens = tokens;
    this.#problems = problems;
  }

  definitions(): Definition[] {
    while (this.#peek().kind !== "end") {
      const start = this.#next;
      try {
        this.#definition();
      } catch (error) {
        if (!(error instanceof Abandon)) throw error;
        this.#resynchronise(start);
      }
    }
    return this.#definitions;
  }

  #definition(): void {
    const first = this.#take();
    if (first.kind === "passthrough") {
      this.#definitions.push({ kind: "passthrough", text: first.text });
      return;
    }
    if (first.kind === "include") {
      const soft = first.text.startsWith("%");
      this.#definitions.push({
        kind: "include",
        path: soft ? first.text.slice(1) : first.text,
        soft,
        at: first.at,
      });
      return;
    }
    if (first.text === ";") return;
    const doc = first.before;
    switch (first.text) {
      case "const": {
        const name = this.#name("a constant");
        this.#expect("=");
        const value = this.#value();
        const end = this.#expect(";");
        this.#definitions.push({ kind: "const", name, value, doc: doc ?? end.after });
        return;
      }
      case "typedef": {
        const declaration = this.#declaration("typedef");
        if (declaration === undefined) this.#fail(first, "a typedef cannot be void");
        const end = this.#expect(";");
        this.#definitions.push({
          kind: "typedef",
          name: declaration.name,
          form: declaration.form,
          doc: doc ?? end.after,
        });
        return;
      }
      case "enum":
      case "struct":
      case "union":
        this.#named(first.text, this.#name(`the ${first.text}`), doc);
        this.#expect(";");
        return;
      case "program":
        this.#program(doc);
        return;
    }
    const meant = first.kind === "name" ? nearest(first.text, DEFINERS) : undefined;
    this.#fail(
      first,
      `expected a definition, found ${show(first)}`,
      meant ? `did you mean "${meant}"?` : `a definition starts with ${DEFINERS.join(", ")}`,
    );
  }

  /** The body of an enum, struct or union, after its name. */
  #named(kind: string, name: Name, doc: string | undefined): void {
    if (kind === "enum") this.#definitions.push({ kind, name, members: this.#enumBody(), doc });
    else if (kind === "struct") this.#definitions.push({ kind, name, fields: this.#structBody(name), doc });
    else this.#definitions.push({ kind: "union", name, ...this.#unionBody(name), doc });
  }

  #enumBody(): EnumMember[] {
    const members: EnumMember[] = [];
    this.#expect("{");
    do {
      if (this.#peek().text === "}") break; // a trailing comma
      const first = this.#peek();
      const name = this.#name("an enum's member");
      const value = this.#accept("=") ? this.#value() : undefined;
      const last = this.#peek(-1);
      const comma = this.#peek().text === "," ? this.#peek() : undefined;
      members.push({ name, value, doc: first.before ?? comma?.after ?? last.after });
    } while (this.#accept(","));
    if (members.length === 0) this.#fail(this.#peek(), "an enum needs at least one member");
    this.#expect("}");
    return members;
  }

  #structBody(owner: Name): Declaration[] {
    const fields: Declaration[] = [];
    const open = this.#expect("{");
    while (!this.#accept("}")) {
      const first = this.#peek();
      const field = this.#declaration(owner.text);
      if (field === undefined) this.#fail(first, "a struct's field cannot be void", "leave it out");
      const end = this.#expect(";");
      fields.push({ ...field, doc: first.before ?? end.after });
    }
    if (fields.length === 0) this.#fail(open, "a struct needs at least one field");
    return fields;
  }

  #unionBody(owner: Name): { on: Declaration; cases: Case[]; otherwise: Case | undefined } {
    this.#expectWord("switch");
    this.#expect("(");
    const onAt = this.#peek();
    const on = this.#declaration(owner.text);
    if (on === undefined) this.#fail(onAt, "a union's discriminant cannot be void");
    this.#expect(")");
    this.#expect("{");
    const cases: Case[] = [];
    let otherwise: Case | undefined;
    while (!this.#accept("}")) {
      const first = this.#peek();
      const when: Value[] = [];
      while (this.#accept("case")) {
        when.push(this.#value());
        this.#expect(":");
      }
      const isDefault = when.length === 0 && this.#accept("default");
      if (isDefault) this.#expect(":");
      else if (when.length === 0)
        this.#fail(first, `expected "case", "default" or "}", found ${show(first)}`);
      const bodyAt = this.#peek();
      const body = this.#declaration(owner.text);
      const end = this.#expect(";");
      const arm = { when, body: body && { ...body, doc: bodyAt.before ?? end.after }, at: first.at };
      if (!isDefault) cases.push(arm);
      else if (otherwise === undefined) otherwise = arm;
      else this.#problems.add(first.at, `${owner.text} has two default arms`);
    }
    if (cases.length === 0) this.#problems.add(owner.at, `${owner.text} needs at least one case`);
    return { on, cases, otherwise };
  }

  /** RFC 4506 §6.3 `declaration`; undefined for void. */
  #declaration(owner: string): Declaration | undefined {
    if (this.#accept("void")) return undefined;
    const first = this.#peek();
    if (first.text === "opaque" || first.text === "string") {
      this.#take();
      const name = this.#name(`the ${first.text}`);
      return { name, form: this.#bytesForm(first), doc: undefined };
    }
    const of = this.#typeSpec(owner);
    if (this.#accept("*"))
      return { name: this.#name("the field"), form: { kind: "optional", of }, doc: undefined };
    const name = this.#name(owner === "typedef" ? "the type" : "the field");
    return { name, form: this.#suffix(of), doc: undefined };
  }

  #bytesForm(word: Token): Form {
    if (this.#accept("<")) {
      const max = this.#peek().text === ">" ? undefined : this.#value();
      this.#expect(">");
      return word.text === "opaque" ? { kind: "opaque", fixed: false, max } : { kind: "string", max };
    }
    if (word.text === "string")
      this.#fail(this.#peek(), "a string needs a bound", 'write <> for "any length", or <255>');
    if (!this.#accept("[")) this.#fail(this.#peek(), "opaque needs a length", "write <>, <max> or [length]");
    const max = this.#value();
    this.#expect("]");
    return { kind: "opaque", fixed: true, max };
  }

  #suffix(of: TypeSpec): Form {
    if (this.#accept("[")) {
      const max = this.#value();
      this.#expect("]");
      return { kind: "array", of, fixed: true, max };
    }
    if (this.#accept("<")) {
      const max = this.#peek().text === ">" ? undefined : this.#value();
      this.#expect(">");
      return { kind: "array", of, fixed: false, max };
    }
    return { kind: "plain", of };
  }

  #typeSpec(owner: string): TypeSpec {
    const first = this.#take();
    const builtin = (type: Builtin): TypeSpec => ({ kind: "builtin", type, at: first.at });
    switch (first.text) {
      case "unsigned":
        if (this.#accept("hyper")) return builtin("uint64");
        if (["int", "long", "short", "char"].includes(this.#peek().text)) this.#take();
        return builtin("uint32");
      case "int":
        return builtin("int");
      case "hyper":
        return builtin("int64");
      case "float":
      case "double":
      case "bool":
        return builtin(first.text);
      case "quadruple":
        this.#fail(
          first,
          "quadruple is not supported",
          "JavaScript has no 128-bit float: declare it opaque[16]",
        );
        break;
      case "enum":
      case "struct":
      case "union":
        return { kind: "named", name: this.#inlineOrReference(first.text, owner) };
      case "opaque":
      case "string":
        this.#fail(
          first,
          `${first.text} cannot stand here`,
          `give it a name first: typedef ${first.text} x<>;`,
        );
    }
    if (first.kind !== "name" || KEYWORDS.has(first.text))
      this.#fail(first, `expected a type, found ${show(first)}`);
    return { kind: "named", name: { text: first.text, at: first.at } };
  }

  /** `struct foo x;` names a type; `struct { … } x;` makes one, called after its owner and field. */
  #inlineOrReference(kind: string, owner: string): Name {
    const first = this.#peek();
    if (first.text !== "{" && first.text !== "switch") return this.#name(`the ${kind}`);
    let depth = 0;
    let ahead = this.#next;
    for (; ahead < this.#tokens.length - 1; ahead++) {
      const { text } = this.#tokens[ahead]!;
      if (text === "{") depth++;
      if (text === "}" && --depth === 0) break;
    }
    let field = this.#tokens[ahead + 1];
    if (field?.text === "*") field = this.#tokens[ahead + 2];
    const text = owner === "typedef" ? `${field?.text}_${kind}` : `${owner}_${field?.text ?? ""}`;
    const name = { text, at: first.at };
    this.#named(kind, name, undefined);
    return name;
  }

  #program(doc: string | undefined): void {
    const name = this.#name("the program");
    const versions: VersionDef[] = [];
    this.#expect("{");
    do versions.push(this.#version());
    while (!this.#accept("}"));
    this.#expect("=");
    const number = this.#value();
    this.#expect(";");
    this.#definitions.push({ kind: "program", name, number, versions, doc });
  }

  #version(): VersionDef {
    const first = this.#peek();
    this.#expectWord("version");
    const name = this.#name("the version");
    const procedures: ProcedureDef[] = [];
    this.#expect("{");
    do procedures.push(this.#procedure());
    while (!this.#accept("}"));
    this.#expect("=");
    const number = this.#value();
    this.#expect(";");
    return { name, number, procedures, doc: first.before };
  }

  #procedure(): ProcedureDef {
    const first = this.#peek();
    const res = this.#procedureType();
    const name = this.#name("the procedure");
    const args: TypeSpec[] = [];
    this.#expect("(");
    do {
      const at = this.#peek();
      const arg = this.#procedureType();
      if (arg.kind === "builtin" && arg.type === "void") {
        if (args.length > 0 || this.#peek().text === ",")
          this.#fail(at, "void cannot stand among other arguments");
      } else {
        args.push(arg);
      }
    } while (this.#accept(","));
    this.#expect(")");
    this.#expect("=");
    const number = this.#value();
    const end = this.#expect(";");
    return { name, number, res, args, doc: first.before ?? end.after };
  }

  /** What RFC 5531 §12.2 allows, and the bare `string` and `opaque` of RFC 1833 with or without `<>`. */
  #procedureType(): TypeSpec {
    const first = this.#peek();
    if (first.text !== "void" && first.text !== "string" && first.text !== "opaque") {
      const spec = this.#typeSpec("procedure");
      if (this.#peek().text === "*")
        this.#fail(this.#peek(), "a procedure cannot take a pointer", "typedef T *T_ptr; and use T_ptr");
      return spec;
    }
    this.#take();
    if (first.text !== "void" && this.#accept("<")) this.#expect(">");
    return { kind: "builtin", type: first.text, at: first.at };
  }

  #value(): Value {
    const token = this.#take();
    if (token.kind === "number") return { kind: "number", value: token.value, at: token.at };
    if (
      token.text === "TRUE" ||
      token.text === "FALSE" ||
      (token.kind === "name" && !KEYWORDS.has(token.text))
    ) {
      return { kind: "name", name: { text: token.text, at: token.at } };
    }
    this.#fail(token, `expected a constant, found ${show(token)}`);
  }

  #name(what: string): Name {
    const token = this.#take();
    if (token.kind !== "name") this.#fail(token, `expected a name for ${what}, found ${show(token)}`);
    if (KEYWORDS.has(token.text)) this.#fail(token, `"${token.text}" is a keyword and cannot name ${what}`);
    return { text: token.text, at: token.at };
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  #accept(text: string): boolean {
    if (this.#peek().text !== text || this.#peek().kind === "passthrough") return false;
    this.#next++;
    return true;
  }

  #expect(text: string): Token {
    const token = this.#peek();
    if (this.#accept(text)) return token;
    // A missing terminator is best shown where it belongs: after the token before.
    const previous = this.#peek(-1);
    const missing = text === ";" && this.#next > 0;
    const { source, offset, length } = previous.at;
    const at = missing ? { source, offset: offset + length, length: 1 } : token.at;
    this.#problems.add(at, `expected "${text}", found ${show(token)}`);
    throw new Abandon();
  }

  #expectWord(word: string): void {
    const token = this.#peek();
    if (this.#accept(word)) return;
    const meant = token.kind === "name" && nearest(token.text, [word]) !== undefined;
    this.#fail(
      token,
      `expected "${word}", found ${show(token)}`,
      meant ? `did you mean "${word}"?` : undefined,
    );
  }

  #fail(token: Token, message: string, hint?: string): never {
    this.#problems.add(token.at, message, hint);
    throw new Abandon();
  }

  /** After a bad definition: on to the next line that starts one at its left edge. */
  #resynchronise(start: number): void {
    if (this.#next === start) this.#next++;
    for (; this.#peek().kind !== "end"; this.#next++) {
      const { text, at } = this.#peek();
      const startsLine = at.offset === 0 || at.source.text[at.offset - 1] === "\n";
      if (startsLine && DEFINERS.includes(text)) return;
    }
  }
}

function show(token: Token): string {
  if (token.kind === "end") return "the end of the file";
  if (token.kind === "passthrough") return 'a "%" line';
  if (token.kind === "include") return "an #include";
  return `"${token.text}"`;
}
