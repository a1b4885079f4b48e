/** The buffer drains between "it is full" and "tell me when it is not". */
import { flag, NET, oneOf, sides, step, threads, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

/** xs_tcp_write_space, which TCP calls only of a socket that is marked: wakes the owner of the lock if it waits. */
const WRITE_SPACE = "if (SOCK_NOSPACE == 1) { SOCK_NOSPACE = 0; if (queue == for_space) { queue = awake; } }";

const PROGRAMS = sides("space-freed-before-the-wait", "LOOKS_AGAIN", {
  variables: [
    oneOf("T", "tcp_sendmsg", "xs_nospace", "looks_again", "asleep", "sent"),
    oneOf("queue", "awake", "for_space"),
    upTo(2, "rq_bytes_sent"),
    upTo(1, "unacked"),
    flag("SOCK_NOSPACE"),
  ],
  actors: [...threads("T"), NET],
  actions: [
    step(
      "T",
      "tcp_sendmsg",
      "T == tcp_sendmsg",
      `if (unacked == 1) { T = xs_nospace; }
       else { unacked = 1; rq_bytes_sent = rq_bytes_sent + 1; if (rq_bytes_sent == 2) { T = sent; } }`,
    ),
    step(
      "T",
      "xs_nospace",
      "T == xs_nospace",
      `SOCK_NOSPACE = 1; queue = for_space; if (LOOKS_AGAIN == 1) { T = looks_again; } else { T = asleep; }`,
    ),
    step("T", "looks_again", "T == looks_again", `if (unacked == 0) { ${WRITE_SPACE} } T = asleep;`),
    step("T", "__rpc_execute", "T == asleep && queue == awake", "T = tcp_sendmsg;"),
    step("net", "ack", "unacked == 1", `unacked = 0; ${WRITE_SPACE}`),
  ],
  goal: "T == sent",
  never: {},
});

export const spaceFreedBeforeTheWait: Situation = {
  name: "space-freed-before-the-wait",
  title: "Buffer space comes between the refusal and the wait for it",
  source: "L14, 06ea0bfe6e60, 2014",
  symptom: "A sender sleeps for ever on a connection that is idle and in order.",
  cause:
    "The socket drains after it said EAGAIN and before the task has marked it and queued itself; an empty buffer frees nothing more, so nobody is told.",
  fix: "After queueing, the write-space callback is run once by hand.",
  ...PROGRAMS,
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "A hard task, which has no timer here (see timer-runs-while-waiting-for-space); a buffer of one part.",
};
