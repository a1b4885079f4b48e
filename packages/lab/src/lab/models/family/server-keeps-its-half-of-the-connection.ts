import { flag, NET, oneOf, requestTimeout, sides, step, threads, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "server-keeps-its-half-of-the-connection";

/** The client has shut the connection down. The server holds its own socket for callbacks to the client. Two tasks come. */
const programs = sides(name, "SERVER_CLOSES", {
  variables: [
    oneOf("t1", "xprt_lock_write", "xprt_connect", "on_pending", "has_connection"),
    oneOf("t2", "xprt_lock_write", "xprt_connect", "on_pending", "has_connection"),
    oneOf("snd_task", "nobody", "by_t1", "by_t2"),
    flag("connected"),
    flag("closing", 1),
    flag("connecting"),
    oneOf("tcp", "FIN_WAIT1", "FIN_WAIT2", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("work"),
  ],
  actors: [
    ...threads("T1", "T2", "W"),
    NET,
    { name: "server", kind: "peer", fairness: "weak" },
    ...timers("timeo"),
  ],
  actions: [
    ...[1, 2].flatMap((n) => [
      // The other one sleeps on `sending` meanwhile.
      step(
        `T${n}`,
        "xprt_lock_write",
        `t${n} == xprt_lock_write && snd_task == nobody`,
        `snd_task = by_t${n}; t${n} = xprt_connect;`,
      ),
      step(
        `T${n}`,
        "xprt_connect",
        `t${n} == xprt_connect`,
        `if (connected == 1) { snd_task = nobody; t${n} = has_connection; }
         else {
           t${n} = on_pending;
           if (closing == 0 && connecting == 0) { connecting = 1; work = 1; }
         }`,
      ),
    ]),
    step("net", "ack", "tcp == FIN_WAIT1", "tcp = FIN_WAIT2;"),
    step(
      "server",
      "fin",
      "tcp == FIN_WAIT2 && SERVER_CLOSES == 1",
      `tcp = CLOSE; closing = 0;
       if (t1 == on_pending) { t1 = xprt_connect; } if (t2 == on_pending) { t2 = xprt_connect; }`,
    ),
    step("W", "xs_tcp_setup_socket", "work == 1", "work = 0; tcp = SYN_SENT;"),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; connected = 1; connecting = 0;
       if (t1 == on_pending) { t1 = xprt_connect; } if (t2 == on_pending) { t2 = xprt_connect; }`,
    ),
    requestTimeout(
      "t1 == on_pending || t2 == on_pending",
      "if (t1 == on_pending) { t1 = xprt_connect; } if (t2 == on_pending) { t2 = xprt_connect; }",
    ),
  ],
  goal: "t1 == has_connection && t2 == has_connection",
  never: {},
});

/** L33. */
export const serverKeepsItsHalfOfTheConnection: Situation = {
  ...programs,
  name,
  title: "The server keeps its half of a connection that the client has shut down",
  source: "L33, 2021 and 2023, since the linger code went in 4.0",
  symptom:
    "A mount of a FreeBSD server hangs: one task waits for the connect, the others for the write lock.",
  cause:
    "Nothing on the client's side ends FIN_WAIT2 any more, and no connect is started while its FIN is out; the server does not close, because callbacks still go over that socket.",
  fix: "The server closes its side when the client has closed its own. The client goes on waiting.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "The write lock stays with the task that waits; after 4.0 a worker has it while a connect is under way, which never begins here. Only the server was mended, so the rule is the server's.",
};
