import type { Case, EnumDef, UnionDef, Value } from "./ast.js";
import { exported, memberName, property } from "./names.js";
import type { PrintContext } from "./print.js";
import { docLines, literal } from "./text.js";
import type { Wire } from "./wire.js";

interface Arm {
  /** Discriminants as expressions: `nfsstat3.NFS3_OK`, `true`, `0`. Empty for default. */
  readonly labels: readonly string[];
  /** The discriminant's type in this arm. */
  readonly ts: string;
  readonly key: string | undefined;
  readonly doc: string | undefined;
  readonly wire: Wire | undefined;
}

/** A union as a discriminated union of TypeScript. */
export function printUnion(def: UnionDef, context: PrintContext): string {
  const { wiring, isRecursive } = context;
  const name = exported(def.name.text);
  const on = property(def.on.name.text);
  const onWire = wiring.form(def.on.form);
  const label = labeller(def, context);
  const cases = def.cases.map((arm) =>
    armOf(def, arm, arm.when.map(label.expression), arm.when.map(label.type), context),
  );
  const named = def.cases.flatMap((arm) => arm.when.map(label.type));
  // A default that nothing is left for could be neither written nor read, and would not compile.
  const rest = label.rest(onWire.ts, named);
  const otherwise =
    def.otherwise && rest !== undefined ? armOf(def, def.otherwise, [], [rest], context) : undefined;
  const arms = otherwise ? [...cases, otherwise] : cases;
  // Numbers cannot be excluded from `number`: the fields of the other arms are ruled out instead.
  const open = otherwise !== undefined && label.open;
  const keys = [...new Set(arms.map((arm) => arm.key).filter((key) => key !== undefined))];
  const recursive = isRecursive(def);
  const value = (arm: Arm) => (open ? `(v.${arm.key} as ${arm.wire?.ts})` : `v.${arm.key}`);
  return [
    ...docLines(def.doc, ""),
    `export type ${name} =`,
    ...arms.map((arm, i) => `  | ${tsArm(on, arm, open ? keys : [])}${i === arms.length - 1 ? ";" : ""}`),
    `export const ${name}: xdr.Codec<${name}> = {`,
    `  name: ${JSON.stringify(def.name.text)},`,
    "  encode(w, v) {",
    ...(recursive ? ["    w.down();"] : []),
    `    ${onWire.encode(`v.${on}`)};`,
    `    switch (v.${on}) {`,
    ...arms.flatMap((arm) => [
      ...caseLines(arm),
      ...(arm.wire ? [`        ${arm.wire.encode(value(arm))};`] : []),
      "        break;",
    ]),
    ...(otherwise
      ? []
      : ["      default:", `        w.fail("XDR_BAD_UNION", ${noArm(`(v as ${name}).${on}`)});`]),
    "    }",
    ...(recursive ? ["    w.up();"] : []),
    "  },",
    ...decodeLines(name, on, onWire, arms, otherwise !== undefined, recursive),
    `  shape: xdr.union({ ${on}: () => ${onWire.codec} }, [`,
    ...cases.map((arm) => `    ${shapeArm(arm)},`),
    otherwise ? `  ], ${shapeArm(otherwise)}),` : "  ]),",
    "};",
  ].join("\n");
}

function decodeLines(
  name: string,
  on: string,
  onWire: Wire,
  arms: readonly Arm[],
  total: boolean,
  recursive: boolean,
): string[] {
  const made = (arm: Arm) => `{ ${on}: on${arm.wire ? `, ${arm.key}: ${arm.wire.decode}` : ""} }`;
  const finish = (arm: Arm) =>
    recursive ? [`        v = ${made(arm)};`, "        break;"] : [`        return ${made(arm)};`];
  return [
    "  decode(r) {",
    ...(recursive ? ["    r.down();", `    let v: ${name};`] : []),
    `    const on = ${onWire.decode};`,
    "    switch (on) {",
    ...arms.flatMap((arm) => [...caseLines(arm), ...finish(arm)]),
    ...(total ? [] : ["      default:", `        return r.fail("XDR_BAD_UNION", ${noArm("on")}, 4);`]),
    "    }",
    ...(recursive ? ["    r.up();", "    return v;"] : []),
    "  },",
  ];
}

function noArm(discriminant: string): string {
  return `\`no arm for \${${discriminant}}\``;
}

function armOf(
  def: UnionDef,
  { body }: Case,
  labels: readonly string[],
  types: readonly string[],
  { wiring }: PrintContext,
): Arm {
  const key = body && property(body.name.text === def.on.name.text ? `${body.name.text}_` : body.name.text);
  return { labels, ts: types.join(" | "), key, doc: body?.doc, wire: body && wiring.form(body.form) };
}

function caseLines(arm: Arm): string[] {
  return arm.labels.length === 0 ? ["      default:"] : arm.labels.map((label) => `      case ${label}:`);
}

function tsArm(on: string, arm: Arm, keys: readonly string[]): string {
  const doc = arm.doc === undefined || arm.doc.includes("\n") ? "" : `${docLines(arm.doc, "")[0]} `;
  const own = arm.wire ? `; ${doc}${arm.key}: ${arm.wire.ts}` : "";
  const others = keys.filter((key) => key !== arm.key).map((key) => `; ${key}?: never`);
  return `{ ${on}: ${arm.ts}${own}${others.join("")} }`;
}

function shapeArm(arm: Arm): string {
  const field = arm.wire ? `, { ${arm.key}: () => ${arm.wire.codec} }` : "";
  return `xdr.arm([${arm.labels.join(", ")}]${field})`;
}

/** How this union's discriminants are spelled. */
function labeller(def: UnionDef, { module, wiring }: PrintContext) {
  const { form, entry } = module.follow(def.on.form);
  const numberOf = (value: Value) => module.valueOf(value) ?? 0n;
  if (entry?.def.kind === "enum") {
    const onEnum: EnumDef = entry.def;
    const enumName = wiring.reference(onEnum.name.text, entry.module);
    const member = (value: Value): string => {
      const number = numberOf(value);
      const named =
        value.kind === "name"
          ? value.name.text
          : onEnum.members.find(({ name }) => module.values.get(name.text)?.value === number)?.name.text;
      return `${enumName}.${memberName(named ?? "")}`;
    };
    const named = new Set(def.cases.flatMap((arm) => arm.when.map(numberOf)));
    const isWhole = onEnum.members.every(({ name }) =>
      named.has(entry.module.values.get(name.text)?.value ?? 0n),
    );
    return {
      expression: member,
      type: (value: Value) => `typeof ${member(value)}`,
      rest: (ts: string, types: readonly string[]) =>
        isWhole ? undefined : `Exclude<${ts}, ${types.join(" | ")}>`,
      open: false,
    };
  }
  if (form.kind === "plain" && module.builtin(form.of) === "bool") {
    const truth = (value: Value) => String(numberOf(value) === 1n);
    return {
      expression: truth,
      type: truth,
      rest: (_ts: string, named: readonly string[]) =>
        named.length > 1 ? undefined : String(!named.includes("true")),
      open: false,
    };
  }
  const number = (value: Value) => literal(numberOf(value));
  return { expression: number, type: number, rest: (ts: string) => ts, open: true };
}
