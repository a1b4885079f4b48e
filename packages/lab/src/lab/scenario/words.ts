/** The human spellings of a scenario, each a function from text to a value or to what is wrong with it. */
import type { Us } from "../trace.js";
import type { ProblemCode } from "./error.js";
import { nearest, suggest } from "./nearest.js";
import type { Sched, SchedClass } from "./scenario.js";

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string };

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function bad(code: ProblemCode, message: string): Parsed<never> {
  return { ok: false, code, message };
}

const UNITS: Readonly<Record<string, Us>> = { us: 1, µs: 1, ms: 1000, s: 1_000_000, min: 60_000_000 };
const DAY_US = 86_400_000_000;

/** `10s`, `200ms`, `5us`, `1.5s`, `2min`, `0`. Whole microseconds up to a day. */
export function parseDuration(text: string): Parsed<Us> {
  if (text === "0") return good(0);
  const match = /^(-?)(\d+(?:\.\d+)?)\s*(\p{L}*)$/u.exec(text);
  if (match === null) return bad("bad-duration", `"${text}" is no duration; write 10s, 200ms or 5us`);
  const [, sign, number, unit] = match as unknown as [string, string, string, string];
  if (sign === "-") return bad("bad-duration", `${text} lies in the past; a duration is 0 or more`);
  if (unit === "")
    return bad("bad-duration", `${text} of what? Write ${number}s, ${number}ms or ${number}us`);
  if (!Object.hasOwn(UNITS, unit)) {
    const units = Object.keys(UNITS).filter((u) => u !== "µs");
    return bad("bad-duration", `no unit "${unit}"; ${suggest(unit, units)}`);
  }
  // Rounded to what a double can hold exactly, so that 0.1ms is 100us and 0.0001ms is refused.
  const us = Number((Number(number) * UNITS[unit]!).toPrecision(15));
  if (us > DAY_US) return bad("bad-duration", `${text} is more than a day`);
  if (!Number.isInteger(us)) return bad("bad-duration", `${text} is no whole number of us`);
  return good(us);
}

/** The shortest spelling that reads back as the same number. */
export function formatDuration(us: Us): string {
  if (us % 1_000_000 === 0) return `${us / 1_000_000}s`;
  return us % 1000 === 0 ? `${us / 1000}ms` : `${us}us`;
}

const CLASSES: readonly SchedClass[] = ["OTHER", "FIFO", "RR"];

/** Checks a priority against its class: 1 to 99 of FIFO and RR, 0 of OTHER (sched_setscheduler(2)). */
export function schedOf(of: SchedClass, prio: number): Parsed<Sched> {
  if (of === "OTHER") {
    if (prio === 0) return good({ class: of, prio });
    return bad("bad-priority", `OTHER has no priority ${prio}; write OTHER, or RR ${clampPrio(prio)}`);
  }
  if (Number.isInteger(prio) && prio >= 1 && prio <= 99) return good({ class: of, prio });
  return bad(
    "bad-priority",
    `${of} ${prio} does not exist: priorities go from 1 to 99; ${of} ${clampPrio(prio)}?`,
  );
}

function clampPrio(prio: number): number {
  return Math.min(99, Math.max(1, Math.trunc(prio)));
}

/** `OTHER`, `FIFO 10`, `RR 50`. */
export function parseSched(text: string): Parsed<Sched> {
  const match = /^(?:SCHED_)?(\S+?)(?:\s+(-?\d+))?$/.exec(text);
  const of = match?.[1];
  if (of === undefined)
    return bad("bad-value", `"${text}" is no scheduling class; write OTHER, FIFO 10 or RR 50`);
  const known = CLASSES.find((c) => c === of);
  if (known === undefined) return bad("unknown-word", `no scheduling class "${of}"; ${suggest(of, CLASSES)}`);
  const prio = match?.[2];
  if (prio === undefined && known !== "OTHER") {
    return bad("bad-priority", `${known} needs a priority from 1 to 99; ${known} 50?`);
  }
  return schedOf(known, Number(prio ?? 0));
}

export function formatSched(sched: Sched): string {
  return sched.class === "OTHER" ? "OTHER" : `${sched.class} ${sched.prio}`;
}

/** A word of a closed list; `what` is what the list is of. */
export function oneOf<W extends string>(what: string, words: readonly W[]): (text: string) => Parsed<W> {
  return (text) => {
    const word = words.find((w) => w === text);
    if (word !== undefined) return good(word);
    return bad("unknown-word", `no ${what} "${text}"; ${suggest(text, words)}`);
  };
}

/** `true` or `false`, nothing else that YAML took for them once. */
export function parseFlag(text: string): Parsed<boolean> {
  if (text === "true" || text === "false") return good(text === "true");
  return bad("bad-value", `"${text}" is neither true nor false`);
}

