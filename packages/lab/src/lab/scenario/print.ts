/** Scenarios back to YAML. */
import { Document, isMap, isSeq } from "yaml";
import type { Deed, Scenario } from "./scenario.js";
import { formatDuration, formatSched } from "./words.js";

/** Canonical YAML: every key, in one order, defaults said. `parseScenario` of it is the same scenario, lines aside. */
export function printScenario(s: Scenario): string {
  const doc = new Document({
    name: s.name,
    title: s.title,
    preset: s.preset,
    fixes: s.fixes,
    cpus: s.cpus,
    preemption: s.preemption,
    rpciod: formatSched(s.rpciod),
    timeo: s.timeoMs / 100,
    servers: s.servers,
    staters: s.staters.map((stater) => ({
      name: stater.name,
      server: stater.server,
      file: stater.file,
      sched: formatSched(stater.sched),
      interval: formatDuration(stater.intervalUs),
      start: formatDuration(stater.startUs),
      ...(stater.affinity === undefined ? {} : { affinity: stater.affinity }),
    })),
    latency: formatDuration(s.latencyUs),
    rp_filter: s.rpFilter,
    watch: s.watch,
    timeline: s.timeline.map((step) => ({ at: formatDuration(step.atUs), ...keysOf(step.deed) })),
    until: formatDuration(s.untilUs),
    "max-steps": s.maxSteps,
    expect: s.expect,
  });
  for (const key of ["servers", "staters", "timeline"]) {
    const items = doc.get(key);
    if (isSeq(items)) for (const item of items.items) if (isMap(item)) item.flow = true;
  }
  for (const key of ["fixes", "watch"]) {
    const words = doc.get(key);
    if (isSeq(words)) words.flow = true;
  }
  return doc.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function keysOf(deed: Deed): Record<string, unknown> {
  switch (deed.do) {
    case "blackhole":
    case "heal":
      return { [deed.do]: deed.host };
    case "restart-server":
      return {
        restart: deed.server,
        closing: deed.closing,
        refuse: formatDuration(deed.refuseUs),
        ...(deed.queue && {
          backlog: deed.queue.backlog,
          crowd: deed.queue.crowd,
          accept: formatDuration(deed.queue.acceptUs),
        }),
      };
    case "icmp":
      return { icmp: deed.error, host: deed.host, from: deed.from };
    case "taskset":
      return { taskset: deed.target, cpus: deed.cpus };
    case "chrt":
      return { chrt: deed.target, sched: formatSched(deed.sched) };
    case "kill":
      return { kill: deed.target };
    case "rpcinfo":
      return { rpcinfo: deed.server };
    case "wait":
      return { wait: formatDuration(deed.us) };
    case "wait-for":
      return { "wait-for": deed.event };
  }
}
