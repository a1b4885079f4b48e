/** `rpcinfo -p`: a connection of its own to the server's portmapper, past everything the NFS mount holds. */
import {
  EINPROGRESS,
  inet_release,
  inet_stream_connect,
  newSock,
  type Sock,
  TCP_ESTABLISHED,
  TCP_SYN_SENT,
  tcp_recvmsg,
  tcp_sendmsg,
} from "../net/mod.js";
import type { Kernel, Thread } from "./kernel.js";
import { newThread } from "./new-kernel.js";
import { block, exitThread, wakeThread } from "./sched.js";
import { goTo, type Steps } from "./step.js";

const PORTMAPPER_PORT = 111;
const FIRST_PORT = 40_000;
/** Looks again after this while it waits: a socket's own wake is not modelled for user programs. */
const POLL_US = 1000;
/** rpcinfo's own patience. */
const TIMEOUT_US = 60_000_000;
const XID = 0x72706369;

/** Starts the program. */
export function startRpcinfo(k: Kernel, server: string): void {
  const thread: Thread = {
    ...newThread(k.threads.length, "rpcinfo", 0),
    pc: "rpcinfo",
    program: k.programs.length,
    blocked: { on: "nothing" },
  };
  k.threads.push(thread);
  k.programs.push({
    name: "rpcinfo",
    file: server,
    intervalUs: 0,
    statSinceUs: undefined,
    call: 0,
    startUs: k.now,
    stats: 0,
    tookUs: [],
  });
  wakeThread(k, thread);
}

function say(k: Kernel, text: string): void {
  k.trace.push({ type: "output", at: k.now, program: "rpcinfo", text });
}

function end(k: Kernel, thread: Thread, text: string): void {
  say(k, text);
  exitThread(k, thread);
}

function sockOf(k: Kernel, thread: Thread): Sock {
  return k.socks[thread.saved]!;
}

function poll(k: Kernel, thread: Thread, pc: string): void {
  const program = k.programs[thread.program]!;
  if (k.now - program.startUs > TIMEOUT_US)
    return end(k, thread, `rpcinfo: can't contact ${program.file}: timed out`);
  goTo(thread, pc);
  block(k, thread, { on: "timer", untilUs: k.now + POLL_US });
}

export const RPCINFO_STEPS: Steps = {
  rpcinfo: {
    fn: "sys_connect",
    callers: [],
    run(k, thread, host) {
      const server = k.programs[thread.program]!.file;
      thread.saved = k.socks.length;
      const sk = newSock(thread.saved, { host: k.host, port: FIRST_PORT + thread.saved });
      k.socks.push(sk);
      const result = inet_stream_connect(host, sk, { host: server, port: PORTMAPPER_PORT });
      if (result < 0 && result !== -EINPROGRESS)
        return end(k, thread, `rpcinfo: can't contact ${server}: error ${-result}`);
      poll(k, thread, "rpcinfo:connected");
    },
  },

  "rpcinfo:connected": {
    fn: "sys_write",
    callers: [],
    run(k, thread, host) {
      const sk = sockOf(k, thread);
      if (sk.sk_state === TCP_SYN_SENT) return poll(k, thread, "rpcinfo:connected");
      if (sk.sk_state !== TCP_ESTABLISHED) return end(k, thread, `rpcinfo: error ${sk.sk_err}`);
      tcp_sendmsg(host, sk, { kind: "call", xid: XID, proc: 4, bytes: 44 });
      poll(k, thread, "rpcinfo:reply");
    },
  },

  "rpcinfo:reply": {
    fn: "sys_read",
    callers: [],
    run(k, thread, host) {
      const sk = sockOf(k, thread);
      if (typeof tcp_recvmsg(host, sk) === "number") return poll(k, thread, "rpcinfo:reply");
      inet_release(host, sk);
      const took = (k.now - k.programs[thread.program]!.startUs) / 1000;
      k.programs[thread.program]!.stats++;
      end(k, thread, `100003 3 tcp 2049 nfs, after ${took.toFixed(1)} ms`);
    },
  },
};
