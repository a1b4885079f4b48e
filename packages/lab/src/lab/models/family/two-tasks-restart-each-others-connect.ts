import type { Action } from "../../guarded/mod.js";
import { flag, NET, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "two-tasks-restart-each-others-connect";

/** Who gets the write lock on an unconnected transport drops what socket there is, which wakes the other, and asks the worker. */
function task(actor: string, t: string, other: string): Action {
  return step(
    actor,
    "xprt_connect",
    `${t} == xprt_connect && (connected == 1 || locked == 0)`,
    `if (connected == 1) { ${t} = has_connection; }
     else {
       locked = 1; tcp = CLOSE; work = 1; ${t} = waits_for_connect;
       if (${other} == waits_for_connect) { ${other} = xprt_connect; }
     }`,
  );
}

/** Two tasks find the transport unconnected. */
const programs = sides(name, "LOCKED_UNTIL_CONNECTED", {
  variables: [
    oneOf("t1", "xprt_connect", "waits_for_connect", "has_connection"),
    oneOf("t2", "xprt_connect", "waits_for_connect", "has_connection"),
    flag("connected"),
    flag("locked"),
    flag("work"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
  ],
  actors: [...threads("T1", "T2", "W"), NET],
  actions: [
    task("T1", "t1", "t2"),
    task("T2", "t2", "t1"),
    step(
      "W",
      "xs_tcp_setup_socket",
      "work == 1",
      "work = 0; tcp = SYN_SENT; if (LOCKED_UNTIL_CONNECTED == 0) { locked = 0; }",
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; connected = 1; locked = 0;
       if (t1 == waits_for_connect) { t1 = xprt_connect; }
       if (t2 == waits_for_connect) { t2 = xprt_connect; }`,
    ),
  ],
  goal: "t1 == has_connection && t2 == has_connection",
  never: {},
});

/** L20, what followed it. */
export const twoTasksRestartEachOthersConnect: Situation = {
  ...programs,
  name,
  title: "Two tasks restart each other's connect",
  source: "L20, 0fdea1e8a285, about 4.3, 2015 (recalled)",
  symptom: "A storm of SYN, SYN-ACK and RST while several tasks reconnect.",
  cause:
    "The worker gives the write lock back when the SYN is out, not when the handshake is over: the next task gets it, finds no connection, and drops the socket to start again.",
  fix: "The worker keeps the lock until the socket says that it is connected, or has failed.",
  expect: { broken: "churns", fixed: "recovers" },
  limits:
    "No back-off between the connects: with one, the handshake wins in the end. That the lock goes with the connect is verified, the storm is recalled. A failing connect is left out.",
};
