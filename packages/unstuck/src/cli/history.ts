/** A line of a connection's history, from a snapshot, an event or `ps`'s document. */
export interface HistoryLine {
  readonly cookie: number;
  readonly what: string;
  readonly localPort?: number | null | undefined;
  readonly detail?: string | null | undefined;
}

/** What happened, and how often in a row: a connect that fails each 200 ms for three minutes is one line. */
export interface Episode<L extends HistoryLine> {
  readonly first: L;
  last: L;
  times: number;
}

/** Attempts that only lead to the next line. */
const preludes = new Set(["connecting", "probe-started"]);

/** Joins repetitions, and leaves out attempts whose outcome follows. */
export function episodes<L extends HistoryLine>(history: readonly L[]): Episode<L>[] {
  const out: Episode<L>[] = [];
  for (const [i, line] of history.entries()) {
    if (preludes.has(line.what) && i < history.length - 1) continue;
    const current = out.at(-1);
    if (current !== undefined && isSame(current.first, line)) {
      current.last = line;
      current.times++;
    } else out.push({ first: line, last: line, times: 1 });
  }
  return out;
}

function isSame(a: HistoryLine, b: HistoryLine): boolean {
  return a.what === b.what && (a.detail ?? "") === (b.detail ?? "") && a.what.endsWith("failed");
}

export function episodeText({ first, last, times }: Episode<HistoryLine>): string {
  return times === 1
    ? lineText(first)
    : `${lineText(last)} (${times} times since connection ${first.cookie})`;
}

/** Who did what to which connection, in words. */
export function lineText(line: HistoryLine): string {
  const port = line.localPort == null ? "" : `, port ${line.localPort}`;
  const detail = line.detail == null ? "" : `: ${line.detail}`;
  return `connection ${line.cookie} ${whats[line.what] ?? line.what}${port}${detail}`;
}

const whats: { readonly [what: string]: string } = {
  connecting: "connecting",
  established: "established",
  "connect-failed": "could not connect",
  "fin-received": "closed by the server (FIN)",
  "reset-received": "reset by the server (RST)",
  "socket-error": "broken",
  "reset-sent": "reset by us",
  "fin-sent": "closed by us (FIN)",
  "probe-started": "probes the path",
  "probe-answered": "probe answered",
  "probe-failed": "probe failed",
  "bad-record": "sent something that is no RPC",
};

/** {@link episodes} for a stream: tells the first of a row at once, and how many followed when the row ends. */
export class HistoryTeller {
  #row: Episode<HistoryLine> | undefined;

  /** The lines to print now. */
  tell(line: HistoryLine): string[] {
    if (preludes.has(line.what)) return [];
    const row = this.#row;
    if (row !== undefined && isSame(row.first, line)) {
      row.last = line;
      row.times++;
      return [];
    }
    this.#row = { first: line, last: line, times: 1 };
    return row === undefined || row.times === 1
      ? [lineText(line)]
      : [`… ${row.times} times in all`, lineText(line)];
  }
}
