/** xprt_connect (net/sunrpc/xprt.c), in the task that wants to send: the lock, the queue, the worker. */
import { EXECUTE } from "./action.js";
import { taskPrintk, xprtAddr } from "./log.js";
import { rpc_sleep_on } from "./queue.js";
import { goTo, type Steps, taskOf, xprtOf } from "./step.js";
import { xprt_release_xprt, xprt_reserve_xprt } from "./xprt.js";
import { xs_connect, xs_tcp_close } from "./xprtsock.js";

export const CONNECT_STEPS: Steps = {
  // The transport's write lock; a close that is due happens here, in the task's own context.
  xprt_connect: {
    fn: "xprt_connect",
    callers: [...EXECUTE, "call_connect"],
    run(k, thread, host) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      if (!x.flags.LOCKED || x.snd_task === task.id) {
        taskPrintk(
          k,
          task,
          `xprt_connect xprt ${xprtAddr(x)} ${x.flags.CONNECTED ? "is" : "is not"} connected`,
        );
      }
      goTo(thread, "__rpc_execute");
      if (!xprt_reserve_xprt(k, x, task)) return;
      if (x.flags.CLOSE_WAIT) {
        x.flags.CLOSE_WAIT = false;
        xs_tcp_close(k, x, host);
      }
      goTo(thread, "xprt_connect:connected");
    },
  },

  // Is it connected by now? If not, asleep: between this test and the queue lies a lost wake-up.
  "xprt_connect:connected": {
    fn: "xprt_connect",
    callers: [...EXECUTE, "call_connect"],
    run(k, thread) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      if (!x.flags.CONNECTED) return goTo(thread, "xprt_connect:sleep");
      xprt_release_xprt(k, x, task.id);
      goTo(thread, "__rpc_execute");
    },
  },

  "xprt_connect:sleep": {
    fn: "xprt_connect",
    callers: [...EXECUTE, "call_connect"],
    run(k, thread) {
      const task = taskOf(k, thread);
      const x = xprtOf(k, thread);
      task.rq_bytes_sent = 0;
      rpc_sleep_on(k, x.pending, task, task.rq_timeoutUs, "xprt_connect_status");
      goTo(thread, "xprt_connect:work");
    },
  },

  "xprt_connect:work": {
    fn: "xs_connect",
    callers: [...EXECUTE, "call_connect", "xprt_connect"],
    run(k, thread) {
      const x = xprtOf(k, thread);
      goTo(thread, "__rpc_execute");
      if (x.flags.CLOSING || x.flags.CONNECTING) return;
      x.flags.CONNECTING = true;
      xs_connect(k, x);
    },
  },
};
