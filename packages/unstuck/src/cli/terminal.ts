import { stripVTControlCharacters } from "node:util";

const ESCAPE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Columns that `text` takes, colours not counted. */
export function columns(text: string): number {
  let n = 0;
  for (const ch of stripVTControlCharacters(text)) n += columnsOf(ch);
  return n;
}

/** Cuts `text` (which may be coloured) to `width` columns, with an ellipsis where something is missing. */
export function fit(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let out = "";
  let room = width - 1;
  let at = 0;
  for (const match of [...text.matchAll(ESCAPE), undefined]) {
    for (const ch of text.slice(at, match?.index)) {
      room -= columnsOf(ch);
      if (room < 0) break;
      out += ch;
    }
    if (match !== undefined) {
      out += match[0];
      at = match.index + match[0].length;
    }
  }
  return `${out}…`;
}

/** `text` cut or filled with spaces to exactly `width` columns. */
export function cell(text: string, width: number): string {
  const cut = fit(text, width);
  return cut + " ".repeat(Math.max(0, width - columns(cut)));
}

/** As {@link fit}, but keeps the end: of a path, that says more. */
export function fitEnd(text: string, width: number): string {
  const chars = [...text];
  let from = chars.length;
  let room = columns(text) <= width ? width : width - 1;
  while (from > 0 && room >= columnsOf(chars[from - 1]!)) room -= columnsOf(chars[--from]!);
  return from === 0 ? text : `…${chars.slice(from).join("")}`;
}

/** Breaks `text` at spaces into lines of at most `width` columns, at most `max` of them. */
export function wrap(text: string, width: number, max: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && columns(line) + 1 + columns(word) > width && lines.length < max - 1) {
      lines.push(line);
      line = word;
    } else line += line === "" ? word : ` ${word}`;
  }
  return [...lines, fit(line, width)];
}

/** A name from outside, safe to print: control characters and lone surrogates become `?`, as in GNU ls. */
export function printable(name: string): string {
  return name.replace(/[\p{Cc}\p{Cs}]/gu, "?");
}

/** Wide are the blocks that Unicode's East Asian Width calls so, nearly; combining marks take no room. */
function columnsOf(ch: string): number {
  const code = ch.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (/\p{M}/u.test(ch)) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}
