import { HistoryTeller } from "../history.js";
import type { Paint } from "../paint.js";
import { withNames } from "../rpcnames.js";
import { fit } from "../terminal.js";
import { bytes, clock, duration, modeText } from "../units.js";
import type { WatchEvent, WatchTally } from "./event.js";

/** Where lines go; `live` replaces the last live line, and is undefined where lines cannot be replaced. */
export interface LineSink {
  line(text: string): void;
  readonly live: ((text: string) => void) | undefined;
}

/** Prints a watch for people: a line for each answer, and while nothing comes, one that says why. */
export class WatchLines {
  readonly #sink: LineSink;
  readonly #paint: Paint;
  readonly #history = new HistoryTeller();

  constructor(sink: LineSink, paint: Paint) {
    this.#sink = sink;
    this.#paint = paint;
  }

  show(event: WatchEvent): void {
    const p = this.#paint;
    switch (event.type) {
      case "mounting":
        this.#passing(p("dim", event.step));
        return;
      case "mounted":
        this.#sink.line(
          `${p("bold", event.source)} mounted in ${duration(event.ms)}, options ${event.options}`,
        );
        return;
      case "answer":
        this.#stamped(
          event,
          event.ok ? `${p("green", "ok")}    ${statText(event.stat)}` : p("red", event.error.message),
        );
        return;
      case "lost":
        this.#stamped(event, `${p("red", "lost")}  ${event.error.message}`);
        return;
      case "waiting": {
        const live = this.#sink.live !== undefined;
        const stamp = live ? "" : `${clock(event.at)}  `;
        this.#passing(
          `${stamp}${ordinal(event.n)}  ${waited(p, event.ageMs)}  ${p("yellow", waitText(event, live))}`,
        );
        return;
      }
      case "connection":
        for (const text of this.#history.tell(event))
          this.#sink.line(p("dim", `${clock(event.at)}  ${text}`));
        return;
      case "summary":
        for (const line of tallyLines(event)) this.#sink.line(line);
        return;
      case "call":
    }
  }

  #stamped(event: { readonly at: number; readonly n: number; readonly ms: number }, text: string): void {
    const took = duration(event.ms).padStart(9);
    this.#sink.line(
      `${clock(event.at)}  ${ordinal(event.n)}  ${event.ms > 1000 ? this.#paint("yellow", took) : took}  ${text}`,
    );
  }

  #passing(text: string): void {
    if (this.#sink.live === undefined) this.#sink.line(text);
    else this.#sink.live(text);
  }
}

/** Why stat `n` waits, in one sentence; `short`: where there is room for a line only. */
export function waitText(event: Extract<WatchEvent, { type: "waiting" }>, short = false): string {
  const call = event.calls[0];
  if (call === undefined) return event.connections.find((c) => c.text !== undefined)?.text ?? "about to call";
  if (short) return `${shortProcedure(call.procedure)}: ${withNames(call.text)}`;
  const attempt = call.attempts > 1 ? `, sent ${call.attempts} times` : "";
  return `${shortProcedure(call.procedure)} xid 0x${call.xid.toString(16).padStart(8, "0")}${attempt}: ${withNames(call.text)}`;
}

/** `NFSPROC3_GETATTR` → `GETATTR`. */
export function shortProcedure(name: string): string {
  return name.replace(/^[A-Z0-9]*PROC[0-9]*_/, "");
}

export function tallyLines(tally: WatchTally): string[] {
  const { calls, answered, errors, lost, unfinished, medianMs, worstMs } = tally;
  const parts = [`${calls} ${calls === 1 ? "call" : "calls"}`, `${answered} answered`];
  if (errors > 0) parts[1] += ` (${errors} with an error)`;
  parts.push(`${lost} lost`);
  if (unfinished > 0) parts.push(`${unfinished} still waiting`);
  const lines = ["", parts.join(", ")];
  if (medianMs !== undefined && worstMs !== undefined) {
    lines.push(`latency: median ${duration(medianMs)}, worst ${duration(worstMs)}`);
  }
  return lines;
}

function statText(s: {
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: string;
}): string {
  return `${modeText(s.mode)} ${bytes(s.size)} ino ${s.ino} mtime ${new Date(s.mtimeMs).toISOString()}`;
}

function waited(p: Paint, ms: number): string {
  return p(["yellow", "bold"], duration(ms).padStart(9));
}

function ordinal(n: number): string {
  return `#${n}`.padEnd(5);
}

/** A sink on `stream`: live lines are replaced on a terminal, and are lines of their own elsewhere. */
export function streamSink(stream: NodeJS.WriteStream, live: boolean): LineSink {
  const erase = "\r\x1b[2K";
  let shown = false;
  return {
    line(text) {
      stream.write(`${shown ? erase : ""}${text}\n`);
      shown = false;
    },
    live: live
      ? (text) => {
          stream.write(`${erase}${fit(text, (stream.columns ?? 80) - 1)}`);
          shown = true;
        }
      : undefined,
  };
}
