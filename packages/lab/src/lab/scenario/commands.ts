/** The commands of a report script: each word of the report's shell lines and what it comes to in a scenario. */
import { add, type Compiling, gap, pass } from "./compiling.js";
import { DEFAULT_PORT } from "./defaults.js";
import { suggest } from "./nearest.js";
import type { Sched, SchedClass, Server } from "./scenario.js";
import type { Command } from "./shell.js";
import { parseCpuList, parseCpuMask, parseDuration, parseHost, parseMount, schedOf } from "./words.js";

interface Known {
  readonly name: string;
  readonly is: (word: string) => boolean;
  readonly run: (command: Command, c: Compiling) => void;
}

const named = (name: string) => (word: string) => word === name;
const PROGRAM = /^(?:\.{0,2}\/)?(?:[\w.-]+\/)*([\w-]+\.py)$/;

export const COMMANDS: readonly Known[] = [
  { name: "showmount", is: named("showmount"), run: noEffect },
  { name: "mkdir", is: named("mkdir"), run: noEffect },
  { name: "touch", is: named("touch"), run: noEffect },
  { name: "uname", is: named("uname"), run: () => {} },
  { name: "mount", is: named("mount"), run: mount },
  {
    name: "./hang.py",
    is: (word) => PROGRAM.test(word),
    run: (command, c) => program(command, command.words, c),
  },
  { name: "chrt", is: named("chrt"), run: chrt },
  { name: "taskset", is: named("taskset"), run: taskset },
  { name: "ip", is: named("ip"), run: ip },
  {
    name: "/etc/init.d/nfs",
    is: named("/etc/init.d/nfs"),
    run: (command, c) => restart(command, "restart", 1, c),
  },
  { name: "service", is: named("service"), run: (command, c) => restart(command, "nfs restart", 1, c) },
  { name: "kill", is: named("kill"), run: kill },
  { name: "pkill", is: named("pkill"), run: kill },
  { name: "rpcinfo", is: named("rpcinfo"), run: rpcinfo },
  { name: "sleep", is: named("sleep"), run: sleep },
];

function noEffect(command: Command, c: Compiling): void {
  c.notes.push(`line ${command.at.line}: ${command.words[0]} has no effect on the model`);
}

/** Says what a command is written like. */
function usage(command: Command, c: Compiling, like: string): void {
  c.report(command.at, "bad-command", `cannot read "${command.words.join(" ")}"; write ${like}`);
}

function mount(command: Command, c: Compiling): void {
  const words = command.words.slice(1);
  const plain: string[] = [];
  let options: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "-o") options = words[++i];
    else if (word === "-t") i++;
    else plain.push(word);
  }
  const [what, point] = plain;
  const host = /^([^:]+):\//.exec(what ?? "")?.[1];
  if (host === undefined || point === undefined || plain.length > 2) {
    return usage(command, c, "mount -t nfs -o timeo=600 192.168.1.200:/export/test /mnt/test");
  }
  const server = serverAt(host, command, c);
  if (server === undefined) return;
  c.mounts.set(point.replace(/\/+$/, "") || "/", server);
  if (options === undefined) return;
  const parsed = parseMount(options);
  if (!parsed.ok) return c.report(command.at, parsed.code, `mount -o: ${parsed.message}`);
  const { timeoMs } = parsed.value;
  if (timeoMs === undefined) return;
  if (c.timeoAt !== undefined && timeoMs !== c.settings.timeoMs) {
    const line = c.timeoAt.line;
    return c.report(command.at, "bad-value", `mount -o: all mounts have one timeo; line ${line} has another`);
  }
  c.settings.timeoMs = timeoMs;
  c.timeoAt = command.at;
}

/** The name of the server at an address or of that name, known from now on. */
function serverAt(host: string, command: Command, c: Compiling): string | undefined {
  const known = c.servers.find(({ value }) => value.host === host || value.name === host);
  if (known !== undefined) return known.value.name;
  if (!parseHost(host).ok) {
    c.report(
      command.at,
      "unknown-host",
      `no address for "${host}"; write it as 192.168.1.200, or "# host: ${host} 192.168.1.200" before`,
    );
    return undefined;
  }
  const name = c.servers.length === 0 ? "server" : `server${c.servers.length + 1}`;
  const server: Server = { name, host, port: DEFAULT_PORT };
  c.servers.push({ value: server, at: command.at });
  return name;
}

const OTHER: Sched = { class: "OTHER", prio: 0 };

/** What stands before a program: priority and CPUs. */
interface Launch {
  readonly sched: Sched;
  readonly affinity?: readonly number[];
}

