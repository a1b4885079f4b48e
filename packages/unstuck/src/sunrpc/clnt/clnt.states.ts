/**
 * The state tables of the client core (design rule 4). A row is a state, a column an input, a cell the
 * states that input may lead to; what is not here is an InvariantError. Diagrams and tests are made from these.
 */

export type XprtState = "idle" | "due" | "connecting" | "connected" | "disconnecting" | "backoff" | "closed";
export type XprtInput =
  | "want" // a call needs the connection
  | "run" // the scheduled work runs
  | "established"
  | "failed" // the connect attempt failed or ran out of time
  | "lost" // FIN, reset or protocol error on an established connection
  | "replace" // the path probe says: this socket is stuck, the server is not
  | "unused" // nobody waits for it, or idle for long
  | "timer" // the back-off is over
  | "close";

type Table<S extends string, I extends string> = {
  readonly [State in S]: { readonly [Input in I]?: readonly S[] };
};

/**
 * One transport. `due` and `disconnecting` have their work in the run queue (design rule 3).
 * At most one connect attempt exists, because only `due` leads to `connecting`.
 */
export const XPRT_STATES: Table<XprtState, XprtInput> = {
  idle: { want: ["due", "backoff"], close: ["closed"] },
  due: { run: ["connecting", "idle"], close: ["closed"] },
  connecting: { established: ["connected"], failed: ["backoff", "idle"], close: ["closed"] },
  connected: {
    lost: ["disconnecting", "due", "backoff", "idle"],
    replace: ["due"],
    unused: ["idle"],
    close: ["closed"],
  },
  disconnecting: { run: ["due", "backoff", "idle"], lost: ["due", "backoff", "idle"], close: ["closed"] },
  backoff: { timer: ["due", "idle"], close: ["closed"] },
  closed: {},
};

export type CallState = "new" | "slot" | "connect" | "space" | "ready" | "sent" | "zombie" | "done";
export type CallInput =
  | "transmit" // tries to go on the wire
  | "wake" // what it waited for may be there: it is in the run queue
  | "lost" // its connection is gone
  | "end" // settled: reply, timeout, cancel, close
  | "forget"; // a zombie's late reply came, or its connection is gone

/**
 * One call. It waits for exactly one thing at a time, and each has its own list: `slot`, `connect`, `space`;
 * `sent` waits for the reply. A `zombie` is settled, but its reply may still come and its slot is not free.
 */
export const CALL_STATES: Table<CallState, CallInput> = {
  new: { transmit: ["slot", "connect", "space", "sent"] },
  slot: { wake: ["ready"], end: ["done"] },
  connect: { wake: ["ready"], end: ["done"] },
  space: { wake: ["ready"], lost: ["connect"], end: ["done"] },
  ready: { transmit: ["slot", "connect", "space", "sent"], end: ["done"] },
  sent: { transmit: ["sent"], lost: ["connect"], end: ["done", "zombie"] },
  zombie: { forget: ["done"] },
  done: {},
};

/** A move, looked up once: to ask the table each time costs more than the rest of the step. */
export interface Move<S extends string, I extends string> {
  readonly input: I;
  readonly to: S;
  /** The states the table allows it in. */
  readonly from: readonly S[];
}
export type CallMove = Move<CallState, CallInput>;
export type XprtMove = Move<XprtState, XprtInput>;

/** The move of {@link CALL_STATES} that leads to `to` on `input`. */
export function callMove(input: CallInput, to: CallState): CallMove {
  return { input, to, from: allowing(CALL_STATES, input, to) };
}

/** The move of {@link XPRT_STATES} that leads to `to` on `input`. */
export function xprtMove(input: XprtInput, to: XprtState): XprtMove {
  return { input, to, from: allowing(XPRT_STATES, input, to) };
}

function allowing<S extends string, I extends string>(table: Table<S, I>, input: I, to: S): readonly S[] {
  return (Object.keys(table) as S[]).filter((state) => table[state][input]?.includes(to));
}

/** The path probe of one transport. */
export type ProbeStage =
  | "none"
  | "ping" // a NULL call went out on the silent connection itself
  | "connecting" // a fresh connection is being made
  | "calling" // a NULL call went out on it
  | "pause" // it failed; the next one is due later
  | "verdict"; // it was answered: the old socket has a last moment to show life
