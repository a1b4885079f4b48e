import { episodes, episodeText } from "../history.js";
import type { Paint } from "../paint.js";
import { withNames } from "../rpcnames.js";
import { cell, columns, fit, fitEnd, printable, wrap } from "../terminal.js";
import { bytes, duration, median } from "../units.js";
import type { WatchedCall, WatchedConnection } from "../watch/event.js";
import { shortProcedure } from "../watch/lines.js";
import { type Axis, beatBar, phaseBar, phaseLabels } from "./axis.js";
import { latencies, type Model } from "./model.js";

export interface Frame {
  readonly title: string;
  /** Epoch ms. */
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  /** How long the whole will take, ms: the axis's width. Undefined: the last minute. */
  readonly expectedMs: number | undefined;
  readonly paint: Paint;
}

const MINUTE = 60_000;

/** One frame of the live view: at most `rows` lines of at most `columns` columns. */
export function render(m: Model, frame: Frame): string {
  const { now, paint } = frame;
  const width = Math.max(20, frame.columns - 2);
  const head = [titleLine(frame, width, now - (m.firstAt ?? m.startedAt)), ""];
  if (m.firstAt === undefined) {
    const stages = m.stages.map((text) => paint("dim", text));
    return finish([...head, ...stages, m.step ?? "starting…"], frame, width);
  }
  const axis = axisOf(frame, m.firstAt, width - 9);
  const body = [
    ...head,
    ...timeline(m, axis, now, paint),
    "",
    latencyLine(m, paint),
    ...connectionLines(m.connections, paint),
  ];
  body.push("", ...inFlight(m, now, width, paint), "");
  const left = frame.rows - body.length - 2;
  if (left >= 2) body.push(paint("bold", "history"), ...historyLines(m, left - 1, m.firstAt, paint));
  return finish(body, frame, width);
}

function finish(lines: readonly string[], frame: Frame, width: number): string {
  return lines
    .slice(0, Math.max(1, frame.rows - 1))
    .map((line) => ` ${fit(line, width)}`.trimEnd())
    .join("\n");
}

function titleLine(frame: Frame, width: number, elapsed: number): string {
  const time = `${(Math.max(0, elapsed) / 1000).toFixed(1)} s`;
  const title = fit(frame.title, width - time.length - 2);
  return frame.paint("bold", title) + " ".repeat(Math.max(1, width - columns(title) - time.length)) + time;
}

function axisOf(frame: Frame, first: number, width: number): Axis {
  if (frame.expectedMs !== undefined) {
    // A run that takes longer than planned makes the axis longer, in steps, lest it creep.
    const elapsed = frame.now - first;
    const span = frame.expectedMs * Math.max(1, Math.ceil((elapsed / frame.expectedMs) * 4) / 4);
    return { from: first, to: first + span, width };
  }
  const from = Math.max(first, frame.now - MINUTE);
  return { from, to: from + MINUTE, width };
}

function timeline(m: Model, axis: Axis, now: number, paint: Paint): string[] {
  const stats = `${cell("stats", 9)}${beatBar(m.beats, axis, now, paint)}`;
  if (m.phases.length === 0) return [stats];
  return [
    `${cell("network", 9)}${phaseBar(m, axis, now, paint)}`,
    `${" ".repeat(9)}${phaseLabels(m, axis, paint)}`,
    stats,
  ];
}

function latencyLine(m: Model, paint: Paint): string {
  const all = latencies(m);
  const parts = [`${all.length} answered`];
  if (all.length > 0) {
    parts.push(
      `last ${duration(all.at(-1)!)}`,
      `median ${duration(median(all))}`,
      `worst ${duration(Math.max(...all))}`,
    );
  }
  if (m.lastError !== undefined) parts.push(paint("red", m.lastError));
  return `${cell("latency", 9)}${parts.join(", ")}`;
}

function connectionLines(connections: readonly WatchedConnection[], paint: Paint): string[] {
  return connections.map((c) => {
    const state = paint(c.state === "connected" ? "green" : "yellow", c.state);
    const from = c.localPort === undefined ? "" : `, from port ${c.localPort}`;
    const heard = c.silentMs === undefined ? "" : `, heard ${duration(c.silentMs)} ago`;
    const traffic = `${bytes(c.bytesSent)} sent, ${bytes(c.bytesReceived)} received`;
    return `${cell("conn", 9)}${withNames(c.peer)}: ${state}${from}, ${c.connects} ${c.connects === 1 ? "connect" : "connects"}, ${traffic}${heard}`;
  });
}

function inFlight(m: Model, now: number, width: number, paint: Paint): string[] {
  if (m.calls.length === 0)
    return [`${paint("bold", "in flight")}  ${paint("dim", "nothing")}`, "", "", "", ""];
  const widths = [10, 9, Math.max(8, width - 42), 9, 4];
  const row = (cells: readonly string[]): string => cells.map((text, i) => cell(text, widths[i]!)).join("  ");
  const shown = m.calls.slice(0, 2);
  const out = [paint("bold", "in flight"), paint("dim", row(["xid", "procedure", "path", "age", "sent"]))];
  for (const call of shown) {
    out.push(row(callCells(call, now - m.callsAt, widths[2]!)));
    for (const line of wrap(`why: ${withNames(call.text)}`, width - 2, 2))
      out.push(`  ${paint("yellow", line)}`);
  }
  if (m.calls.length > shown.length) out.push(paint("dim", `… and ${m.calls.length - shown.length} more`));
  while (out.length < 5) out.push("");
  return out;
}

function callCells(call: WatchedCall, sinceMs: number, pathWidth: number): string[] {
  const xid = `0x${call.xid.toString(16).padStart(8, "0")}`;
  const age = duration(call.ageMs + Math.max(0, sinceMs));
  const path = fitEnd(printable(call.label ?? "-"), pathWidth);
  return [xid, shortProcedure(call.procedure), path, age, `${call.attempts}×`];
}

/** The connections' history and what was done to the network, together, in the order of time, the last at the end. */
function historyLines(m: Model, room: number, first: number, paint: Paint): string[] {
  const lines = [
    ...m.acts.map(({ at, text }) => ({ at, text: paint("cyan", text) })),
    ...episodes(m.history).map((episode) => ({ at: episode.last.at, text: episodeText(episode) })),
  ].sort((a, b) => a.at - b.at);
  return lines
    .slice(-room)
    .map(({ at, text }) => `${(Math.max(0, at - first) / 1000).toFixed(1).padStart(7)}  ${text}`);
}
