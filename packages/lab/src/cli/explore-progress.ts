import type { Gauge } from "./explore-control.js";

/** One line on how a search goes, cut to `columns` (0: a terminal that does not know, taken for 80): states, their rate since the search began, depth, memory. */
export function progressLine(model: string, gauge: Gauge, seconds: number, columns = 80): string {
  const { states, depth, frontier, bytes } = gauge;
  const rate = Math.round(states / Math.max(seconds, 0.001));
  const figures = [
    `${states.toLocaleString("en")} states`,
    `${rate.toLocaleString("en")}/s`,
    `depth ${depth.toLocaleString("en")}`,
    `${frontier.toLocaleString("en")} wait`,
    `${Math.round(bytes / 1e6).toLocaleString("en")} MB`,
    `${seconds.toFixed(0)} s`,
    model,
  ];
  return figures.join(" · ").slice(0, (columns || 80) - 1);
}
