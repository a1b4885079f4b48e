/** What runs in user space: a program that stats a file again and again (the report's hang.py). */
import type { Us } from "../trace.js";
import type { Kernel, Task, Thread } from "./kernel.js";
import { dprintk, placeOf, taskPrintk } from "./log.js";
import { block, exitThread } from "./sched.js";
import { goTo, type Steps, xprtOf } from "./step.js";

/** A stat is an ACCESS of the folder and a GETATTR of the file, attributes not being cached. */
const STAT_PROCS = [4, 1];

/** One stat'er: what it was told, and what it has done. Plain data. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly intervalUs: Us;
  /** When it was started. */
  readonly startUs: Us;
  /** When the stat under way began; undefined: none is. */
  statSinceUs: Us | undefined;
  /** Which of the stat's calls is next. */
  call: number;
  stats: number;
  /** How long each stat took. */
  tookUs: Us[];
}

export const PROGRAM_STEPS: Steps = {
  "user:sleep": {
    fn: "hrtimer_nanosleep",
    callers: ["sys_select"],
    user: true,
    run(k, thread) {
      goTo(thread, "user:stat");
      const { intervalUs } = programOf(k, thread);
      block(k, thread, { on: "timer", untilUs: k.now + intervalUs });
    },
  },

  "user:stat": {
    fn: "sys_newstat",
    callers: [],
    user: true,
    run(k, thread) {
      if (thread.killed) return exitThread(k, thread);
      const program = programOf(k, thread);
      program.statSinceUs = k.now;
      program.call = 0;
      goTo(thread, "nfs_call");
    },
  },

  nfs_call: {
    fn: "rpc_run_task",
    callers: ["sys_newstat", "vfs_stat", "nfs_getattr", "rpc_call_sync"],
    run(k, thread) {
      const task = newTask(k, thread, STAT_PROCS[programOf(k, thread).call]!);
      dprintk(k, "looking up Generic cred");
      dprintk(k, `new task initialized, procpid ${48 + thread.id}`);
      dprintk(k, "allocated task ffff88001f98f700");
      taskPrintk(k, task, "__rpc_execute flags=0x80");
      goTo(thread, "__rpc_execute");
    },
  },

  nfs_done: {
    fn: "nfs_getattr",
    callers: ["sys_newstat", "vfs_stat"],
    run(k, thread) {
      const program = programOf(k, thread);
      thread.task = -1;
      if (thread.killed) {
        say(k, program, "killed");
        return exitThread(k, thread);
      }
      if (thread.result === 0 && ++program.call < STAT_PROCS.length) return goTo(thread, "nfs_call");
      const tookUs = k.now - program.statSinceUs!;
      program.statSinceUs = undefined;
      program.stats++;
      program.tookUs.push(tookUs);
      const outcome = thread.result === 0 ? "ok" : `error ${-thread.result}`;
      say(k, program, `stat ${program.file}: ${outcome} after ${(tookUs / 1000).toFixed(1)} ms`);
      goTo(thread, "user:sleep");
    },
  },
};

function programOf(k: Kernel, thread: Thread): Program {
  return k.programs[thread.program]!;
}

function say(k: Kernel, program: Program, text: string): void {
  k.trace.push({ type: "output", at: placeOf(k).at, program: program.name, text });
}

function newTask(k: Kernel, thread: Thread, proc: number): Task {
  const task: Task = {
    id: k.tasks.length,
    pid: k.nextPid++,
    thread: thread.id,
    xprt: xprtOf(k, thread).id,
    proc,
    tk_action: "call_start",
    tk_callback: "none",
    tk_status: 0,
    timerAtUs: 0,
    running: true,
    queued: false,
    queue: "",
    xid: 0,
    hasSlot: false,
    encoded: false,
    rq_bytes_sent: 0,
    rq_connect_cookie: 0,
    rq_timeoutUs: k.timeoUs,
    rq_majortimeoUs: k.now + 3 * k.timeoUs,
    replied: false,
    sends: 0,
  };
  k.tasks.push(task);
  thread.task = task.id;
  return task;
}
