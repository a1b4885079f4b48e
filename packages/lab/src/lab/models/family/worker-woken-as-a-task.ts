import { flag, NET, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "worker-woken-as-a-task";

/** A connect is asked for while the deferred work for the end of the last connection is still queued. */
const programs = sides(name, "SND_IS_COOKIE", {
  variables: [
    oneOf("t", "xprt_connect", "waits_for_connect", "has_connection"),
    oneOf("snd_task", "nobody", "by_task", "by_cookie"),
    flag("connected"),
    flag("close_wait"),
    flag("error_work", 1),
    flag("connect_work"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("wild"),
  ],
  actors: [...threads("T", "W", "E"), NET],
  actions: [
    // xprt_lock_connect: what holds the lock from here on is a socket, kept where a task belongs.
    step("T", "xprt_lock_write", "t == xprt_connect && snd_task == nobody", "snd_task = by_task;"),
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect && (connected == 1 || snd_task == by_task)",
      `if (connected == 1) { t = has_connection; if (snd_task == by_task) { snd_task = nobody; } }
       else { close_wait = 0; snd_task = by_cookie; connect_work = 1; t = waits_for_connect; }`,
    ),
    step("W", "xs_tcp_setup_socket", "connect_work == 1", "connect_work = 0; tcp = SYN_SENT;"),
    // xprt_force_disconnect: if the lock is taken, whoever has it is woken, so that he sees to the close.
    step(
      "E",
      "xprt_force_disconnect",
      "error_work == 1",
      `error_work = 0; if (snd_task != nobody) { close_wait = 1; }
       if (snd_task == by_cookie && SND_IS_COOKIE == 0) { wild = 1; }`,
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; connected = 1; snd_task = nobody;
       if (close_wait == 1) { close_wait = 0; tcp = CLOSE; connected = 0; }
       if (t == waits_for_connect) { t = xprt_connect; }`,
    ),
  ],
  goal: "t == has_connection",
  never: { "what is woken is no task": "wild == 1" },
});

/** L22. */
export const workerWokenAsATask: Situation = {
  ...programs,
  name,
  title: "The holder of the write lock is woken, and it is not a task",
  source: "L22, XPRT_SND_IS_COOKIE, 2021",
  symptom: "Memory is corrupted when a connection breaks while the next one is made.",
  cause:
    "The worker holds the write lock under a cookie in the place where a task's address belongs; a forced disconnect that finds the lock taken wakes what it finds there as a task.",
  fix: "A bit beside the lock says whose it is, and a cookie is not woken.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits: "What waking a socket does to memory is not modelled: that it happens is the failure.",
};
