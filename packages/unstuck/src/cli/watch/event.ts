/**
 * What `unstuck watch --json` prints, one object a line. `at` is milliseconds since 1970 (with fractions),
 * other times are durations in ms. New fields and new types may come; what is here stays.
 */
export type WatchEvent =
  /** A step of mounting began. */
  | { readonly type: "mounting"; readonly at: number; readonly step: string }
  /** The stats begin. `options`: as /proc/mounts would show them. */
  | {
      readonly type: "mounted";
      readonly at: number;
      readonly source: string;
      readonly path: string;
      readonly options: string;
      readonly ms: number;
    }
  /** Stat number `n` begins. */
  | { readonly type: "call"; readonly at: number; readonly n: number }
  /** Stat `n` has no answer yet: why, and the state of every connection. */
  | {
      readonly type: "waiting";
      readonly at: number;
      readonly n: number;
      readonly ageMs: number;
      readonly calls: readonly WatchedCall[];
      readonly connections: readonly WatchedConnection[];
    }
  /** The server answered stat `n`: the file's attributes, or its error. */
  | ({
      readonly type: "answer";
      readonly at: number;
      readonly n: number;
      readonly ms: number;
      readonly connections: readonly WatchedConnection[];
    } & (
      | { readonly ok: true; readonly stat: WatchedStat }
      | { readonly ok: false; readonly error: WatchedError }
    ))
  /** Stat `n` ended without an answer (`--deadline`, soft mounts). */
  | {
      readonly type: "lost";
      readonly at: number;
      readonly n: number;
      readonly ms: number;
      readonly error: WatchedError;
    }
  /** A line of a connection's history. `at`: when it happened. */
  | ({ readonly type: "connection"; readonly peer: string } & WatchedHistory)
  /** The end: counts, and latencies of what was answered. */
  | ({ readonly type: "summary"; readonly at: number } & WatchTally);

export interface WatchedStat {
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly ino: string;
  readonly mtimeMs: number;
}

export interface WatchedError {
  readonly code: string | undefined;
  readonly message: string;
}

/** One call in flight. */
export interface WatchedCall {
  readonly xid: number;
  readonly procedure: string;
  readonly label: string | undefined;
  readonly state: string;
  readonly ageMs: number;
  readonly attempts: number;
  /** WaitReason of the client core: stable word, sentence, age. */
  readonly reason: string;
  readonly text: string;
  readonly reasonMs: number;
}

export interface WatchedConnection {
  readonly peer: string;
  readonly xprt: number;
  readonly state: string;
  readonly localPort: number | undefined;
  readonly inFlight: number;
  readonly connects: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Since a byte was heard from the server. */
  readonly silentMs: number | undefined;
  readonly text: string | undefined;
}

export interface WatchedHistory {
  readonly at: number;
  readonly xprt: number;
  readonly cookie: number;
  readonly what: string;
  readonly localPort: number | undefined;
  readonly detail: string | undefined;
}

export interface WatchTally {
  readonly calls: number;
  /** Answered by the server, `errors` of them with an error. */
  readonly answered: number;
  readonly errors: number;
  /** Ended without an answer. */
  readonly lost: number;
  /** Still waiting when the watch ended. */
  readonly unfinished: number;
  readonly medianMs: number | undefined;
  readonly worstMs: number | undefined;
}
