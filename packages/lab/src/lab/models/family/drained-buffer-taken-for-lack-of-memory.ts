/** One error for two lacks, buffer space and memory, told apart by a look that comes too late. */
import { flag, NET, oneOf, sides, step, threads, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("drained-buffer-taken-for-lack-of-memory", "LOOKS_BEFORE_SENDING", {
  variables: [
    oneOf("T", "looks", "tcp_sendmsg", "got_EAGAIN", "xs_nospace", "waits_for_space", "rpc_delay", "sent"),
    upTo(2, "rq_bytes_sent"),
    flag("unacked"),
    flag("was_writeable"),
  ],
  actors: [...threads("T"), NET, { name: "delay", kind: "timer", fairness: "weak" }],
  actions: [
    step("T", "sk_stream_is_writeable", "T == looks", "was_writeable = unacked == 0; T = tcp_sendmsg;"),
    step(
      "T",
      "tcp_sendmsg",
      "T == tcp_sendmsg",
      `if (unacked == 1) { T = got_EAGAIN; }
       else {
         unacked = 1; rq_bytes_sent = rq_bytes_sent + 1;
         if (rq_bytes_sent == 2) { T = sent; } else { T = looks; }
       }`,
    ),
    // The socket's lock is free again. Refused with room to spare means that memory is short: ENOBUFS.
    step(
      "T",
      "which-lack",
      "T == got_EAGAIN",
      `if (LOOKS_BEFORE_SENDING == 0) { was_writeable = unacked == 0; }
       if (was_writeable == 1) { T = rpc_delay; } else { T = xs_nospace; }
       was_writeable = 0;`,
    ),
    // Under the socket's lock: there is nothing to wait for if it has drained.
    step(
      "T",
      "xs_nospace",
      "T == xs_nospace",
      "if (unacked == 1) { T = waits_for_space; } else { T = looks; }",
    ),
    step("net", "ack", "unacked == 1", "unacked = 0; if (T == waits_for_space) { T = looks; }"),
    // Memory is not short here: this timer waits for nothing.
    {
      name: "delay.timer",
      actor: "delay",
      when: "T == rpc_delay",
      does: "T = looks;",
      after: 1,
      unrelated: true,
    },
  ],
  goal: "T == sent",
  never: {},
});

export const drainedBufferTakenForLackOfMemory: Situation = {
  name: "drained-buffer-taken-for-lack-of-memory",
  title: "A buffer that has drained since is taken for a lack of memory",
  source: "L38, 2022",
  symptom: "A sender sleeps on a timer while its socket has room and memory is plenty.",
  cause:
    "A full buffer and a lack of memory both give EAGAIN; the task tells them apart by the room in the buffer, looking after the socket's lock was dropped, and the buffer may have drained by then.",
  fix: "The room is looked at before the send: refused with room to spare then, it can only be memory.",
  ...PROGRAMS,
  expect: { broken: "stalls", fixed: "recovers" },
  limits:
    "Memory is never short, and a buffer is full or empty; the sleep without a waker and the spin that this bug is known for too need the states in between.",
};
