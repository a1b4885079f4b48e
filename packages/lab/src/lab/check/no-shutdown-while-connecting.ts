import { TCP_CLOSE } from "../net/mod.js";
import type { Property } from "./mod.js";

/**
 * Never a task that shuts down a dead socket which the connect worker is about to connect: the shutdown bits outlive
 * the connect, and the new connection cannot send. The kernels of the hang do it each round, so it is only looked for
 * when a scenario says so.
 */
export function noShutdownWhileConnecting(): Property {
  return {
    name: "no-shutdown-while-connecting",
    look(k, seen) {
      if (!seen.some((event) => event.type === "step" && event.fn === "inet_shutdown")) return undefined;
      const thread = k.threads[k.here.thread];
      const x = k.xprts[thread?.xprt ?? -1];
      const sk = k.socks[x?.sock ?? -1];
      // A worker's own shutdown is not meant, nor a task that still waits for the socket's lock.
      if (thread === undefined || thread.program < 0 || thread.pc === "xs_tcp_shutdown") return undefined;
      if (x?.workerRuns !== true || sk?.sk_state !== TCP_CLOSE) return undefined;
      return `${thread.name} shut a closed socket down while the worker was connecting it (sk_shutdown ${sk.sk_shutdown})`;
    },
  };
}
