/** A reconnect goes through the state that makes the request's timeout longer. */
import { flag, NET, oneOf, perhaps, sides, step, threads, timer, timers, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("reconnect-doubles-the-timeout", "LOOKS_AT_MINOR_TIMEOUT", {
  variables: [
    oneOf("T", "waits_for_reply", "waits_for_connect", "call_timeout", "call_transmit", "answered"),
    flag("connected", 1),
    flag("call_sent", 1),
    // In units of the first timeout. Whether one has ever run out.
    upTo(2, "rq_timeout", 1),
    flag("minor_due"),
    flag("ever_due"),
    upTo(2, "resets", 2),
    upTo(1, "losses", 1),
  ],
  actors: [...threads("T"), NET, perhaps("intruder", "peer"), ...timers("timeo")],
  actions: [
    step("net", "reply", "call_sent == 1 && connected == 1", "call_sent = 0; T = answered;"),
    step(
      "intruder",
      "rst",
      "resets > 0 && call_sent == 1",
      "resets = resets - 1; connected = 0; call_sent = 0; T = waits_for_connect;",
    ),
    // The server forgets a call.
    step("intruder", "loss", "losses > 0 && call_sent == 1", "losses = losses - 1; call_sent = 0;"),
    // Woken with EAGAIN, call_connect_status goes by way of call_timeout.
    step("net", "syn-ack", "T == waits_for_connect", "connected = 1; T = call_timeout;"),
    timer("timeo", "T == waits_for_reply", "minor_due = 1; ever_due = 1; T = call_timeout;"),
    step(
      "T",
      "xprt_adjust_timeout",
      "T == call_timeout",
      `if (minor_due == 1 || LOOKS_AT_MINOR_TIMEOUT == 0) { rq_timeout = 2; }
       minor_due = 0; T = call_transmit;`,
    ),
    step("T", "call_transmit", "T == call_transmit", "call_sent = 1; T = waits_for_reply;"),
  ],
  goal: "T == answered",
  never: { "the timeout grows and none has run out": "rq_timeout > 1 && ever_due == 0" },
});

export const reconnectDoublesTheTimeout: Situation = {
  name: "reconnect-doubles-the-timeout",
  title: "Every reconnect doubles the request's timeout",
  source: "L19, Kornievskaia, 2020",
  symptom: "After a reset a lost call is repeated after two minutes, not after one.",
  cause:
    "A task that waited for the connect passes call_timeout, which doubles the timeout whether or not it has run out.",
  fix: "The timeout is left alone until the minor timeout is due.",
  ...PROGRAMS,
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "Two resets, one lost call, growth to the double at most; no major timeout, no back-off of connects.",
};
