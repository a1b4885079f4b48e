/** A program as Promela, the language of Spin (G. Holzmann, The SPIN Model Checker, 2003), for a second opinion. */
import type { Actor } from "../explore/mod.js";
import { changes } from "./changes.js";
import { check } from "./check.js";
import {
  type Checked,
  decided,
  type Expression,
  mayMiss,
  type Place,
  type Statement,
  type Step,
} from "./checked.js";
import { isOwed } from "./generate.js";
import { wrong } from "./names.js";
import type { GuardedProgram } from "./program.js";
import { type Idents, idents } from "./promela-names.js";
import { levels, unaryLevel } from "./syntax.js";

/** Names of the never claims in the text of {@link toPromela}. */
export const goalClaim = "reaches_goal";
/** The claim of row `row` of a program's `never`. */
export function neverClaim(row: number): string {
  return `never_${row}`;
}

/** A macro: what an action changes. */
const changing = "CHANGING";

/** Spin numbers the names of enumerated values in one byte, and 0 is none. */
const mostNames = 255;

/**
 * The program as one Promela model with the same states: a process for each actor, which never ends and has one place
 * to be, so that Spin's weak fairness is fairness to actors and its count of states is ours. Actions are `d_step`s,
 * so that there is nothing in between. Defining FAIR makes Spin's fairness that of `fairComponents`: a step that changes
 * nothing is none, and who is owed nothing may idle. Spin has no strong fairness: it takes strong as weak. Throws `GuardedError`, also for more than 255 names of values.
 */
export function toPromela(program: GuardedProgram): string {
  const checked = check(program);
  const names = idents(checked);
  if (names.values.size > mostNames) {
    const problem = `Spin can name ${mostNames} values, and here are ${names.values.size}: share names between variables`;
    wrong("variables", [...names.values.keys()].at(-1)!, "out-of-range", problem);
  }
  const lines = [
    ...header(checked),
    "",
    ...(names.values.size === 0 ? [] : [`mtype = { ${[...names.values.values()].join(", ")} };`, ""]),
    ...checked.places.map((place) => declaration(place, names)),
    "",
    "#ifdef FAIR",
    "/* To be fair to somebody is to let him change something. */",
    `#define ${changing}(something) && (something)`,
    "#else",
    `#define ${changing}(something)`,
    "#endif",
    ...urgency(checked, names),
    ...checked.actors.flatMap((actor, row) =>
      process(
        actor,
        names.actors[row]!,
        checked.steps.filter((s) => s.actor === row),
        names,
      ),
    ),
    "",
    ...checked.never.flatMap(({ name, when }, row) => [
      `/* never: ${comment(name)} */`,
      `ltl ${neverClaim(row)} { [] !(${expression(when, names)}) }`,
    ]),
    `ltl ${goalClaim} { <> (${expression(checked.goal, names)}) }`,
  ];
  return `${lines.join("\n")}\n`;
}

function header(checked: Checked): readonly string[] {
  // Spin counts processes in bytes of bits: all actors, its claim and two of its own, and one byte more.
  const fairBytes = Math.ceil((checked.actors.length + 3) / 8) + 1;
  return [
    "/*",
    ` * ${comment(checked.name)}`,
    " *",
    " * Generated from guarded commands: change those, not this. Each process is an actor, each d_step an action.",
    " *",
    " * How many states (`states, stored`):",
    " *   spin -o2 -a model.pml && gcc -O2 -DNOREDUCE -DSAFETY -DNOCLAIM -o pan pan.c && ./pan -m1000000",
    ...(checked.never.length === 0
      ? []
      : [
          ` * What must never be (${checked.never.map((_, row) => neverClaim(row)).join(", ")}), on every schedule:`,
          ` *   spin -o2 -a model.pml && gcc -O2 -DNOREDUCE -o pan pan.c && ./pan -a -m1000000 -N ${neverClaim(0)}`,
        ]),
    " * Is the goal reached on every schedule, however unfair? An acceptance cycle is one on which it is not:",
    ` *   spin -o2 -a model.pml && gcc -O2 -DNOREDUCE -o pan pan.c && ./pan -a -m1000000 -N ${goalClaim}`,
    " * And on every schedule that is weakly fair to each actor?",
    ` *   spin -o2 -DFAIR -a model.pml && gcc -O2 -DNOREDUCE -DNFAIR=${fairBytes} -o pan pan.c && ./pan -a -f -m1000000 -N ${goalClaim}`,
    " * The schedule that was found, by the names of its actions: spin -t model.pml",
    " * (`max search depth too small`: raise -m.)",
    " */",
  ];
}

