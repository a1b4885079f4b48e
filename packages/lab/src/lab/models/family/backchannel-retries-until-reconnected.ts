/** The server calls its client back, over a connection that only the client can make. */
import { flag, oneOf, perhaps, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("backchannel-retries-until-reconnected", "NOCONNECT", {
  variables: [
    oneOf(
      "T",
      "call_connect",
      "call_connect_status",
      "call_transmit",
      "call_transmit_status",
      "answered",
      "failed",
    ),
    flag("connected"),
  ],
  actors: [...threads("T"), perhaps("client", "peer")],
  actions: [
    // There is nothing to connect with: the task goes through without a sleep.
    step(
      "T",
      "call_connect",
      "T == call_connect",
      `if (connected == 1) { T = call_transmit; }
       else if (NOCONNECT == 1) { T = failed; }
       else { T = call_connect_status; }`,
    ),
    step("T", "call_connect_status", "T == call_connect_status", "T = call_transmit;"),
    step(
      "T",
      "call_transmit",
      "T == call_transmit",
      "if (connected == 1) { T = answered; } else { T = call_transmit_status; }",
    ),
    // ENOTCONN is not among the errors that end a task with RPC_TASK_SOFTCONN.
    step("T", "call_transmit_status", "T == call_transmit_status", "T = call_connect;"),
    // A client that was switched off need not come back.
    step("client", "reconnects", "connected == 0", "connected = 1;"),
  ],
  goal: "T == answered || T == failed",
  never: {},
});

export const backchannelRetriesUntilReconnected: Situation = {
  name: "backchannel-retries-until-reconnected",
  title: "A callback is retried without a pause until the client comes back",
  source: "L29, backchannel, 2020",
  symptom: "A server reports soft lock-ups after a client's connection went away.",
  cause:
    "The server cannot connect to its client, and the error for that neither ends the task nor lets it sleep, so it goes round its states.",
  fix: "A task that must not connect, RPC_TASK_NOCONNECT, fails as soon as there is no connection.",
  ...PROGRAMS,
  expect: { broken: "churns", fixed: "recovers" },
  limits:
    "One task without timeouts; which of its states sees the lack of a connection first is recalled, not verified.",
};
