/** The timer for a reply runs while the call itself is not sent yet. */
import { NET, oneOf, sides, step, threads, timer, timers, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("timer-runs-while-waiting-for-space", "NO_TIMER_WITHOUT_SPACE", {
  variables: [
    oneOf("T", "tcp_sendmsg", "waits_for_space", "xprt_release_xprt", "waits_for_connect", "sent"),
    // In parts of the record: so much of it is in the socket or beyond, so much not yet acknowledged.
    upTo(3, "rq_bytes_sent"),
    upTo(2, "unacked"),
  ],
  actors: [...threads("T"), NET, ...timers("timeo")],
  actions: [
    step(
      "T",
      "tcp_sendmsg",
      "T == tcp_sendmsg",
      `if (unacked == 2) { T = waits_for_space; }
       else { unacked = unacked + 1; rq_bytes_sent = rq_bytes_sent + 1; if (rq_bytes_sent == 3) { T = sent; } }`,
    ),
    // A partial record and no lock: the stream is of no use any more, so it is closed.
    step(
      "T",
      "xprt_release_xprt",
      "T == xprt_release_xprt",
      "rq_bytes_sent = 0; unacked = 0; T = waits_for_connect;",
    ),
    step("net", "syn-ack", "T == waits_for_connect", "T = tcp_sendmsg;"),
    // The server takes about as long as the timer: either may come first.
    {
      ...step(
        "net",
        "ack",
        "unacked > 0",
        "unacked = unacked - 1; if (T == waits_for_space) { T = tcp_sendmsg; }",
      ),
      after: 1,
    },
    timer("timeo", "T == waits_for_space && NO_TIMER_WITHOUT_SPACE == 0", "T = xprt_release_xprt;"),
  ],
  goal: "T == sent",
  never: {},
});

export const timerRunsWhileWaitingForSpace: Situation = {
  name: "timer-runs-while-waiting-for-space",
  title: "The retransmit timer closes a connection in the middle of a record",
  source: "L13, el6-375, 2013",
  symptom: "A slow server's connections are closed by the client again and again, with half a record sent.",
  cause:
    "A task that waits for buffer space has the reply's timer; when it runs out the lock is released after a partial send, which forces a disconnect.",
  fix: "Hard tasks wait for buffer space without a timer.",
  ...PROGRAMS,
  expect: { broken: "churns", fixed: "recovers" },
  limits: "One hard task; the record has three parts, the buffer room for two; only the sending, no reply.",
};