function declaration(place: Place, names: Idents): string {
  const { min, max, initial, values } = place;
  const name = names.places.get(place);
  if (values !== undefined) return `mtype ${name} = ${names.values.get(values[initial]!)};`;
  const types: readonly (readonly [string, number, number])[] = [
    ["bit", 0, 1],
    ["byte", 0, 255],
    ["short", -(2 ** 15), 2 ** 15 - 1],
  ];
  const type = types.find(([, lo, hi]) => lo <= min && max <= hi)?.[0] ?? "int";
  return `${type} ${name} = ${initial}; /* ${min} to ${max} */`;
}

/** Whether any action of an urgency is enabled, for each but the least urgent. */
function urgency(checked: Checked, names: Idents): readonly string[] {
  return [...names.enabled].slice(0, -1).flatMap(([after, name]) => {
    const guards = checked.steps.filter((s) => s.after === after && isOwed(checked, s));
    return [
      "",
      `/* An action of urgency ${after} is enabled, of somebody who is owed it. */`,
      `#define ${name} (${guards.map((s) => expression(s.when, names, levels["||"])).join(" || ") || "false"})`,
    ];
  });
}

function process(actor: Actor, name: string, steps: readonly Step[], names: Idents): readonly string[] {
  if (steps.length === 0) return ["", `/* ${comment(actor.name)} can do nothing. */`];
  const idle = actor.fairness === "none" ? ["#ifdef FAIR", "  :: d_step { 1 -> skip }", "#endif"] : [];
  return [
    "",
    `/* ${comment(actor.name)}: ${actor.kind}, fairness ${actor.fairness} */`,
    `active proctype ${name}() {`,
    "end:",
    "  do",
    ...steps.flatMap((step) => option(step, names)),
    ...idle,
    "  od",
    "}",
  ];
}

function option(step: Step, names: Idents): readonly string[] {
  const sooner = [...names.enabled].filter(([after]) => after < step.after).map(([, name]) => `!${name}`);
  const changed = changes(step);
  const always = decided(changed) === 1;
  const when = expression(step.when, names, sooner.length === 0 && always ? 0 : levels["&&"]);
  const some = always ? "" : ` ${changing}(${expression(changed, names)})`;
  return [
    `  :: d_step { ${[when, ...sooner].join(" && ")}${some} ->`,
    `       printf("${step.name.replaceAll(/[\\"%]/g, "_")}\\n");`,
    ...step.does.flatMap((s) => statement(s, names, "       ")),
    "     }",
  ];
}

function statement(s: Statement, names: Idents, indent: string): readonly string[] {
  if (s.kind === "assign") {
    const { place } = s;
    const value = expression(s.value, names);
    const within = expression(s.value, names, levels["<="] + 1);
    return [
      ...(mayMiss(place, s.value)
        ? [`${indent}assert(${place.min} <= ${within} && ${within} <= ${place.max});`]
        : []),
      `${indent}${names.places.get(place)} = ${value};`,
    ];
  }
  const inner = (list: readonly Statement[]) =>
    list.length === 0
      ? [`${indent}     skip`]
      : list.flatMap((one) => statement(one, names, `${indent}     `));
  return [
    `${indent}if`,
    `${indent}:: ${expression(s.condition, names)} ->`,
    ...inner(s.does),
    `${indent}:: else ->`,
    ...inner(s.otherwise),
    `${indent}fi;`,
  ];
}

function expression(e: Expression, names: Idents, level = 0): string {
  if (e.kind === "number") {
    return e.label === undefined
      ? brackets(String(e.lo), e.lo < 0 ? unaryLevel : 9, level)
      : names.values.get(e.label)!;
  }
  if (e.kind === "variable") return names.places.get(e.place)!;
  if (e.kind === "unary") {
    return brackets(`${e.op}${expression(e.of, names, unaryLevel + 1)}`, unaryLevel, level);
  }
  const own = levels[e.op];
  const text = `${expression(e.left, names, own)} ${e.op} ${expression(e.right, names, own + 1)}`;
  return brackets(text, own, level);
}

function brackets(text: string, own: number, level: number): string {
  return own < level ? `(${text})` : text;
}

/** A name that cannot end the comment it stands in. */
function comment(name: string): string {
  return name.replaceAll(/\s+/g, " ").replaceAll("*/", "* /");
}
