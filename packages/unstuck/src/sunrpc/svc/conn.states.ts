/** The life of one connection of a server, as data: diagrams and the state × input test are made from it. */

export type ConnState =
  | "open" // reading and answering
  | "paused" // answering; not read until the peer's calls or reply bytes are fewer
  | "ending" // not read any more: answers what was received, then closes
  | "closed";

export type ConnInput =
  | "clog" // too much is owed to the peer
  | "ease" // at most half of that is left
  | "fin" // the peer half-closed
  | "bad" // what it sent is no RPC
  | "drain" // the server wants to end
  | "settled" // an ending connection owes nothing any more
  | "idle" // silent for idleMs with nothing in flight
  | "stuck" // the peer took no reply byte for sendTimeoutMs
  | "error" // the socket is dead
  | "expire"; // the drain's time is over

/** What is not in here must not happen: an InvariantError. */
export const CONN_MOVES: { readonly [S in ConnState]: { readonly [I in ConnInput]?: ConnState } } = {
  open: {
    clog: "paused",
    fin: "ending",
    bad: "ending",
    drain: "ending",
    idle: "closed",
    stuck: "closed",
    error: "closed",
  },
  paused: {
    ease: "open",
    fin: "ending",
    bad: "ending",
    drain: "ending",
    stuck: "closed",
    error: "closed",
  },
  ending: {
    fin: "ending",
    bad: "ending",
    drain: "ending",
    settled: "closed",
    stuck: "closed",
    error: "closed",
    expire: "closed",
  },
  closed: {},
};
