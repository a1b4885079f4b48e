import type { Definition, ProcedureDef, TypeSpec, VersionDef } from "./ast.js";
import { Abandon, show } from "./cursor.js";
import { TypeParser } from "./parse-type.js";
import { scan } from "./scan.js";
import { nearest, type Problems, type Source } from "./source.js";

const DEFINERS = ["const", "enum", "struct", "union", "typedef", "program"];

/** Parses one source. Problems are added, not thrown; what did parse is returned. */
export function parse(source: Source, defines: readonly string[], problems: Problems): Definition[] {
  return new Parser(scan(source, defines, problems), problems).definitions();
}

/** Definitions: those of types, and the programs of RFC 5531 §12. */
class Parser extends TypeParser {
  definitions(): Definition[] {
    while (this.peek().kind !== "end") {
      const start = this.position;
      try {
        this.#definition();
      } catch (error) {
        if (!(error instanceof Abandon)) throw error;
        this.#resynchronise(start);
      }
    }
    return this.parsed;
  }

  #definition(): void {
    const first = this.take();
    if (first.kind === "passthrough") {
      this.parsed.push({ kind: "passthrough", text: first.text });
      return;
    }
    if (first.kind === "include") {
      const soft = first.text.startsWith("%");
      this.parsed.push({
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
        const name = this.name("a constant");
        this.expect("=");
        const value = this.value();
        const end = this.expect(";");
        this.parsed.push({ kind: "const", name, value, doc: doc ?? end.after });
        return;
      }
      case "typedef": {
        const declaration = this.declaration("typedef");
        if (declaration === undefined) this.fail(first, "a typedef cannot be void");
        const end = this.expect(";");
        this.parsed.push({
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
        this.named(first.text, this.name(`the ${first.text}`), doc);
        this.expect(";");
        return;
      case "program":
        this.#program(doc);
        return;
    }
    const meant = first.kind === "name" ? nearest(first.text, DEFINERS) : undefined;
    this.fail(
      first,
      `expected a definition, found ${show(first)}`,
      meant ? `did you mean "${meant}"?` : `a definition starts with ${DEFINERS.join(", ")}`,
    );
  }

  #program(doc: string | undefined): void {
    const name = this.name("the program");
    const versions: VersionDef[] = [];
    this.expect("{");
    do versions.push(this.#version());
    while (!this.accept("}"));
    this.expect("=");
    const number = this.value();
    this.expect(";");
    this.parsed.push({ kind: "program", name, number, versions, doc });
  }

  #version(): VersionDef {
    const first = this.peek();
    this.expectWord("version");
    const name = this.name("the version");
    const procedures: ProcedureDef[] = [];
    this.expect("{");
    do procedures.push(this.#procedure());
    while (!this.accept("}"));
    this.expect("=");
    const number = this.value();
    this.expect(";");
    return { name, number, procedures, doc: first.before };
  }

  #procedure(): ProcedureDef {
    const first = this.peek();
    const res = this.#procedureType();
    const name = this.name("the procedure");
    const args: TypeSpec[] = [];
    this.expect("(");
    do {
      const at = this.peek();
      const arg = this.#procedureType();
      if (arg.kind === "builtin" && arg.type === "void") {
        if (args.length > 0 || this.peek().text === ",")
          this.fail(at, "void cannot stand among other arguments");
      } else {
        args.push(arg);
      }
    } while (this.accept(","));
    this.expect(")");
    this.expect("=");
    const number = this.value();
    const end = this.expect(";");
    return { name, number, res, args, doc: first.before ?? end.after };
  }

  /** What RFC 5531 §12.2 allows, and the bare `string` and `opaque` of RFC 1833 with or without `<>`. */
  #procedureType(): TypeSpec {
    const first = this.peek();
    if (first.text !== "void" && first.text !== "string" && first.text !== "opaque") {
      const spec = this.typeSpec("procedure");
      if (this.peek().text === "*")
        this.fail(this.peek(), "a procedure cannot take a pointer", "typedef T *T_ptr; and use T_ptr");
      return spec;
    }
    this.take();
    if (first.text !== "void" && this.accept("<")) this.expect(">");
    return { kind: "builtin", type: first.text, at: first.at };
  }

  /** After a bad definition: on to the next line that starts one at its left edge. */
  #resynchronise(start: number): void {
    if (this.position === start) this.take();
    for (; this.peek().kind !== "end"; this.take()) {
      const { text, at } = this.peek();
      const startsLine = at.offset === 0 || at.source.text[at.offset - 1] === "\n";
      if (startsLine && DEFINERS.includes(text)) return;
    }
  }
}
