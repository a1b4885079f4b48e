/** The kernel's own words: its RPC debug log, its call stacks. */
import type { Kernel, Task, WaitQueue, Xprt } from "./kernel.js";

const XPRT_ADDR = 0xffff88001f83a800n;
const DELAYQ_ADDR = 0xffffffff81401fc0n;
const REQ_ADDR = 0xffff88001f98a400n;
/** HZ is 1000, and jiffies begin five minutes before they wrap. */
const FIRST_JIFFY = 0x100000000n - 300_000n;

/** Of the thread or interrupt that acts just now. */
export function placeOf(k: Kernel): { at: number; cpu: number; thread: string } {
  return { at: k.now, cpu: k.here.cpu, thread: k.threads[k.here.thread]?.name ?? "softirq" };
}

/** A line about the transport. */
export function dprintk(k: Kernel, text: string): void {
  k.trace.push({ type: "rpcdebug", ...placeOf(k), text: `       ${text}` });
}

/** A line about a task. */
export function taskPrintk(k: Kernel, task: Task, text: string): void {
  k.trace.push({ type: "rpcdebug", ...placeOf(k), text: ` ${String(task.pid).padStart(5)} ${text}` });
}

export function xprtAddr(x: Xprt): string {
  return (XPRT_ADDR + BigInt(x.id) * 0x800n).toString(16);
}

export function reqAddr(task: Task): string {
  return (REQ_ADDR + BigInt(task.xprt) * 0x100n).toString(16);
}

export function queueAddr(queue: WaitQueue, x: Xprt | undefined): string {
  if (x === undefined) return DELAYQ_ADDR.toString(16);
  const offset = queue.name === "xprt_sending" ? 0x178n : queue.name === "xprt_pending" ? 0x228n : 0x2d8n;
  return (XPRT_ADDR + BigInt(x.id) * 0x800n + offset).toString(16);
}

export function jiffies(k: Kernel): string {
  return (FIRST_JIFFY + BigInt(Math.floor(k.now / 1000))).toString();
}

/** Runs `body` as the kernel function `fn`: it shows in the call stacks of what happens inside. */
export function within<T>(k: Kernel, fn: string, body: () => T): T {
  k.stack.push(fn);
  const result = body();
  k.stack.pop();
  return result;
}
