import type { Kernel } from "./kernel.js";

/** The state of the client without its clocks and counters: equal digests behave alike. */
export function digestOf(k: Kernel): string {
  const threads = k.threads.map(
    (t) => `${t.pc} ${t.state} ${t.blocked?.on ?? ""} ${t.sched.class}${t.sched.prio} ${t.result}`,
  );
  const tasks = k.threads
    .filter((t) => t.task >= 0)
    .map((t) => k.tasks[t.task]!)
    .map(
      (t) =>
        `${t.tk_action} ${t.tk_callback} ${t.tk_status} ${t.queue} ${t.running} ${t.queued} ${t.replied}`,
    );
  const xprts = k.xprts.map((x) => {
    const flags = Object.entries(x.flags)
      .filter(([, on]) => on)
      .map(([name]) => name);
    return `${flags.join("|")} ${x.pending.tasks.length} ${x.sending.tasks.length} ${x.reestablishUs} ${x.heldWake ?? ""}`;
  });
  const socks = k.xprts
    .filter((x) => x.sock >= 0)
    .map((x) => k.socks[x.sock]!)
    .map(
      (sk) => `${sk.state} ${sk.sk_state} ${sk.sk_err} ${sk.sk_shutdown} ${sk.owned} ${sk.writeQueue.length}`,
    );
  const works = k.works.map((work) => `${work.fn} ${work.queued}`);
  return [threads, tasks, xprts, socks, works].map((part) => part.join(";")).join("\n");
}
