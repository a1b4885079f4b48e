import { readFileSync } from "node:fs";
import { type LogLine, parseRpcdebug, type RecordedLog } from "./log.js";

const read = (name: string): string =>
  // from dist/lab/conform
  readFileSync(new URL(`../../../testdata/${name}`, import.meta.url), "utf8");

export const RECORDED = ["rpcdebug-3.6.0-start.txt", "rpcdebug-3.6.0-loop.txt"] as const;
export const recordedText = (name: (typeof RECORDED)[number]): string => read(name);
export const recordedLog = (name: (typeof RECORDED)[number]): RecordedLog => parseRpcdebug(read(name));

/** Lines as printed after `RPC:`, a millisecond apart from 1 s on. */
export function logOf(texts: readonly string[]): readonly LogLine[] {
  const rows = texts.map((text, i) => `[    1.${String(i * 1000).padStart(6, "0")}] RPC:${text}\n`);
  return parseRpcdebug(rows.join("")).lines;
}
