import type { Paint } from "../paint.js";
import type { Phase } from "./event.js";
import type { Beat, Model } from "./model.js";

/** A stretch of time drawn over a number of columns. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

const looks: { readonly [P in Phase]: { readonly glyph: string; readonly color: Parameters<Paint>[0] } } = {
  healthy: { glyph: "█", color: "green" },
  blackhole: { glyph: "▒", color: "yellow" },
  "server down": { glyph: "░", color: "red" },
  "server back": { glyph: "▒", color: "yellow" },
  healed: { glyph: "█", color: "green" },
};

export function columnOf(axis: Axis, at: number): number {
  const column = Math.floor(((at - axis.from) / (axis.to - axis.from)) * axis.width);
  return Math.max(0, Math.min(axis.width - 1, column));
}

/** The first column that shows what begins at `at`: columns show what their middle does. */
function edgeOf(axis: Axis, at: number): number {
  return Math.max(0, Math.round(((at - axis.from) / (axis.to - axis.from)) * axis.width));
}

function timeOf(axis: Axis, column: number): number {
  return axis.from + ((column + 0.5) / axis.width) * (axis.to - axis.from);
}

/** The acts of the timeline as a bar; what is not yet is dots. */
export function phaseBar(m: Model, axis: Axis, now: number, paint: Paint): string {
  let out = "";
  for (let column = 0; column < axis.width; column++) {
    const at = timeOf(axis, column);
    const phase = m.phases.findLast((p) => p.at <= at)?.phase;
    if (at > now || phase === undefined) out += paint("dim", "·");
    else out += paint(looks[phase].color, looks[phase].glyph);
  }
  return out;
}

/** The names in the bar, longest first. */
const names: { readonly [P in Phase]: readonly string[] } = {
  healthy: ["healthy", "ok"],
  blackhole: ["blackhole", "gone"],
  "server down": ["server down", "down"],
  "server back": ["server back", "back"],
  healed: ["healed"],
};

/** Each act's name where it begins, as long as there is room before the next. */
export function phaseLabels(m: Model, axis: Axis, paint: Paint): string {
  let out = "";
  let used = 0;
  m.phases.forEach(({ at, phase }, i) => {
    const start = Math.max(used, edgeOf(axis, at));
    const next = m.phases[i + 1];
    const end = next === undefined ? axis.width : edgeOf(axis, next.at) - 1;
    const text = names[phase].find((name) => start + name.length <= end) ?? "";
    out += " ".repeat(start - used) + paint(looks[phase].color, text);
    used = start + text.length;
  });
  return out;
}

const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Latency as a bar's height: each step is four times the one before, from under 0.25 ms up. */
export function bar(ms: number): string {
  const step = Math.floor(Math.log2(Math.max(ms, 0.0001) / 0.25) / 2) + 1;
  return bars[Math.max(0, Math.min(bars.length - 1, step))]!;
}

/** Each stat where it was answered, as high as it took; while one waits, a trail. */
export function beatBar(beats: readonly Beat[], axis: Axis, now: number, paint: Paint): string {
  const cells = new Array<string>(axis.width).fill(" ");
  const worst = new Array<number>(axis.width).fill(-1);
  for (const { startedAt, endedAt, ok } of beats) {
    const until = endedAt ?? now;
    if (until < axis.from) continue;
    const from = columnOf(axis, startedAt);
    const to = columnOf(axis, until);
    for (let c = from; c < to; c++) if (worst[c]! < 0) cells[c] = paint("yellow", "…");
    if (endedAt === undefined) {
      cells[to] = paint(["yellow", "bold"], "…");
      continue;
    }
    const ms = endedAt - startedAt;
    if (ms <= worst[to]!) continue;
    worst[to] = ms;
    cells[to] = ok ? paint(ms > 1000 ? "yellow" : "green", bar(ms)) : paint("red", "×");
  }
  return cells.join("");
}
