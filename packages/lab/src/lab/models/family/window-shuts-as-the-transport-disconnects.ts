/** The flag that says "wait for a reply" outlives the connection that the reply was to come by. */
import type { Action } from "../../guarded/mod.js";
import { flag, NET, oneOf, perhaps, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

/** __xprt_lock_write_next_cong: nobody gets the lock while the window is waited for. */
const LOCK_NEXT = `if (locked == unlocked && CWND_WAIT == 0) {
    if (A == sending) { locked = by_A; A = has_lock; } else if (B == sending) { locked = by_B; B = has_lock; }
  }`;

function task(me: string): readonly Action[] {
  return [
    // xprt_reserve_xprt_cong
    step(
      me,
      "xprt_prepare_transmit",
      `${me} == prepares`,
      `if (locked == unlocked && CWND_WAIT == 0) { locked = by_${me}; ${me} = has_lock; } else { ${me} = sending; }`,
    ),
    step(me, "call_connect", `${me} == has_lock && connected == 0`, `${me} = connecting;`),
    step("net", `syn-ack-${me}`, `${me} == connecting`, `connected = 1; ${me} = has_lock;`),
    // The owner of the lock sends all that is due, requests with a share of the window first.
    step(
      me,
      "xprt_transmit",
      `${me} == has_lock && connected == 1`,
      `if (window == of_A && A_sent == 0) { A_sent = 1; }
       if (window == of_B && B_sent == 0) { B_sent = 1; }
       if (${me}_sent == 1) { ${me} = pending; }
       else if (window == open) { window = of_${me}; ${me}_sent = 1; ${me} = pending; }
       else { CWND_WAIT = 1; ${me} = sending; }
       locked = unlocked; ${LOCK_NEXT}`,
    ),
    // The reply gives the share back (__xprt_put_cong), wherever the task is.
    step(
      "net",
      `reply-${me}`,
      `${me}_sent == 1 && connected == 1 && ${me} != has_lock`,
      `${me}_sent = 0; ${me} = answered; window = open; CWND_WAIT = 0; ${LOCK_NEXT}`,
    ),
  ];
}

const PLACES = ["prepares", "sending", "has_lock", "connecting", "pending", "answered"] as const;

const PROGRAMS = sides("window-shuts-as-the-transport-disconnects", "DISCONNECT_CLEARS_WAIT", {
  variables: [
    oneOf("A", ...PLACES),
    oneOf("B", ...PLACES),
    flag("A_sent"),
    flag("B_sent"),
    // Room for one request without a reply.
    oneOf("window", "open", "of_A", "of_B"),
    flag("CWND_WAIT"),
    oneOf("locked", "unlocked", "by_A", "by_B"),
    flag("connected", 1),
    flag("resets", 1),
  ],
  actors: [...threads("A", "B"), NET, perhaps("intruder", "peer")],
  actions: [
    ...task("A"),
    ...task("B"),
    // xprt_disconnect_done
    step(
      "intruder",
      "disconnect",
      "resets == 1 && connected == 1",
      `resets = 0; connected = 0; A_sent = 0; B_sent = 0;
       if (DISCONNECT_CLEARS_WAIT == 1 && CWND_WAIT == 1) { CWND_WAIT = 0; ${LOCK_NEXT} }
       if (A == pending) { A = prepares; } if (B == pending) { B = prepares; }`,
    ),
  ],
  goal: "A == answered && B == answered",
  never: {},
});

export const windowShutsAsTheTransportDisconnects: Situation = {
  name: "window-shuts-as-the-transport-disconnects",
  title: "The congestion window shuts as the transport disconnects, and nobody may reconnect",
  source: "L28, Lever, 2019",
  symptom: "After a disconnect under load no connect is ever tried.",
  cause:
    "A full window lets nobody take the write lock until a reply comes; the connection goes, no reply can come, and a connect needs the lock.",
  fix: "The end of the connection clears the wait for the window and hands the lock to the next sender.",
  ...PROGRAMS,
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "Two requests, a window of one, one disconnect; of the transports that have such a window and connections (RPC over RDMA) only the lock and the window.",
};
