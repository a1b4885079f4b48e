/** A delay meant for a server that refuses is taken after a mere loss of the connection. */
import { flag, NET, oneOf, perhaps, sides, step, threads, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("lost-reply-waits-three-seconds", "RECONNECTS_AT_ONCE", {
  variables: [
    oneOf(
      "T",
      "waits_for_reply",
      "call_status",
      "rpc_delay",
      "call_connect",
      "waits_for_connect",
      "call_transmit",
      "answered",
    ),
    flag("connected", 1),
    flag("resets", 1),
  ],
  actors: [...threads("T"), NET, perhaps("intruder", "peer"), ...timers("delay")],
  actions: [
    step("net", "reply", "T == waits_for_reply && connected == 1", "T = answered;"),
    step(
      "intruder",
      "rst",
      "resets == 1 && T == waits_for_reply",
      "resets = 0; connected = 0; T = call_status;",
    ),
    step(
      "T",
      "call_status",
      "T == call_status",
      "if (RECONNECTS_AT_ONCE == 1) { T = call_connect; } else { T = rpc_delay; }",
    ),
    // Nothing in the world waits for this: the server listens all the time.
    {
      name: "delay.timer",
      actor: "delay",
      when: "T == rpc_delay",
      does: "T = call_connect;",
      after: 1,
      unrelated: true,
    },
    step("T", "call_connect", "T == call_connect", "T = waits_for_connect;"),
    step("net", "syn-ack", "T == waits_for_connect", "connected = 1; T = call_transmit;"),
    step("T", "call_transmit", "T == call_transmit", "T = waits_for_reply;"),
  ],
  goal: "T == answered",
  never: {},
});

export const lostReplyWaitsThreeSeconds: Situation = {
  name: "lost-reply-waits-three-seconds",
  title: "A lost connection costs three seconds though the server is there",
  source: "L26, 2019",
  symptom: "Each time the connection breaks while a reply is due, all calls stand still for three seconds.",
  cause: "The task whose reply is missing takes the same delay as one whose server refused it.",
  fix: "A task whose reply is missing for want of a connection connects at once.",
  ...PROGRAMS,
  expect: { broken: "stalls", fixed: "recovers" },
  limits:
    "One reset by a server that goes on listening. Where the error comes at once again, no delay at all is the next bug: see denied-connect-never-sleeps.",
};