function program(
  command: Command,
  words: readonly string[],
  c: Compiling,
  launch: Launch = { sched: OTHER },
): void {
  const base = PROGRAM.exec(words[0] ?? "")?.[1];
  const [, file, seconds] = words;
  const interval = parseDuration(`${seconds}s`);
  if (base === undefined || file === undefined || words.length > 3 || !interval.ok) {
    return usage(command, c, "chrt 50 ./hang.py /mnt/test/file.txt 10");
  }
  const points = [...c.mounts.keys()].filter((p) => file === p || file.startsWith(p === "/" ? p : `${p}/`));
  const point = points.sort((a, b) => b.length - a.length)[0];
  if (point === undefined) {
    const mounted = [...c.mounts.keys()];
    const hint = mounted.length === 0 ? "mount first" : `mounted: ${mounted.join(", ")}`;
    return c.report(command.at, "unknown-name", `${file} is on no NFS mount; ${hint}`);
  }
  if (c.adrift) {
    return c.report(
      command.at,
      "out-of-order",
      `${base} starts after a blackhole, at a time nobody knows; start it before`,
    );
  }
  gap(c, command.at);
  const same = c.jobs.filter((job) => job === base || job.startsWith(`${base}-`)).length;
  const name = same === 0 ? base : `${base}-${same + 1}`;
  c.jobs.push(name);
  const server = c.mounts.get(point)!;
  const value = { name, server, file, ...launch, intervalUs: interval.value, startUs: c.clockUs };
  c.staters.push({ value, at: command.at });
}

const POLICIES: Readonly<Record<string, SchedClass>> = {
  ...{ "-r": "RR", "--rr": "RR", "-f": "FIFO", "--fifo": "FIFO", "-o": "OTHER", "--other": "OTHER" },
};

/** chrt(1): round-robin when no class is named. */
function chrt(command: Command, c: Compiling, all = command.words, launch: Omit<Launch, "sched"> = {}): void {
  let of: SchedClass = "RR";
  let words = all.slice(1);
  let onPid = false;
  while (words[0]?.startsWith("-") && !/^-\d/.test(words[0])) {
    const flag = words[0];
    if (flag === "-p" || flag === "--pid") onPid = true;
    else if (Object.hasOwn(POLICIES, flag)) of = POLICIES[flag]!;
    else return usage(command, c, "chrt 50 ./hang.py FILE SECONDS, or chrt -p 51 $(pgrep rpciod)");
    words = words.slice(1);
  }
  const prio = words[0] ?? "";
  if (!/^-?\d+$/.test(prio) || words.length < 2) {
    return usage(command, c, "chrt 50 ./hang.py FILE SECONDS, or chrt -p 51 $(pgrep rpciod)");
  }
  const sched = schedOf(of, Number(prio));
  if (!sched.ok) return c.report(command.at, sched.code, `chrt: ${sched.message}`);
  if (!onPid) return started(command, words.slice(1), c, { ...launch, sched: sched.value });
  const targets = targetsOf(words.slice(1), command, c, ["rpciod"]);
  if (targets.length > 0) gap(c, command.at);
  for (const target of targets) add(c, command.at, { do: "chrt", target, sched: sched.value });
}

/** taskset(1): a mask, or a list after -c; -p for what runs already. */
function taskset(command: Command, c: Compiling, all = command.words, sched: Sched = OTHER): void {
  const like = "taskset -c 0 chrt 50 ./hang.py FILE SECONDS, or taskset -cp 0 $(pgrep hang.py)";
  let words = all.slice(1);
  let flags = "";
  while (words[0]?.startsWith("-")) {
    flags += ({ "--cpu-list": "c", "--pid": "p" } as Record<string, string>)[words[0]] ?? words[0].slice(1);
    words = words.slice(1);
  }
  if (!/^c?p?c?$/.test(flags) || words.length < 2) return usage(command, c, like);
  const cpus = (flags.includes("c") ? parseCpuList : parseCpuMask)(words[0]!);
  if (!cpus.ok) return c.report(command.at, cpus.code, `taskset: ${cpus.message}`);
  const rest = words.slice(1);
  if (!flags.includes("p")) return started(command, rest, c, { sched, affinity: cpus.value });
  const targets = targetsOf(rest, command, c, ["rpciod"]);
  if (targets.length > 0) gap(c, command.at);
  for (const target of targets) add(c, command.at, { do: "taskset", target, cpus: cpus.value });
}

/** What a launcher starts: a program, or another launcher that does. */
function started(command: Command, words: readonly string[], c: Compiling, launch: Launch): void {
  const { sched, ...rest } = launch;
  if (words[0] === "chrt") return chrt(command, c, words, rest);
  if (words[0] === "taskset") return taskset(command, c, words, sched);
  program(command, words, c, launch);
}

