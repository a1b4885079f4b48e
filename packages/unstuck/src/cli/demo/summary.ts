import type { Paint } from "../paint.js";
import { duration, median } from "../units.js";
import { isGood, type RunResult } from "./event.js";

const methods = {
  netns: "a real blackhole route between two network namespaces",
  proxy: "a TCP relay in this process",
};

/** What one run showed. */
export function resultLines(r: RunResult, paint: Paint): string[] {
  const mark = (good: boolean, text: string): string => paint(good ? "green" : "red", text);
  const { before, after } = r.sourcePort;
  const kept = before !== undefined && before === after;
  const lines = [
    ["calls", `${r.calls}, ${r.answered} answered, ${mark(r.lost === 0, `${r.lost} lost`)}`],
    [
      "executed",
      `${r.executed} by the server's two lives, ${mark(r.duplicates === 0, `${r.duplicates} twice`)}`,
    ],
    [
      "recovery",
      r.healToAnswerMs === undefined
        ? mark(false, "none within 30 s of the heal")
        : `first answer ${mark(true, duration(r.healToAnswerMs))} after the heal, outage ${duration(r.outageMs)}`,
    ],
    [
      "resend",
      `${r.xidKept === false ? "under another xid" : "under its own xid"}, from ${portText(before, after, kept)}`,
    ],
    ["faults", methods[r.method]],
  ];
  return lines.map(([name, text]) => `${name!.padEnd(10)}${text}`);
}

function portText(before: number | undefined, after: number | undefined, kept: boolean): string {
  if (kept) return `the same source port (${before})`;
  return `another source port (${before ?? "?"}, then ${after ?? "?"})`;
}

/** What several runs showed together. */
export interface Totals {
  readonly runs: number;
  readonly good: number;
  readonly calls: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly portsKept: number;
  /** Heal to first answer, ms, over the runs that recovered. */
  readonly healToAnswerMs: {
    readonly median: number;
    readonly worst: number;
    readonly all: readonly number[];
  };
}

export function totalsOf(results: readonly RunResult[]): Totals {
  const sum = (of: (r: RunResult) => number): number => results.reduce((total, r) => total + of(r), 0);
  const all = results.flatMap((r) => (r.healToAnswerMs === undefined ? [] : [r.healToAnswerMs]));
  return {
    runs: results.length,
    good: results.filter(isGood).length,
    calls: sum((r) => r.calls),
    lost: sum((r) => r.lost),
    duplicates: sum((r) => r.duplicates),
    portsKept: results.filter(
      (r) => r.sourcePort.before !== undefined && r.sourcePort.before === r.sourcePort.after,
    ).length,
    healToAnswerMs: { median: median(all), worst: all.length === 0 ? Number.NaN : Math.max(...all), all },
  };
}

export function totalsLines(t: Totals): string[] {
  const { median, worst } = t.healToAnswerMs;
  return [
    `${t.runs} runs, ${t.good} good: ${t.calls} calls, ${t.lost} lost, ${t.duplicates} executed twice`,
    `heal to first answer: median ${duration(median)}, worst ${duration(worst)}; source port kept in ${t.portsKept} of ${t.runs}`,
  ];
}
