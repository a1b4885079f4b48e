import assert from "node:assert/strict";
import { test } from "node:test";
import { InvariantError } from "../errors.js";
import { RecordReader } from "../record.js";
import { type Conn, go, newConn } from "./conn.js";
import { CONN_MOVES, type ConnInput, type ConnState } from "./conn.states.js";
import { callRecord, PEER, Rig, testService } from "./rig.fixture.js";

const STATES = Object.keys(CONN_MOVES) as ConnState[];
const INPUTS: readonly ConnInput[] = [
  "clog",
  "ease",
  "fin",
  "bad",
  "drain",
  "settled",
  "idle",
  "stuck",
  "error",
  "expire",
];

// The table once more, as a person reads it: state, then the state after each input ("-": must not happen).
const EXPECTED = `
         clog   ease fin    bad    drain  settled idle   stuck  error  expire
open     paused -    ending ending ending -       closed closed closed -
paused   -      open ending ending ending -       -      closed closed -
ending   -      -    ending ending ending closed  -      closed closed closed
closed   -      -    -      -      -      -       -      -      -      -
`;

test("state × input", () => {
  const rows = EXPECTED.trim().split("\n");
  assert.deepEqual(rows[0]!.trim().split(/\s+/), INPUTS);
  const table = new Map(rows.slice(1).map((row) => [row.split(/\s+/)[0], row.split(/\s+/).slice(1)]));
  assert.deepEqual([...table.keys()], STATES);
  for (const state of STATES) {
    for (const [i, input] of INPUTS.entries()) {
      const expected = table.get(state)![i];
      const conn = connIn(state);
      if (expected === "-") {
        assert.throws(() => go(conn, input, 0), InvariantError, `${state} × ${input}`);
        assert.equal(conn.state, state);
      } else {
        go(conn, input, 0);
        assert.equal(conn.state, expected, `${state} × ${input}`);
      }
    }
  }
});

function connIn(state: ConnState): Conn {
  return { ...newConn(1, "stream", PEER, new RecordReader(), 0, 0), state };
}

/** Brings a real core into a state. `ending` owes a reply. */
const INTO: Record<ConnState, () => Rig> = {
  open: () => rig(),
  paused: () => rig().data(1, callRecord({ xid: 1, arg: 1 }), callRecord({ xid: 2, arg: 1 })),
  ending: () =>
    rig()
      .data(1, callRecord({ xid: 1, arg: 1 }))
      .post({ type: "fin", conn: 1 }),
  closed: () => rig().post({ type: "error", conn: 1, code: "ECONNRESET" }),
};

function rig(): Rig {
  return new Rig([testService()], { callsPerConn: 1, idleMs: 100, sendTimeoutMs: 100 }, true).open(1);
}

const EVENTS: Record<string, (r: Rig) => Rig> = {
  data: (r) => r.data(1, callRecord({ xid: 9, arg: 1 })),
  "bad data": (r) => r.data(1, new Uint8Array([0x80, 0, 0, 1, 7])),
  fin: (r) => r.post({ type: "fin", conn: 1 }),
  error: (r) => r.post({ type: "error", conn: 1, code: "ECONNRESET" }),
  drain: (r) => r.post({ type: "drain", until: 2000 }),
  expired: (r) => r.post({ type: "drain", until: 2000 }).at(2000),
  "much later": (r) => r.at(5000),
  answered: (r) => r.answer(5).answer(5),
  "answered, never read": (r) => {
    r.reads = false;
    return r.answer(5).at(5000);
  },
};

test("every event in every state of a real core: no invariant breaks, and what comes of it", () => {
  const lines = STATES.map((state) => {
    const cells = Object.entries(EVENTS).map(([name, event]) => {
      const r = event(INTO[state]());
      return `${name}=${r.core.snapshot()[0]?.state ?? "gone"}`;
    });
    return `${state}: ${cells.join(" | ")}`;
  });
  assert.deepEqual(lines, [
    "open: data=open | bad data=gone | fin=gone | error=gone | drain=gone | expired=gone | much later=gone | answered=open | answered, never read=gone",
    "paused: data=paused | bad data=paused | fin=ending | error=gone | drain=ending | expired=gone | much later=paused | answered=open | answered, never read=gone",
    "ending: data=ending | bad data=ending | fin=ending | error=gone | drain=ending | expired=gone | much later=ending | answered=gone | answered, never read=gone",
    "closed: data=gone | bad data=gone | fin=gone | error=gone | drain=gone | expired=gone | much later=gone | answered=gone | answered, never read=gone",
  ]);
});
