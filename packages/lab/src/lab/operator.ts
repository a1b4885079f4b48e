/** Who acts from outside: what the timeline of a scenario says, done to the world. */
import type { Kernel, Thread } from "./linux/kernel.js";
import { startRpcinfo } from "./linux/rpcinfo.js";
import { setAffinity, wakeThread } from "./linux/sched.js";
import { blackhole, heal, peerRestart, unreachable } from "./net/mod.js";
import type { Deed } from "./scenario/mod.js";
import type { Us } from "./trace.js";
import { softirq, type World, worldOf } from "./world-state.js";

/** When the operator acts next; undefined: never, or when a stat is in flight. */
export function deedAtUs(w: World): Us | undefined {
  const step = w.scenario.timeline[w.next];
  if (step === undefined) return undefined;
  const at = Math.max(step.atUs, w.notBeforeUs);
  if (step.deed.do !== "wait-for") return at;
  const since = w.waitingSinceUs ?? w.k.now;
  w.waitingSinceUs ??= w.k.now;
  return w.k.programs.some((p) => p.statSinceUs !== undefined && p.statSinceUs >= since)
    ? Math.max(at, w.k.now)
    : undefined;
}

/** Does the next line of the timeline. */
export function act(w: World): void {
  const { deed } = w.scenario.timeline[w.next++]!;
  w.waitingSinceUs = undefined;
  w.notBeforeUs = w.k.now;
  perform(w, deed);
}

function perform(w: World, deed: Deed): void {
  const { k } = w;
  const told = (host: string, text: string) => k.trace.push({ type: "operator", at: k.now, host, text });
  switch (deed.do) {
    case "blackhole":
      told("client", `ip route add blackhole ${deed.host}/32`);
      return blackhole(k.fabric, k.host, deed.host);
    case "heal":
      if (k.fabric.unreachables.some(({ host }) => host === deed.host))
        told("network", `${deed.host} can be reached again`);
      else told("client", `ip route del ${deed.host}/32`);
      w.reliefAtUs = k.now;
      return heal(k.fabric, k.host, deed.host);
    case "restart-server": {
      told(deed.server, "/etc/init.d/nfs restart");
      const server = w.scenario.servers.find(({ name }) => name === deed.server)!;
      const peer = w.peers.find(({ addr }) => addr.host === server.host && addr.port === server.port)!;
      return peerRestart(peer, worldOf(w), deed.closing, deed.refuseUs, deed.queue);
    }
    case "chrt":
      told("client", `chrt ${deed.sched.class} ${deed.sched.prio} ${deed.target}`);
      w.reliefAtUs = k.now;
      for (const thread of threadsOf(k, deed.target)) thread.sched = deed.sched;
      return;
    case "taskset":
      told("client", `taskset -cp ${deed.cpus.join()} ${deed.target}`);
      w.reliefAtUs = k.now;
      for (const thread of threadsOf(k, deed.target)) setAffinity(k, thread, deed.cpus);
      return;
    case "icmp":
      told("network", `${deed.host} cannot be reached: ${deed.error} from ${deed.from}`);
      return unreachable(k.fabric, deed.host, deed.error, deed.from);
    case "kill":
      told("client", `kill ${deed.target}`);
      w.reliefAtUs = k.now;
      for (const thread of threadsOf(k, deed.target)) softirq(w, () => kill(k, thread), thread.cpu);
      return;
    case "rpcinfo":
      told("client", `rpcinfo -p ${deed.server}`);
      return startRpcinfo(k, w.scenario.servers.find(({ name }) => name === deed.server)!.host);
    case "wait":
      w.notBeforeUs = k.now + deed.us;
      return;
    case "wait-for":
      told("client", "a stat is in flight");
  }
}

function threadsOf(k: Kernel, target: string): Thread[] {
  if (target === "rpciod") return k.threads.filter(({ program }) => program === -1);
  return k.threads.filter(({ name, program }) => program >= 0 && name === target);
}

/** A fatal signal: killable sleeps end. */
function kill(k: Kernel, thread: Thread): void {
  thread.killed = true;
  const on = thread.blocked?.on;
  if (on === "task" || on === "timer") wakeThread(k, thread);
}
