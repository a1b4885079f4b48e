/** Expressions as JavaScript. Variables are locals: `$x` as they were, `$x$` as the running action has them. */
import { type Expression, isCondition, type Place } from "./checked.js";
import { levels, unaryLevel } from "./syntax.js";

/** The name of the local that holds a variable. */
export type Local = (place: Place) => string;

const strict: Readonly<Record<string, string>> = { "==": "===", "!=": "!==" };

/** `e` as a JavaScript boolean, in brackets if it binds more loosely than `level`. */
export function condition(e: Expression, local: Local, level = 0): string {
  if (e.kind === "number") return String(e.lo !== 0);
  if (!isCondition(e)) {
    return brackets(`${numeric(e, local, levels["!="])} !== 0`, levels["!="], level);
  }
  if (e.kind === "unary") {
    if (isCondition(e.of)) return `!${condition(e.of, local, unaryLevel)}`;
    return brackets(`${numeric(e.of, local, levels["=="])} === 0`, levels["=="], level);
  }
  if (e.kind !== "binary") throw new TypeError("a condition is an operator");
  const own = levels[e.op];
  const side = own <= levels["&&"] ? condition : numeric;
  const text = `${side(e.left, local, own)} ${strict[e.op] ?? e.op} ${side(e.right, local, own + 1)}`;
  return brackets(text, own, level);
}

/** `e` as a JavaScript number, in brackets if it binds more loosely than `level`. */
export function numeric(e: Expression, local: Local, level = 0): string {
  if (isCondition(e)) return `(${condition(e, local)} ? 1 : 0)`;
  if (e.kind === "number") {
    const text = brackets(String(e.lo), e.lo < 0 ? unaryLevel : 9, level);
    return e.label === undefined ? text : `${text} /* ${e.label} */`;
  }
  if (e.kind === "variable") return local(e.place);
  if (e.kind === "unary") return brackets(`-${numeric(e.of, local, unaryLevel + 1)}`, unaryLevel, level);
  const own = levels[e.op];
  return brackets(`${numeric(e.left, local, own)} ${e.op} ${numeric(e.right, local, own + 1)}`, own, level);
}

function brackets(text: string, own: number, level: number): string {
  return own < level ? `(${text})` : text;
}
