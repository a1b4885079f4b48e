import { NET, oneOf, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "backoff-of-nothing-doubled";

/** Our own FIN has set the back-off to 0, and the server refuses three times. The back-off counts in units of 3 s. */
const programs = sides(name, "HAS_FLOOR", {
  variables: [
    oneOf("t", "xs_connect", "waits_for_connect", "waits_for_reply", "answered"),
    oneOf("work", "no_work", "backing_off", "queued"),
    { name: "reestablish", min: 0, max: 4, initial: 0 },
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    { name: "refusals", min: 0, max: 3, initial: 3 },
    { name: "without_pause", min: 0, max: 4, initial: 0 },
  ],
  actors: [...threads("T", "W"), NET, ...timers("reestablish")],
  actions: [
    step(
      "T",
      "xs_connect",
      "t == xs_connect",
      `if (reestablish == 0) { work = queued; } else { work = backing_off; }
       if (reestablish > 2) { reestablish = 4; } else { reestablish = reestablish * 2; }
       if (HAS_FLOOR == 1 && reestablish == 0) { reestablish = 1; }
       t = waits_for_connect;`,
    ),
    timer("reestablish", "work == backing_off", "work = queued; without_pause = 0;"),
    step(
      "W",
      "tcp_v4_connect",
      "work == queued",
      "work = no_work; tcp = SYN_SENT; without_pause = without_pause + 1;",
    ),
    step(
      "net",
      "refused",
      "tcp == SYN_SENT && refusals > 0",
      "refusals = refusals - 1; tcp = CLOSE; t = xs_connect;",
    ),
    step("net", "syn-ack", "tcp == SYN_SENT && refusals == 0", "tcp = ESTABLISHED; t = waits_for_reply;"),
    step("net", "reply", "tcp == ESTABLISHED && t == waits_for_reply", "reestablish = 0; t = answered;"),
  ],
  goal: "t == answered",
  never: { "two connects without a pause between them": "without_pause > 1" },
});

/** L7. */
export const backoffOfNothingDoubled: Situation = {
  ...programs,
  name,
  title: "A back-off of nothing, doubled, is still nothing",
  source: "L7, 61d0a8e6a80, 2009",
  symptom: "A server that comes back is hammered with connects.",
  cause:
    "After our own FIN the back-off is 0, so that the next connect is immediate; doubling it after a failure leaves it 0.",
  fix: "What is doubled is then clamped to at least 3 s.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "The refusal leads straight to the next connect: errors on which the call itself pauses for 3 s hide the bug. The highest back-off is 12 s here, 300 s there. The other half of the commit, a back-off that was never set back, is not modelled.",
};
