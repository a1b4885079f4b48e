/** One connection is lost, and each of its waiters is told to see to it himself. */
import type { Action } from "../../guarded/mod.js";
import { flag, NET, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

function task(me: string, other: string): readonly Action[] {
  return [
    step(
      me,
      "call_status",
      `${me} == call_status`,
      `if (${me}_status == ENOTCONN) { ${me} = rpc_force_rebind; } else { ${me} = call_transmit; }
       ${me}_status = OK;`,
    ),
    // The server's port may be another now: everybody's binding is thrown away.
    step(
      me,
      "rpc_force_rebind",
      `${me} == rpc_force_rebind`,
      `if (connected == 1) { repaired_good_one = 1; } bound = 0; ${me} = call_bind;`,
    ),
    step(
      me,
      "call_bind",
      `${me} == call_bind`,
      `if (bound == 1) { ${me} = call_connect; } else { ${me} = binding; }`,
    ),
    step("net", `rpcbind-${me}`, `${me} == binding`, `bound = 1; ${me} = call_connect;`),
    step(
      me,
      "call_connect",
      `${me} == call_connect`,
      `if (connected == 1) { ${me} = call_transmit; } else { ${me} = pending; }`,
    ),
    step("net", `syn-ack-${me}`, `${me} == pending`, `connected = 1; ${me} = call_transmit;`),
    // The lock is kept from here through the repair.
    step(
      me,
      "call_transmit",
      `${me} == call_transmit && locked != by_${other}`,
      `if (connected == 1) { locked = unlocked; ${me} = answered; }
       else { locked = by_${me}; ${me}_status = ENOTCONN; ${me} = call_status; }`,
    ),
  ];
}

const PLACES = [
  "waits_for_reply",
  "call_status",
  "rpc_force_rebind",
  "call_bind",
  "binding",
  "call_connect",
  "pending",
  "call_transmit",
  "answered",
] as const;
const STATUSES = ["OK", "EAGAIN", "ENOTCONN"] as const;

const PROGRAMS = sides("everybody-woken-with-enotconn", "WAKES_WITH_EAGAIN", {
  variables: [
    oneOf("A", ...PLACES),
    oneOf("B", ...PLACES),
    oneOf("A_status", ...STATUSES),
    oneOf("B_status", ...STATUSES),
    oneOf("locked", "unlocked", "by_A", "by_B"),
    flag("bound", 1),
    flag("connected", 1),
    flag("repaired_good_one"),
  ],
  actors: [...threads("A", "B"), NET],
  actions: [
    // xprt_disconnect_done, while both wait for replies.
    step(
      "net",
      "rst",
      "A == waits_for_reply",
      `connected = 0; A = call_status; B = call_status;
       if (WAKES_WITH_EAGAIN == 1) { A_status = EAGAIN; B_status = EAGAIN; }
       else { A_status = ENOTCONN; B_status = ENOTCONN; }`,
    ),
    ...task("A", "B"),
    ...task("B", "A"),
  ],
  goal: "A == answered && B == answered",
  never: { "a connection in order is taken for lost": "repaired_good_one == 1" },
});

export const everybodyWokenWithEnotconn: Situation = {
  name: "everybody-woken-with-enotconn",
  title: "Everybody who waits is told to repair the same connection",
  source: "L4, 2a4919919a9, 2009",
  symptom:
    "After one disconnect many tasks run the recovery, the later ones on a connection that is in order again.",
  cause:
    "The disconnect wakes all waiters with ENOTCONN, and each acts on that status when he comes to run, however late.",
  fix: "They are woken with EAGAIN and find out by sending, one after the other under the write lock, whether there is something to repair.",
  ...PROGRAMS,
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "Two tasks, one disconnect, a server that is there. That a recovery begins with a forced rebind is recalled, not verified for that version.",
};
