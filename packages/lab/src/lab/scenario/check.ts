/** What a scenario must be beyond its spelling: every name known, every step in its order. */
import type { Placed, Report } from "./error.js";
import { suggest } from "./nearest.js";
import type { Deed, Scenario, Server, Stater, TimelineStep } from "./scenario.js";
import { formatDuration } from "./words.js";

/** A scenario as read, its lists with their places, before it is known to make sense. */
export interface Draft extends Omit<Scenario, "untilUs" | "servers" | "staters" | "timeline"> {
  readonly untilUs: Placed<number>;
  readonly servers: readonly Placed<Server>[];
  readonly staters: readonly Placed<Stater>[];
  readonly timeline: readonly Placed<TimelineStep>[];
}

/** The scenario of a draft, its places forgotten. */
export function settle(draft: Draft): Scenario {
  return {
    ...draft,
    untilUs: draft.untilUs.value,
    servers: draft.servers.map((s) => s.value),
    staters: draft.staters.map((s) => s.value),
    timeline: draft.timeline.map((s) => s.value),
  };
}

/** Reports everything in `draft` that no run could follow. */
export function checkDraft(draft: Draft, report: Report): void {
  checkNames(draft, report);
  const names: Names = {
    servers: draft.servers.map((s) => s.value),
    staters: draft.staters.map((s) => s.value.name),
    cpus: draft.cpus,
  };
  for (const { value, at } of draft.staters) {
    known("server", value.server, namesOf(names.servers), at, report);
    checkCpus(value.affinity, draft.cpus, at, report);
    if (value.startUs >= draft.untilUs.value) {
      const until = formatDuration(draft.untilUs.value);
      report(
        at,
        "out-of-order",
        `${value.name} starts at ${formatDuration(value.startUs)}, but the run ends at ${until}`,
      );
    }
  }
  checkOrder(draft, report);
  const cutOff = new Set<string>();
  for (const step of draft.timeline) checkDeed(step.value.deed, step.at, names, cutOff, report);
}

interface Names {
  readonly servers: readonly Server[];
  readonly staters: readonly string[];
  readonly cpus: number;
}

function namesOf(servers: readonly Server[]): string[] {
  return servers.map((s) => s.name);
}

function known(
  what: string,
  name: string,
  words: readonly string[],
  at: Placed<0>["at"],
  report: Report,
): void {
  if (!words.includes(name)) report(at, "unknown-name", `no ${what} "${name}"; ${suggest(name, words)}`);
}

function checkNames(draft: Draft, report: Report): void {
  const taken = new Set<string>();
  for (const { value, at } of [...draft.servers, ...draft.staters]) {
    if (taken.has(value.name)) {
      report(at, "duplicate-name", `the name "${value.name}" is taken; give this one another`);
    }
    // A deed on `rpciod` means the kernel's threads.
    if (value.name === "rpciod")
      report(at, "duplicate-name", `rpciod is the kernel's; give this one another name`);
    taken.add(value.name);
  }
  const listening = new Set<string>();
  for (const { value, at } of draft.servers) {
    const address = `${value.host}:${value.port}`;
    if (listening.has(address)) {
      report(at, "duplicate-name", `two servers at ${address}; give ${value.name} another port`);
    }
    listening.add(address);
  }
}

function checkOrder(draft: Draft, report: Report): void {
  let latest = 0;
  for (const { value, at } of draft.timeline) {
    const when = formatDuration(value.atUs);
    if (value.atUs < latest) {
      report(
        at,
        "out-of-order",
        `the step at ${when} stands after one at ${formatDuration(latest)}; move it up or give it a later time`,
      );
    } else if (value.atUs >= draft.untilUs.value) {
      report(
        at,
        "out-of-order",
        `the step at ${when} never comes: the run ends at ${formatDuration(draft.untilUs.value)}; raise until`,
      );
    }
    latest = Math.max(latest, value.atUs);
  }
}

function checkDeed(deed: Deed, at: Placed<0>["at"], names: Names, cutOff: Set<string>, report: Report): void {
  switch (deed.do) {
    case "blackhole":
    case "icmp":
      checkHost(deed.host, at, names.servers, report);
      if (cutOff.has(deed.host)) {
        const how = deed.do === "icmp" ? "cut off" : "in a blackhole";
        report(at, "out-of-order", `${deed.host} is ${how} already; heal it first`);
      }
      cutOff.add(deed.host);
      return;
    case "heal":
      if (!cutOff.delete(deed.host)) {
        report(
          at,
          "heal-without-blackhole",
          `${deed.host} is in no blackhole; put "blackhole: ${deed.host}" before`,
        );
      }
      return;
    case "restart-server":
    case "rpcinfo":
      return known("server", deed.server, namesOf(names.servers), at, report);
    case "chrt":
      return known("thread", deed.target, ["rpciod", ...names.staters], at, report);
    case "taskset":
      if (deed.target === "rpciod") {
        return report(at, "bad-value", "rpciod's threads are bound, each to its CPU; taskset a stater");
      }
      checkCpus(deed.cpus, names.cpus, at, report);
      return known("stater", deed.target, names.staters, at, report);
    case "kill":
      return known("stater", deed.target, names.staters, at, report);
    case "wait":
    case "wait-for":
      return;
  }
}

function checkCpus(
  affinity: readonly number[] | undefined,
  cpus: number,
  at: Placed<0>["at"],
  report: Report,
): void {
  if (affinity === undefined) return;
  if (affinity.length === 0)
    report(at, "bad-value", "a thread needs a CPU to run on; name one, or leave the list out");
  const absent = affinity.find((cpu) => cpu >= cpus);
  if (absent === undefined) return;
  const have = cpus === 1 ? "there is only CPU 0" : `CPUs go from 0 to ${cpus - 1}`;
  report(
    at,
    "bad-value",
    `no CPU ${absent}: ${have}; did you mean ${cpus - 1}? Or raise cpus to ${absent + 1}`,
  );
}

function checkHost(host: string, at: Placed<0>["at"], servers: readonly Server[], report: Report): void {
  const hosts = servers.map((s) => s.host);
  if (!hosts.includes(host))
    report(at, "unknown-host", `no server has the address ${host}; ${suggest(host, hosts)}`);
}
