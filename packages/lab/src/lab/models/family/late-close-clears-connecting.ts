import type { Action } from "../../guarded/mod.js";
import { flag, NET, oneOf, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "late-close-clears-connecting";

/** Two tasks that want to send; who finds CONNECTING clear asks for a connect. */
function task(actor: "T1" | "T2", t: "t1" | "t2"): readonly Action[] {
  return [
    step(
      actor,
      "xprt_connect",
      `${t} == xprt_connect`,
      `if (connected == 1) { ${t} = has_connection; }
       else {
         ${t} = waits_for_connect;
         if (connecting == 0) {
           connecting = 1;
           if (work == no_work) { work = backing_off; } else { asked_twice = 1; }
         }
       }`,
    ),
  ];
}

const WAKE = `if (t1 == waits_for_connect) { t1 = xprt_connect; } if (t2 == waits_for_connect) { t2 = xprt_connect; }`;

/** The first connect fails at once; the TCP_CLOSE of its socket comes when it likes. */
const programs = sides(name, "CLEARS_SOCK_CONNECTING", {
  variables: [
    oneOf("t1", "xprt_connect", "waits_for_connect", "has_connection"),
    oneOf("t2", "xprt_connect", "waits_for_connect", "has_connection"),
    flag("connected"),
    flag("connecting"),
    flag("sock_connecting"),
    oneOf("work", "no_work", "backing_off", "queued"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("will_fail", 1),
    flag("old_is_closing"),
    flag("asked_twice"),
  ],
  actors: [...threads("T1", "T2", "W"), NET, ...timers("reestablish")],
  actions: [
    ...task("T1", "t1"),
    ...task("T2", "t2"),
    timer("reestablish", "work == backing_off", "work = queued;"),
    // A new socket: the callbacks of the old one are taken off first.
    step(
      "W",
      "xs_tcp_setup_socket",
      "work == queued",
      `work = no_work; old_is_closing = 0; sock_connecting = 1;
       if (will_fail == 1) {
         will_fail = 0; old_is_closing = 1; if (CLEARS_SOCK_CONNECTING == 1) { sock_connecting = 0; }
         connecting = 0; ${WAKE}
       } else { tcp = SYN_SENT; }`,
    ),
    // TCP_CLOSE ends the connect under way, if the flag says that there is one.
    step(
      "net",
      "close",
      "old_is_closing == 1",
      `old_is_closing = 0;
       if (sock_connecting == 1) { sock_connecting = 0; connecting = 0; }
       ${WAKE}`,
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; connected = 1; sock_connecting = 0; connecting = 0; ${WAKE}`,
    ),
  ],
  goal: "t1 == has_connection && t2 == has_connection",
  never: { "a connect is asked for while one is under way": "asked_twice == 1" },
});

/** L36. */
export const lateCloseClearsConnecting: Situation = {
  ...programs,
  name,
  title: "The late end of a failed connect ends the next one too",
  source: "L36, 2023",
  symptom: "Connections are closed and made again at once.",
  cause:
    "A flag says whether TCP_CLOSE belongs to a connect. One path on which a connect fails leaves it set: the TCP_CLOSE of the dead socket, if it comes late, clears CONNECTING of the next connect, and another task asks for one more.",
  fix: "That path clears the flag before CONNECTING, as all others do.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "The write lock is left out: two tasks may ask at the same time. The fix is a proposal from the mailing list, and so is the guess at what the user saw.",
};