/** CPU numbers as taskset(1) lists them: `0`, `0,2`, `0-2,5`. Ascending, each once. */
export function parseCpuList(text: string): Parsed<readonly number[]> {
  const cpus = new Set<number>();
  for (const part of text.split(",")) {
    const [, first, last = first] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(part.trim()) ?? [];
    if (first === undefined || Number(last) < Number(first))
      return bad("bad-value", `"${text}" is no list of CPUs; write 0, 0,2 or 0-2`);
    for (let cpu = Number(first); cpu <= Number(last); cpu++) cpus.add(cpu);
  }
  return good([...cpus].toSorted((a, b) => a - b));
}

/** A mask of CPUs as taskset(1) takes one: hexadecimal, bit 0 for CPU 0. */
export function parseCpuMask(text: string): Parsed<readonly number[]> {
  const digits = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(text)?.[1];
  const mask = digits === undefined ? 0n : BigInt(`0x${digits}`);
  if (mask === 0n) return bad("bad-value", `"${text}" is no mask of CPUs; 1 is CPU 0, 3 is CPUs 0 and 1`);
  return good([...Array(64).keys()].filter((cpu) => ((mask >> BigInt(cpu)) & 1n) === 1n));
}

/** A whole number between two bounds, both included. */
export function wholeNumber(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return good(value);
    return bad("bad-value", `"${text}" is no whole number from ${least} to ${most}`);
  };
}

export function parseText(text: string): Parsed<string> {
  return text === "" ? bad("bad-value", "empty; write something or leave the key out") : good(text);
}

/** What threads and servers are called: one word. */
export function parseName(text: string): Parsed<string> {
  return /^\S+$/.test(text) ? good(text) : bad("bad-value", `"${text}" is no name; a name is one word`);
}

/** Dotted IPv4. */
export function parseHost(text: string): Parsed<string> {
  const octets = text.split(".");
  const fine = octets.length === 4 && octets.every((o) => /^(0|[1-9]\d{0,2})$/.test(o) && Number(o) <= 255);
  return fine ? good(text) : bad("bad-value", `"${text}" is no IPv4 address; write one as 192.168.1.200`);
}

type Option = "flag" | "number" | "any" | readonly string[];

/** The options of mount.nfs the report uses and their neighbours. A list: the values the model has. */
const MOUNT_OPTIONS: Readonly<Record<string, Option>> = {
  ...{
    ro: "flag",
    rw: "flag",
    relatime: "flag",
    noatime: "flag",
    hard: "flag",
    nolock: "flag",
    lock: "flag",
  },
  ...{ intr: "flag", nointr: "flag", nodev: "flag", nosuid: "flag", noexec: "flag", tcp: "flag" },
  ...{
    rsize: "number",
    wsize: "number",
    namlen: "number",
    retrans: "number",
    timeo: "number",
    port: "number",
  },
  ...{ acregmin: "number", acregmax: "number", acdirmin: "number", acdirmax: "number", actimeo: "number" },
  ...{ noac: "flag", ac: "flag", vers: ["3"], nfsvers: ["3"], proto: ["tcp"], sec: ["sys"], addr: "any" },
};

/** Reads `mount -o` options and gives the request timeout in ms, undefined when they do not say. */
export function parseMount(text: string): Parsed<{ readonly timeoMs: number | undefined }> {
  let timeoMs: number | undefined;
  for (const option of text.split(",")) {
    const [name = "", ...rest] = option.trim().split("=");
    const value = rest.join("=");
    if (name === "soft") return bad("bad-value", "the model's mount is hard; write hard");
    if (!Object.hasOwn(MOUNT_OPTIONS, name)) {
      const meant = nearest(name, Object.keys(MOUNT_OPTIONS));
      return bad(
        "unknown-word",
        `no mount option "${name}"${meant === undefined ? "" : `; did you mean ${meant}?`}`,
      );
    }
    const wants = MOUNT_OPTIONS[name]!;
    if (wants === "flag" && rest.length > 0) return bad("bad-value", `mount option ${name} takes no value`);
    if (wants === "number" && !/^\d+$/.test(value)) {
      return bad("bad-value", `mount option ${name} takes a number, as ${name}=600`);
    }
    if (typeof wants === "object" && !wants.includes(value)) {
      return bad("bad-value", `the model has ${name}=${wants.join(" or ")} only, not ${name}=${value}`);
    }
    if (name !== "timeo") continue;
    const timeo = parseTimeo(value);
    if (!timeo.ok) return timeo;
    timeoMs = timeo.value;
  }
  return good({ timeoMs });
}

/** `timeo` of nfs(5): tenths of a second. Gives ms. */
export function parseTimeo(text: string): Parsed<number> {
  const tenths = wholeNumber(1, 36_000)(text);
  return tenths.ok ? good(tenths.value * 100) : tenths;
}
