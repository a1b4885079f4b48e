import { flag, NET, oneOf, sides, step, threads, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "disconnect-meant-for-the-last-connection";

/** xprt_release_write: a close that is due gets the lock. */
const RELEASE = "if (close_wait == 1) { autoclose = 1; } else { locked = 0; }";

/** Two calls are on connection 0, which the server has forgotten. T2 has just given its call up as timed out. */
const programs = sides(name, "RESET_BUMPS_COOKIE", {
  variables: [
    oneOf("t1", "waits_for_reply", "xprt_connect", "waits_for_connect", "sends", "answered"),
    oneOf("t2", "timed_out", "gone"),
    upTo(2, "cookie"),
    upTo(2, "connection"),
    oneOf("tcp", "ESTABLISHED", "CLOSE", "SYN_SENT"),
    flag("connected", 1),
    flag("locked"),
    flag("close_wait"),
    flag("autoclose"),
    flag("work"),
    flag("call_sent"),
    flag("good_one_closed"),
  ],
  actors: [...threads("T1", "T2", "W"), NET],
  actions: [
    step(
      "net",
      "rst",
      "tcp == ESTABLISHED && connection == 0",
      `tcp = CLOSE; connected = 0; if (RESET_BUMPS_COOKIE == 1) { cookie = cookie + 1; }
       if (t1 == waits_for_reply) { t1 = xprt_connect; }`,
    ),
    // The call was sent under cookie 0: if that is still the transport's, its connection must go.
    step(
      "T2",
      "xprt_conditional_disconnect",
      "t2 == timed_out",
      `t2 = gone;
       if (cookie == 0) { close_wait = 1; if (locked == 0) { locked = 1; autoclose = 1; } }`,
    ),
    // The lock goes on to the connect; where somebody else has it, the task sleeps on `sending`.
    step(
      "T1",
      "xprt_connect",
      "t1 == xprt_connect && (connected == 1 || locked == 0)",
      `if (connected == 1) { t1 = sends; }
       else { locked = 1; work = 1; t1 = waits_for_connect; close_wait = 0; }`,
    ),
    step("W", "xs_tcp_setup_socket", "work == 1", "work = 0; tcp = SYN_SENT;"),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; connected = 1; cookie = cookie + 1; if (connection < 2) { connection = connection + 1; }
       if (t1 == waits_for_connect) { t1 = xprt_connect; } ${RELEASE}`,
    ),
    step(
      "W",
      "xprt_autoclose",
      "autoclose == 1",
      `if (tcp == ESTABLISHED && connection > 0) { good_one_closed = 1; }
       tcp = CLOSE; connected = 0; call_sent = 0; autoclose = 0; close_wait = 0; locked = 0;
       if (t1 == waits_for_reply || t1 == waits_for_connect) { t1 = xprt_connect; }`,
    ),
    step(
      "T1",
      "tcp_sendmsg",
      "t1 == sends",
      "if (connected == 1) { call_sent = 1; t1 = waits_for_reply; } else { t1 = xprt_connect; }",
    ),
    step("net", "reply", "call_sent == 1 && connection > 0", "call_sent = 0; t1 = answered;"),
  ],
  goal: "t1 == answered",
  never: { "a disconnect meant for another connection closes this one": "good_one_closed == 1" },
});

/** L30. */
export const disconnectMeantForTheLastConnection: Situation = {
  ...programs,
  name,
  title: "A disconnect that was meant for the last connection closes the new one",
  source: "L30, 2021",
  symptom: "Connections are closed right after they were made, again and again.",
  cause:
    "A call that gives up asks to disconnect the connection under whose cookie it was sent, but the cookie is bumped only when the next connection stands: a request that comes while it is being made passes the test, and is served once it stands.",
  fix: "A reset bumps the cookie, as does the wish to close: what belongs to the old connection no longer fits.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "The call that gave up is not sent again here, so the flapping is one close long. The write lock goes with the connect, and the disconnect does not ask for CONNECTED, as in 5.4.",
};
