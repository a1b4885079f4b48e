import type { ProcedureDef, ProgramDef, TypeSpec, VersionDef } from "./ast.js";
import { exported, property } from "./names.js";
import type { PrintContext } from "./print.js";
import { docLines, literal } from "./text.js";

/** A program: its number, its procedures, and a table per version. */
export function printProgram(def: ProgramDef, context: PrintContext, shared: ReadonlySet<string>): string[] {
  const number = literal(context.module.valueOf(def.number) ?? 0n);
  const program = exported(def.name.text);
  const blocks = [[...docLines(def.doc, ""), `export const ${program} = ${number};`].join("\n")];
  for (const version of def.versions) {
    for (const procedure of version.procedures) {
      blocks.push(...printProcedure(program, version, procedure, context, shared));
    }
    blocks.push(printVersion(def, version, context, shared));
  }
  return blocks;
}

function constantOf(
  procedure: ProcedureDef,
  version: VersionDef,
  { module }: PrintContext,
  shared: ReadonlySet<string>,
) {
  const name = procedure.name.text;
  return exported(shared.has(name) ? `${name}_${module.valueOf(version.number)}` : name);
}

function printProcedure(
  program: string,
  version: VersionDef,
  procedure: ProcedureDef,
  context: PrintContext,
  shared: ReadonlySet<string>,
): string[] {
  const { module, wiring } = context;
  const constant = constantOf(procedure, version, context, shared);
  const blocks: string[] = [];
  let arg = { ts: "void", codec: "xdr.xdrVoid" };
  if (procedure.args.length === 1) {
    arg = wiring.spec(procedure.args[0]!);
  } else if (procedure.args.length > 1) {
    arg = { ts: `${constant}_args`, codec: `${constant}_args` };
    blocks.push(printArguments(arg.ts, procedure.args, context));
  }
  const res = wiring.spec(procedure.res);
  blocks.push(
    [
      ...docLines(procedure.doc, ""),
      `export const ${constant}: rpc.Procedure<${arg.ts}, ${res.ts}> = {`,
      `  name: ${JSON.stringify(procedure.name.text)},`,
      `  prog: ${program},`,
      `  vers: ${literal(module.valueOf(version.number) ?? 0n)},`,
      `  proc: ${literal(module.valueOf(procedure.number) ?? 0n)},`,
      `  arg: ${arg.codec},`,
      `  res: ${res.codec},`,
      "};",
    ].join("\n"),
  );
  return blocks;
}

/** Several arguments (RFC 5531 §12.2) travel one after the other, like the fields of a struct. */
function printArguments(name: string, args: readonly TypeSpec[], { wiring }: PrintContext): string {
  const fields = args.map((arg, i) => ({ key: property(`arg${i + 1}`), wire: wiring.spec(arg) }));
  return [
    `export interface ${name} {`,
    ...fields.map(({ key, wire }) => `  ${key}: ${wire.ts};`),
    "}",
    `export const ${name}: xdr.Codec<${name}> = {`,
    `  name: ${JSON.stringify(name)},`,
    "  encode(w, v) {",
    ...fields.map(({ key, wire }) => `    ${wire.encode(`v.${key}`)};`),
    "  },",
    "  decode: (r) => ({",
    ...fields.map(({ key, wire }) => `    ${key}: ${wire.decode},`),
    "  }),",
    "  shape: xdr.struct({",
    ...fields.map(({ key, wire }) => `    ${key}: () => ${wire.codec},`),
    "  }),",
    "};",
  ].join("\n");
}

function printVersion(
  def: ProgramDef,
  version: VersionDef,
  context: PrintContext,
  shared: ReadonlySet<string>,
): string {
  return [
    ...docLines(version.doc, ""),
    `export const ${exported(version.name.text)} = {`,
    `  name: ${JSON.stringify(def.name.text)},`,
    `  versionName: ${JSON.stringify(version.name.text)},`,
    `  prog: ${exported(def.name.text)},`,
    `  vers: ${literal(context.module.valueOf(version.number) ?? 0n)},`,
    "  procedures: {",
    ...version.procedures.map((procedure) => {
      const key = property(procedure.name.text);
      const constant = constantOf(procedure, version, context, shared);
      return key === constant ? `    ${key},` : `    ${key}: ${constant},`;
    }),
    "  },",
    "} as const satisfies rpc.Program;",
  ].join("\n");
}
