import { NET, oneOf, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "port-refused-for-ever";

/** Something between here and the server answers every SYN from the old source port with a RST. */
const programs = sides(name, "DROPS_THE_PORT", {
  variables: [
    oneOf("t", "xprt_connect", "waits_for_connect", "delay", "waits_for_reply", "answered"),
    oneOf("srcport", "old", "fresh"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
  ],
  actors: [...threads("T"), NET, ...timers("delay")],
  actions: [
    step("T", "xprt_connect", "t == xprt_connect", "tcp = SYN_SENT; t = waits_for_connect;"),
    step(
      "net",
      "rst",
      "tcp == SYN_SENT && srcport == old",
      "tcp = CLOSE; t = delay; if (DROPS_THE_PORT == 1) { srcport = fresh; }",
    ),
    timer("delay", "t == delay", "t = xprt_connect;"),
    step("net", "syn-ack", "tcp == SYN_SENT && srcport == fresh", "tcp = ESTABLISHED; t = waits_for_reply;"),
    step("net", "reply", "t == waits_for_reply", "t = answered;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L35. */
export const portRefusedForEver: Situation = {
  ...programs,
  name,
  title: "The same port is refused again and again",
  source: "L35, 2023",
  symptom: "A mount never comes back, and sends a SYN every few seconds.",
  cause:
    "The client keeps its source port over a reconnect, for the sake of the server's reply cache; a server or a middlebox that will not have that port refuses it each time.",
  fix: "A port whose connect never stood is dropped, and the next connect takes another.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "The price of the fix is left out: under a new port the reply cache of NFSv3 and v4.0 no longer knows the call, which is why it was disputed. One task; the worker is a step of it.",
};
