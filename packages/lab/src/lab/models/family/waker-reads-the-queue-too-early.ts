/** QUEUED says that `tk_waitqueue` holds; whoever reads the second before the first reads an old one. */
import { flag, NET, oneOf, sides, step, threads, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

const QUEUES = ["sending", "pending"] as const;

const PROGRAMS = sides("waker-reads-the-queue-too-early", "READS_QUEUED_FIRST", {
  variables: [
    // The task has been woken from `sending` a moment ago.
    oneOf("T", "inserts", "sets_queued", "asleep", "answered"),
    oneOf("tk_waitqueue", ...QUEUES),
    flag("QUEUED"),
    { name: "sending_qlen", min: -1, max: 0, initial: 0 },
    upTo(1, "pending_qlen"),
    oneOf("waker", "first_read", "second_read", "done"),
    oneOf("seen_waitqueue", ...QUEUES),
    flag("seen_queued"),
  ],
  actors: [...threads("T", "waker"), NET],
  actions: [
    // __rpc_add_wait_queue, under the lock of `pending`.
    step(
      "T",
      "__rpc_add_wait_queue",
      "T == inserts",
      "tk_waitqueue = pending; pending_qlen = pending_qlen + 1; T = sets_queued;",
    ),
    step("T", "rpc_set_queued", "T == sets_queued", "QUEUED = 1; T = asleep;"),
    // rpc_wake_up_queued_task of `sending`, under the lock of `sending`: a second waker of the same task, too late.
    step(
      "waker",
      "first-read",
      "waker == first_read",
      `if (READS_QUEUED_FIRST == 1) { seen_queued = QUEUED; } else { seen_waitqueue = tk_waitqueue; }
       waker = second_read;`,
    ),
    step(
      "waker",
      "second-read",
      "waker == second_read",
      `if (READS_QUEUED_FIRST == 1) { seen_waitqueue = tk_waitqueue; } else { seen_queued = QUEUED; }
       if (seen_queued == 1 && seen_waitqueue == sending) { sending_qlen = sending_qlen - 1; QUEUED = 0; }
       waker = done; seen_queued = 0; seen_waitqueue = sending;`,
    ),
    step(
      "net",
      "reply",
      "T == asleep && QUEUED == 1 && tk_waitqueue == pending",
      "pending_qlen = pending_qlen - 1; QUEUED = 0; T = answered;",
    ),
  ],
  goal: "T == answered",
  never: { "a task leaves a queue that it is not on": "sending_qlen < 0" },
});

export const wakerReadsTheQueueTooEarly: Situation = {
  name: "waker-reads-the-queue-too-early",
  title: "A waker takes a task off a queue that it is not on",
  source: "L11, el6-373, 2013",
  symptom: "A task's entry in one wait queue is removed under the lock of another: the lists are damaged.",
  cause:
    "The processor reads tk_waitqueue before QUEUED: it sees the queue the task was on before, and that it is queued, now elsewhere.",
  fix: "Barriers: the queue is written before QUEUED is set, and read after QUEUED is seen.",
  ...PROGRAMS,
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "Only the reader's order is varied; the writer's stores stay in order, as if its barrier were there.",
};