function ip(command: Command, c: Compiling): void {
  const [, object, verb, ...rest] = command.words;
  if (object === "route" && verb === "flush") return;
  const adding = object === "route" && verb === "add" && rest[0] === "blackhole";
  const deleting = object === "route" && (verb === "del" || verb === "delete");
  const target = rest.at(-1)?.replace(/\/32$/, "");
  const extra = adding || rest[0] === "blackhole" ? 2 : 1;
  if (!(adding || deleting) || target === undefined || rest.length !== extra) {
    return usage(command, c, "ip route add blackhole 192.168.1.200/32, or ip route del 192.168.1.200/32");
  }
  const host = parseHost(target);
  if (!host.ok) return c.report(command.at, host.code, `ip route: ${host.message}`);
  gap(c, command.at);
  if (deleting) return add(c, command.at, { do: "heal", host: host.value });
  add(c, command.at, { do: "blackhole", host: host.value });
  add(c, command.at, { do: "wait-for", event: "stat-in-flight" });
}

/** The server is the prompt's (`server#`), or the only one. */
function restart(command: Command, like: string, from: number, c: Compiling): void {
  if (command.words.slice(from).join(" ") !== like) return usage(command, c, `${command.words[0]} ${like}`);
  const names = c.servers.map((s) => s.value.name);
  const only = names.length === 1 && (command.prompt === undefined || command.prompt === "client");
  const server = only ? names[0]! : command.prompt;
  if (server === undefined || server === "client") {
    const hint = names.length === 0 ? "mount one first" : `write the prompt: ${names.join("# or ")}#`;
    return c.report(command.at, "unknown-name", `which server restarts? ${hint}`);
  }
  gap(c, command.at);
  add(c, command.at, { do: "restart-server", server, ...c.restart });
}

function kill(command: Command, c: Compiling): void {
  const pkill = command.words[0] === "pkill";
  const words = command.words.slice(1).filter((word) => !/^-/.test(word));
  const targets = pkill ? byName(words[0] ?? "", command, c, []) : targetsOf(words, command, c, []);
  if (targets.length > 0) gap(c, command.at);
  for (const target of targets) add(c, command.at, { do: "kill", target });
}

/** Whom a list of process ids means: `$(pgrep NAME)`, `%1`, a variable or a number (the last program started). */
function targetsOf(
  words: readonly string[],
  command: Command,
  c: Compiling,
  others: readonly string[],
): string[] {
  const text = words.join(" ");
  const pgrep = /^(?:\$\(|`)\s*(?:pgrep|pidof)\s+(?:-\w\s+)?(\S+?)\s*[)`]$/.exec(text)?.[1];
  if (pgrep !== undefined) return byName(pgrep, command, c, others);
  const job = /^%(\d+)$/.exec(text)?.[1];
  const target = job === undefined ? c.jobs.at(-1) : c.jobs[Number(job) - 1];
  if (words.length === 1 && target !== undefined && /^(%\d+|\d+|\$?[A-Za-z_]\w*|\$!|\$\{\w+\})$/.test(text)) {
    if (job === undefined) c.notes.push(`line ${command.at.line}: ${text} is taken for ${target}`);
    return [target];
  }
  if (words.length === 1 && job !== undefined) {
    c.report(command.at, "unknown-name", `no job %${job}; ${c.jobs.length} started so far`);
  } else usage(command, c, `${command.words[0]} … $(pgrep hang.py)`);
  return [];
}

function byName(name: string, command: Command, c: Compiling, others: readonly string[]): string[] {
  const jobs = c.jobs.filter((job) => job === name || job.startsWith(`${name}-`));
  const found = [...others.filter((other) => other === name), ...jobs];
  if (found.length === 0) {
    c.report(
      command.at,
      "unknown-name",
      `nothing called "${name}" runs; ${suggest(name, [...others, ...c.jobs])}`,
    );
  }
  return found;
}

function rpcinfo(command: Command, c: Compiling): void {
  const [, flag, named] = command.words;
  const [only, second] = c.servers;
  // Without a host it would ask its own; in the report's prose it means the server.
  const host = named ?? (second === undefined ? only?.value.name : undefined);
  if (flag !== "-p" || host === undefined) return usage(command, c, "rpcinfo -p server");
  const server = c.servers.find(({ value }) => value.host === host || value.name === host);
  if (server === undefined) {
    const names = c.servers.flatMap(({ value }) => [value.name, value.host]);
    return c.report(command.at, "unknown-name", `no server "${host}"; ${suggest(host, names)}`);
  }
  gap(c, command.at);
  add(c, command.at, { do: "rpcinfo", server: server.value.name });
}

function sleep(command: Command, c: Compiling): void {
  const text = command.words[1] ?? "";
  const us = parseDuration(/^[\d.]+$/.test(text) ? `${text}s` : text);
  if (!us.ok || command.words.length !== 2) return usage(command, c, "sleep 5");
  pass(c, command.at, us.value);
}
