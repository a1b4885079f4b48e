import type {
  Builtin,
  Case,
  Declaration,
  Definition,
  EnumMember,
  Form,
  Name,
  TypeSpec,
  Value,
} from "./ast.js";
import { Cursor, KEYWORDS, show } from "./cursor.js";
import type { Token } from "./scan.js";

/** The part of the grammar that describes data: RFC 4506 §6.3. */
export class TypeParser extends Cursor {
  /** What was parsed so far; a type declared inside another one comes before it. */
  protected readonly parsed: Definition[] = [];

  /** The body of an enum, struct or union, after its name. */
  protected named(kind: string, name: Name, doc: string | undefined): void {
    if (kind === "enum") this.parsed.push({ kind, name, members: this.#enumBody(), doc });
    else if (kind === "struct") this.parsed.push({ kind, name, fields: this.#structBody(name), doc });
    else this.parsed.push({ kind: "union", name, ...this.#unionBody(name), doc });
  }

  #enumBody(): EnumMember[] {
    const members: EnumMember[] = [];
    this.expect("{");
    do {
      if (this.peek().text === "}") break; // a trailing comma
      const first = this.peek();
      const name = this.name("an enum's member");
      const value = this.accept("=") ? this.value() : undefined;
      const last = this.peek(-1);
      const comma = this.peek().text === "," ? this.peek() : undefined;
      members.push({ name, value, doc: first.before ?? comma?.after ?? last.after });
    } while (this.accept(","));
    if (members.length === 0) this.fail(this.peek(), "an enum needs at least one member");
    this.expect("}");
    return members;
  }

  #structBody(owner: Name): Declaration[] {
    const fields: Declaration[] = [];
    const open = this.expect("{");
    while (!this.accept("}")) {
      const first = this.peek();
      const field = this.declaration(owner.text);
      if (field === undefined) this.fail(first, "a struct's field cannot be void", "leave it out");
      const end = this.expect(";");
      fields.push({ ...field, doc: first.before ?? end.after });
    }
    if (fields.length === 0) this.fail(open, "a struct needs at least one field");
    return fields;
  }

  #unionBody(owner: Name): { on: Declaration; cases: Case[]; otherwise: Case | undefined } {
    this.expectWord("switch");
    this.expect("(");
    const onAt = this.peek();
    const on = this.declaration(owner.text);
    if (on === undefined) this.fail(onAt, "a union's discriminant cannot be void");
    this.expect(")");
    this.expect("{");
    const cases: Case[] = [];
    let otherwise: Case | undefined;
    while (!this.accept("}")) {
      const first = this.peek();
      const when: Value[] = [];
      while (this.accept("case")) {
        when.push(this.value());
        this.expect(":");
      }
      const isDefault = when.length === 0 && this.accept("default");
      if (isDefault) this.expect(":");
      else if (when.length === 0) this.fail(first, `expected "case", "default" or "}", found ${show(first)}`);
      const bodyAt = this.peek();
      const body = this.declaration(owner.text);
      const end = this.expect(";");
      const arm = { when, body: body && { ...body, doc: bodyAt.before ?? end.after }, at: first.at };
      if (!isDefault) cases.push(arm);
      else if (otherwise === undefined) otherwise = arm;
      else this.problems.add(first.at, `${owner.text} has two default arms`);
    }
    if (cases.length === 0) this.problems.add(owner.at, `${owner.text} needs at least one case`);
    return { on, cases, otherwise };
  }

  /** RFC 4506 §6.3 `declaration`; undefined for void. */
  protected declaration(owner: string): Declaration | undefined {
    if (this.accept("void")) return undefined;
    const first = this.peek();
    if (first.text === "opaque" || first.text === "string") {
      this.take();
      const name = this.name(`the ${first.text}`);
      return { name, form: this.#bytesForm(first), doc: undefined };
    }
    const of = this.typeSpec(owner);
    if (this.accept("*"))
      return { name: this.name("the field"), form: { kind: "optional", of }, doc: undefined };
    const name = this.name(owner === "typedef" ? "the type" : "the field");
    return { name, form: this.#suffix(of), doc: undefined };
  }

  #bytesForm(word: Token): Form {
    if (this.accept("<")) {
      const max = this.peek().text === ">" ? undefined : this.value();
      this.expect(">");
      return word.text === "opaque" ? { kind: "opaque", fixed: false, max } : { kind: "string", max };
    }
    if (word.text === "string")
      this.fail(this.peek(), "a string needs a bound", 'write <> for "any length", or <255>');
    if (!this.accept("[")) this.fail(this.peek(), "opaque needs a length", "write <>, <max> or [length]");
    const max = this.value();
    this.expect("]");
    return { kind: "opaque", fixed: true, max };
  }

  #suffix(of: TypeSpec): Form {
    if (this.accept("[")) {
      const max = this.value();
      this.expect("]");
      return { kind: "array", of, fixed: true, max };
    }
    if (this.accept("<")) {
      const max = this.peek().text === ">" ? undefined : this.value();
      this.expect(">");
      return { kind: "array", of, fixed: false, max };
    }
    return { kind: "plain", of };
  }

  protected typeSpec(owner: string): TypeSpec {
    const first = this.take();
    const builtin = (type: Builtin): TypeSpec => ({ kind: "builtin", type, at: first.at });
    switch (first.text) {
      case "unsigned":
        if (this.accept("hyper")) return builtin("uint64");
        if (["int", "long", "short", "char"].includes(this.peek().text)) this.take();
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
        this.fail(
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
        this.fail(
          first,
          `${first.text} cannot stand here`,
          `give it a name first: typedef ${first.text} x<>;`,
        );
    }
    if (first.kind !== "name" || KEYWORDS.has(first.text))
      this.fail(first, `expected a type, found ${show(first)}`);
    return { kind: "named", name: { text: first.text, at: first.at } };
  }

  /** `struct foo x;` names a type; `struct { … } x;` makes one, called after its owner and field. */
  #inlineOrReference(kind: string, owner: string): Name {
    const first = this.peek();
    if (first.text !== "{" && first.text !== "switch") return this.name(`the ${kind}`);
    let depth = 0;
    let ahead = 0;
    for (; this.peek(ahead).kind !== "end"; ahead++) {
      const { text } = this.peek(ahead);
      if (text === "{") depth++;
      if (text === "}" && --depth === 0) break;
    }
    let field = this.peek(ahead + 1);
    if (field.text === "*") field = this.peek(ahead + 2);
    const text = owner === "typedef" ? `${field.text}_${kind}` : `${owner}_${field.text}`;
    const name = { text, at: first.at };
    this.named(kind, name, undefined);
    return name;
  }
}
