/** Text to tokens. */
import { GuardedError, type Source } from "./error.js";

export interface Token {
  readonly kind: "name" | "number" | "sign" | "end";
  readonly text: string;
  /** Index into the text. */
  readonly at: number;
}

const pattern =
  /\s+|\/\/[^\n]*|(?<name>[A-Za-z_]\w*)|(?<number>\d+)(?!\w)|(?<sign>\|\||&&|[=!<>]=|[<>+\-*!(){}=;])/y;

/** Somebody's likely slip, and what to write. */
const slips: Readonly<Record<string, string>> = {
  "&": "and is &&",
  "|": "or is ||",
  "/": "there is no division",
  "%": "there is no remainder",
  "?": "write if (…) { … } else { … }",
  ",": "statements end with ;",
};

/** The tokens of a text, the last one `end`. Throws `syntax` for a character that begins none. */
export function tokens(source: Source): readonly Token[] {
  const found: Token[] = [];
  const { text } = source;
  for (let at = 0; at < text.length; ) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) {
      const hint = slips[text[at]!];
      throw new GuardedError(
        source,
        at,
        "syntax",
        `unexpected ${text[at]}${hint === undefined ? "" : `: ${hint}`}`,
      );
    }
    const { name, number, sign } = match.groups!;
    if (name !== undefined) found.push({ kind: "name", text: name, at });
    else if (number !== undefined) found.push({ kind: "number", text: number, at });
    else if (sign !== undefined) found.push({ kind: "sign", text: sign, at });
    at = pattern.lastIndex;
  }
  found.push({ kind: "end", text: "the end", at: text.length });
  return found;
}
