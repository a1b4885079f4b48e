/** The shell of the report script: just enough of a line's grammar to tell its commands apart. */
import type { Position } from "./error.js";

/** One simple command, its words unquoted. */
export interface Command {
  /** The prompt's host: `client`, `server`; undefined when the line had no prompt. */
  readonly prompt: string | undefined;
  readonly words: readonly string[];
  readonly at: Position;
}

export type ShellLine =
  | { readonly is: "comment"; readonly text: string; readonly at: Position }
  | { readonly is: "commands"; readonly commands: readonly Command[]; readonly at: Position };

const PROMPT = /^\s*([A-Za-z][\w.-]*)[#$]\s+/;
const WORD = /&&|\|\||[;|&]|\s#.*$|(?:\$\([^)]*\)|`[^`]*`|"[^"]*"|'[^']*'|[^\s;&|])+/g;

/** Splits a script into its lines, a backslash at the end joining two; blank ones are left out. */
export function readShell(text: string): ShellLine[] {
  const lines: ShellLine[] = [];
  const rows = text.split(/\r?\n/);
  for (let row = 0; row < rows.length; row++) {
    const line = row + 1;
    let joined = rows[row]!;
    while (/\\\s*$/.test(joined) && row + 1 < rows.length && !/^\s*#/.test(joined)) {
      joined = `${joined.replace(/\\\s*$/, "")} ${rows[++row]!.trim()}`;
    }
    const at = { line, column: joined.search(/\S/) + 1 };
    if (at.column === 0) continue;
    const comment = /^\s*#+\s*(.*?)\s*$/.exec(joined);
    if (comment !== null) lines.push({ is: "comment", text: comment[1]!, at });
    else lines.push({ is: "commands", commands: readCommands(joined, line), at });
  }
  return lines;
}

function readCommands(text: string, line: number): Command[] {
  const prompt = PROMPT.exec(text);
  const commands: Command[] = [];
  let words: string[] = [];
  let column = 1;
  const end = (): void => {
    if (words.length > 0) commands.push({ prompt: prompt?.[1], words, at: { line, column } });
    words = [];
  };
  const body = text.slice(prompt?.[0].length ?? 0);
  for (const match of body.matchAll(WORD)) {
    const word = match[0];
    if (/^\s#/.test(word)) break;
    if (/^(&&|\|\||[;|&])$/.test(word)) {
      end();
      continue;
    }
    if (words.length === 0) column = (prompt?.[0].length ?? 0) + match.index + 1;
    words.push(/^(["']).*\1$/.test(word) ? word.slice(1, -1) : word);
  }
  end();
  return commands;
}
