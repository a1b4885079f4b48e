/** The RPC task (net/sunrpc/clnt.c), run by the thread that asked: a row is what happens between two points where another may come in. */

import { INET_SHUTDOWN, RELEASE, XS_TCP_CLOSE } from "./callbacks.js";
import { ACTOR_TASK, type Step } from "./step.js";

function step(pc: string, does: string): Step {
  return { actor: ACTOR_TASK, name: pc, when: `t == ${pc}`, does, sleeps: false };
}

/** A step that asks for the socket's lock, which the worker keeps from its connect to the end of the backlog. */
function locking(pc: string, does: string): Step {
  return { actor: ACTOR_TASK, name: pc, when: `t == ${pc} && w != w_connecting`, does, sleeps: true };
}

export const TASK_STEPS: readonly Step[] = [
  // After a sleep. xprt_connect_status lets go of the lock on an error that nobody expected, and the call fails.
  {
    actor: ACTOR_TASK,
    name: "__rpc_execute",
    when: "t == asleep && queue == awake",
    does: `if (next == to_status) { t = call_status; }
      else if (next == to_bind) { t = call_connect; tk_status = OK; }
      else if (tk_status == OK || tk_status == EAGAIN || tk_status == ETIMEDOUT) { t = call_connect_status; }
      else { ${RELEASE} t = failed; }
      next = to_status;`,
    sleeps: false,
  },

  step(
    "call_status",
    `if (replied == 1) { ${RELEASE} t = answered; }
     else if (tk_status == EAGAIN || tk_status == OK) { t = call_transmit; tk_status = OK; }
     else if (tk_status == ECONNRESET || tk_status == ECONNREFUSED) { t = asleep; queue = delay; next = to_bind; tk_status = OK; }
     else if (tk_status == EINVAL) { ${RELEASE} t = failed; }
     else { t = call_connect; tk_status = OK; }`,
  ),

  step("call_connect", "if (connected == 1) { t = call_transmit; } else { t = xprt_connect; }"),

  // The write lock; a close that is due happens in the task's own context.
  step(
    "xprt_connect",
    `if (locked == by_close) { t = asleep; queue = sending; tk_status = EAGAIN; next = to_connect_status; }
     else { locked = by_task; if (close_wait == 1) { close_wait = 0; t = xs_tcp_close; } else { t = connected_yet; } }`,
  ),

  locking("xs_tcp_close", `${XS_TCP_CLOSE} t = connected_yet;`),

  // Between this test and the queue lies a lost wake-up.
  step(
    "connected_yet",
    `if (connected == 1) { ${RELEASE} tk_status = OK; t = call_connect_status; } else { t = sleep_on_pending; }`,
  ),

  step("sleep_on_pending", "queue = for_connect; next = to_connect_status; t = xs_connect;"),

  step(
    "xs_connect",
    `if (closing == 0 && connecting == 0) {
       connecting = 1;
       if (work == no_work) { if (sock == 0 || reestablish == 0) { work = queued; } else { work = backing_off; } }
       if (sock == 1) { reestablish = 1; }
     }
     t = asleep;`,
  ),

  step(
    "call_connect_status",
    `if (tk_status == EAGAIN && EAGAIN_TO_CONNECT == 1) { t = call_connect; }
     else if (tk_status == ETIMEDOUT) { t = call_connect; }
     else { t = call_transmit; }
     tk_status = OK;`,
  ),

  step(
    "call_transmit",
    `if (replied == 1) { t = call_status; }
     else if (locked == by_close) { t = asleep; queue = sending; tk_status = EAGAIN; next = to_status; }
     else { locked = by_task; t = tcp_sendmsg; }`,
  ),

  // xs_tcp_send_request: what the socket says, and what is made of it.
  locking(
    "tcp_sendmsg",
    `t = xmit_done;
     if (sock == 0) { tk_status = ENOTCONN; }
     else if (sk_err != OK) { tk_status = sk_err; sk_err = OK; if (tk_status == ECONNRESET) { t = inet_shutdown; } }
     else if (tcp == SYN_SENT) {
       if (connected == 0) { tk_status = ENOTCONN; }
       else if (NOSPACE_AS_SENT == 1) { tk_status = OK; }
       else { tk_status = EAGAIN; }
     }
     else if ((tcp == ESTABLISHED || tcp == CLOSE_WAIT) && snd_shutdown == 0) {
       tk_status = OK;
       if (peer == serves) { if (call_sent == 1) { sent_twice = 1; } call_sent = 1; }
     }
     else { tk_status = EPIPE; }
     if (tk_status == EPIPE && EPIPE_SHUTS_DOWN == 1) { t = inet_shutdown; }`,
  ),

  // The task shuts down a socket that the worker may be connecting.
  locking("inet_shutdown", `if (sock == 1) { ${INET_SHUTDOWN} } t = xmit_done;`),

  // xprt_transmit's end and call_transmit_status: who keeps the lock.
  step(
    "xmit_done",
    `next = to_status;
     if (tk_status != OK) { t = call_status; }
     else if (connected == 0) { tk_status = ENOTCONN; t = call_status; }
     else { if (replied == 0) { queue = for_reply; } t = asleep; ${RELEASE} }`,
  ),
];
