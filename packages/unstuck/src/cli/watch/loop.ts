import { performance } from "node:perf_hooks";
import { codeOf } from "../exit.js";
import { sleep } from "../sleep.js";
import { median } from "../units.js";
import type {
  WatchEvent,
  WatchedCall,
  WatchedConnection,
  WatchedError,
  WatchedStat,
  WatchTally,
} from "./event.js";

/** The part of a client's snapshot that a watch shows (RpcClient.snapshot()). */
export interface Snapshot {
  readonly now: number;
  readonly peer: string;
  readonly calls: readonly {
    readonly xid: number;
    readonly procedure: string;
    readonly label: string | undefined;
    readonly state: string;
    readonly ageMs: number;
    readonly attempts: number;
    readonly reason: { readonly code: string; readonly text: string; readonly since: number };
  }[];
  readonly xprts: readonly {
    readonly xprt: number;
    readonly state: string;
    readonly localPort: number | undefined;
    readonly inFlight: number;
    readonly connects: number;
    readonly bytesSent: number;
    readonly bytesReceived: number;
    readonly heardAt: number | undefined;
    readonly reason: { readonly text: string } | undefined;
    readonly history: readonly {
      readonly at: number;
      readonly cookie: number;
      readonly what: string;
      readonly localPort: number | undefined;
      readonly detail: string | undefined;
    }[];
  }[];
}

export interface Stat {
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly ino: number | bigint;
  readonly mtimeMs: number;
}

/** What is watched: a file, and the clients its calls go through. */
export interface Watched {
  stat(signal: AbortSignal): Promise<Stat>;
  snapshots(): readonly Snapshot[];
}

/** `answer`: the first good answer. `error`: the first bad or lost one. `recovery`: the first answer after a wait. */
export const exitConditions = ["answer", "error", "recovery"] as const;
export type ExitOn = (typeof exitConditions)[number];

export interface WatchOptions {
  readonly intervalMs: number;
  /** How often `waiting` is emitted. */
  readonly tickMs: number;
  readonly count: number | undefined;
  readonly exitOn: ExitOn | undefined;
  /** Ends the watch, and the stat in flight with it. */
  readonly signal: AbortSignal;
  readonly emit: (event: WatchEvent) => void;
}

/** A wait longer than this makes the answer that ends it a recovery. */
const RECOVERY_MS = 1000;

/**
 * The report's hang.py: stat, say so, sleep, for ever; and what it could not do, to say why nothing comes.
 * Emits everything but `mounting` and `mounted`; ends with `summary`, which it also returns.
 */
export async function watch(watched: Watched, options: WatchOptions): Promise<WatchTally> {
  const { emit, signal } = options;
  const history = new HistoryReader();
  const latencies: number[] = [];
  let calls = 0;
  let errors = 0;
  let lost = 0;
  let unfinished = 0;

  while (!signal.aborted && (options.count === undefined || calls < options.count)) {
    const n = ++calls;
    const startedAt = performance.now();
    emit({ type: "call", at: epochMs(), n });
    const ticker = setInterval(() => {
      const snapshots = watched.snapshots();
      history.tell(snapshots, emit);
      const ageMs = performance.now() - startedAt;
      emit({
        type: "waiting",
        at: epochMs(),
        n,
        ageMs,
        calls: callsOf(snapshots),
        connections: connectionsOf(snapshots),
      });
    }, options.tickMs);
    const outcome = await settled(watched.stat(signal));
    clearInterval(ticker);
    const ms = performance.now() - startedAt;
    const snapshots = watched.snapshots();
    history.tell(snapshots, emit);
    if (signal.aborted && !outcome.ok) {
      unfinished++;
      break;
    }
    const base = { at: epochMs(), n, ms };
    if (!outcome.ok && !outcome.answered) {
      lost++;
      emit({ type: "lost", ...base, error: outcome.error });
    } else {
      latencies.push(ms);
      if (!outcome.ok) errors++;
      const connections = connectionsOf(snapshots);
      if (outcome.ok) emit({ type: "answer", ...base, ok: true, stat: outcome.stat, connections });
      else emit({ type: "answer", ...base, ok: false, error: outcome.error, connections });
    }
    if (isTheEnd(options.exitOn, outcome.ok, ms)) break;
    if (calls !== options.count)
      await sleep(options.intervalMs - ((performance.now() - startedAt) % options.intervalMs), signal);
  }
  const tally: WatchTally = {
    calls,
    answered: latencies.length,
    errors,
    lost,
    unfinished,
    medianMs: latencies.length === 0 ? undefined : median(latencies),
    worstMs: latencies.length === 0 ? undefined : latencies.reduce((a, b) => Math.max(a, b)),
  };
  emit({ type: "summary", at: epochMs(), ...tally });
  return tally;
}

function isTheEnd(exitOn: ExitOn | undefined, ok: boolean, ms: number): boolean {
  switch (exitOn) {
    case "answer":
      return ok;
    case "error":
      return !ok;
    case "recovery":
      return ok && ms > RECOVERY_MS;
    default:
      return false;
  }
}

type Settled =
  | { readonly ok: true; readonly stat: WatchedStat }
  | { readonly ok: false; readonly answered: boolean; readonly error: WatchedError };

async function settled(promise: Promise<Stat>): Promise<Settled> {
  try {
    const s = await promise;
    const { mode, nlink, uid, gid, size, mtimeMs } = s;
    return { ok: true, stat: { mode, nlink, uid, gid, size, ino: String(s.ino), mtimeMs } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, answered: !isUnanswered(error), error: { code: codeOf(error), message } };
  }
}

/** Is there an XprtError in it: did nobody answer? */
function isUnanswered(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if (e.name === "XprtError") return true;
  return false;
}

/** Finds what is new in the connections' histories. */
class HistoryReader {
  readonly #told = new WeakSet<object>();

  tell(snapshots: readonly Snapshot[], emit: (event: WatchEvent) => void): void {
    for (const { now, peer, xprts } of snapshots) {
      for (const { xprt, history } of xprts) {
        for (const entry of history) {
          if (this.#told.has(entry)) continue;
          this.#told.add(entry);
          const { cookie, what, localPort, detail } = entry;
          emit({
            type: "connection",
            peer,
            at: epochMs() - (now - entry.at),
            xprt,
            cookie,
            what,
            localPort,
            detail,
          });
        }
      }
    }
  }
}

function callsOf(snapshots: readonly Snapshot[]): WatchedCall[] {
  return snapshots.flatMap(({ now, calls }) =>
    calls.map(({ xid, procedure, label, state, ageMs, attempts, reason }) => ({
      xid,
      procedure,
      label,
      state,
      ageMs,
      attempts,
      reason: reason.code,
      text: reason.text,
      reasonMs: now - reason.since,
    })),
  );
}

function connectionsOf(snapshots: readonly Snapshot[]): WatchedConnection[] {
  return snapshots.flatMap(({ now, peer, xprts }) =>
    xprts.map(
      ({ xprt, state, localPort, inFlight, connects, bytesSent, bytesReceived, heardAt, reason }) => ({
        peer,
        xprt,
        state,
        localPort,
        inFlight,
        connects,
        bytesSent,
        bytesReceived,
        silentMs: heardAt === undefined ? undefined : now - heardAt,
        text: reason?.text,
      }),
    ),
  );
}

/** The wall clock, as fine as the monotonic one. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
