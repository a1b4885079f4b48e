import type { CallPolicy } from "../sunrpc/mod.js";
import { nearest } from "./nearest.js";
import { OPTION_TABLE, type OptionRow, REFUSED_OPTIONS } from "./option-table.js";

/**
 * Options as people write them (`ro,timeo=600`), as single words, or as an object: `true` for a flag, `false` for
 * its opposite.
 */
export type OptionSource =
  | string
  | readonly string[]
  | { readonly [name: string]: string | number | boolean | undefined };

/** A mount option that cannot be taken. */
export class MountOptionError extends Error {
  override readonly name = "MountOptionError";
  readonly code = "EINVAL";
  /** The option as it was written, without its value. */
  readonly option: string;
  /** The nearest right option or value, if one is near. */
  readonly suggestion: string | undefined;
  /** The allowed range of a number. */
  readonly range: { readonly min: number; readonly max: number } | undefined;
  constructor(
    option: string,
    message: string,
    detail: { suggestion?: string | undefined; range?: { min: number; max: number } | undefined } = {},
  ) {
    super(message);
    this.option = option;
    this.suggestion = detail.suggestion;
    this.range = detail.range;
  }
}

/** Mount options, checked, with every default filled in. Times in ms, sizes in bytes. `undefined`: ask the server. */
export interface MountOptions {
  readonly readOnly: boolean;
  readonly mode: "hard" | "soft" | "softerr";
  readonly timeoMs: number;
  readonly retrans: number;
  readonly deadlineMs: number | undefined;
  readonly connectTimeoutMs: number;
  readonly retryMs: number;
  readonly vers: 3;
  readonly proto: "tcp" | "udp";
  readonly port: number | undefined;
  readonly addr: string | undefined;
  readonly mountPort: number | undefined;
  readonly mountProto: "tcp" | "udp";
  readonly mountHost: string | undefined;
  readonly mountVers: 3;
  readonly nconnect: number;
  readonly resvport: boolean;
  /** In order of preference; `undefined`: what the export allows. */
  readonly sec: readonly ("sys" | "none")[] | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly rsize: number | undefined;
  readonly wsize: number | undefined;
  readonly namlen: number | undefined;
  readonly acregminMs: number;
  readonly acregmaxMs: number;
  readonly acdirminMs: number;
  readonly acdirmaxMs: number;
  readonly lookupcache: "all" | "none" | "pos";
  readonly cto: boolean;
  readonly rdirplus: boolean;
  readonly relookup: boolean;
  /** Accepted, and changes nothing: which, and why. */
  readonly noEffect: readonly { readonly option: string; readonly why: string }[];
}

interface Given {
  readonly row: OptionRow;
  /** What was written, value included. */
  readonly text: string;
  /** Checked; numbers as numbers, flags as their name. */
  readonly value: string | number;
}

const rows = new Map(OPTION_TABLE.map((row) => [row.name, row]));
const everyName = [...rows.keys()];

const DEFAULT_SIZE = 4096;
const MIN_SIZE = 1024;
const MAX_SIZE = 1048576;
const MAX_TCP_TIMEO_MS = 600_000;
const MAX_UDP_TIMEO_MS = 60_000;

/** The effective READ or WRITE size of an `rsize=` or `wsize=` (nfs(5); the kernel's nfs_io_size). */
export function ioSize(bytes: number): number {
  if (bytes < MIN_SIZE) return DEFAULT_SIZE;
  if (bytes >= MAX_SIZE) return MAX_SIZE;
  return bytes - (bytes % MIN_SIZE);
}

/**
 * Reads mount options. Within one source contradictory options are an error; a later source (a command's `-o`
 * after a URL's `?`) overrides an earlier one. Throws {@link MountOptionError}.
 */
export function parseOptions(...sources: readonly (OptionSource | undefined)[]): MountOptions {
  const noEffect: { option: string; why: string }[] = [];
  let given: Given[] = [];
  for (const source of sources) {
    if (source === undefined) continue;
    const words = wordsOf(source);
    const sloppy = words.includes("sloppy");
    const own: Given[] = [];
    for (const word of words) {
      const next = parseWord(word.trim(), sloppy, noEffect);
      if (next !== undefined) addTo(own, next);
    }
    given = [...given.filter((g) => !own.some((o) => overrides(o, g))), ...own];
  }
  return settle(given, noEffect);
}

/** How a call over `proto` waits under these options (nfs_init_timeout_values of the kernel). */
export function callPolicy(options: MountOptions): CallPolicy {
  const max = options.proto === "tcp" ? MAX_TCP_TIMEO_MS : MAX_UDP_TIMEO_MS;
  return {
    mode: options.mode,
    timeoMs: Math.min(options.timeoMs, max),
    retrans: options.retrans,
    backoff: options.proto === "tcp" ? "linear" : "exponential",
    maxTimeoMs: max,
    softconn: false,
  };
}

const isList = (source: OptionSource): source is readonly string[] => Array.isArray(source);

function wordsOf(source: OptionSource): readonly string[] {
  if (typeof source === "string") return source.split(",").filter((word) => word.trim() !== "");
  if (isList(source)) return source;
  const words: string[] = [];
  for (const [name, value] of Object.entries(source)) {
    if (value === undefined) continue;
    if (value === true) words.push(name);
    else if (value === false) words.push(opposite(name));
    else words.push(`${name}=${value}`);
  }
  return words;
}

const OPPOSITES: { readonly [name: string]: string } = {
  ro: "rw",
  rw: "ro",
  soft: "hard",
  fg: "bg",
  bg: "fg",
  sync: "async",
};

function opposite(name: string): string {
  const other =
    OPPOSITES[name] ?? (name.startsWith("no") && rows.has(name.slice(2)) ? name.slice(2) : `no${name}`);
  if (rows.has(other)) return other;
  throw new MountOptionError(name, `option ${name} cannot be false: it has no opposite; leave it out`);
}

function parseWord(
  word: string,
  sloppy: boolean,
  noEffect: { option: string; why: string }[],
): Given | undefined {
  const eq = word.indexOf("=");
  const name = eq < 0 ? word : word.slice(0, eq);
  const text = eq < 0 ? undefined : word.slice(eq + 1);
  const refusal = REFUSED_OPTIONS[name];
  if (refusal !== undefined) throw new MountOptionError(name, `option ${name} cannot be used: ${refusal}`);
  const row = rows.get(name);
  if (row === undefined) {
    if (sloppy) {
      noEffect.push({ option: word, why: "unknown, and passed over as sloppy says" });
      return undefined;
    }
    const suggestion = nearest(name, everyName);
    throw new MountOptionError(
      name,
      `unknown mount option ${JSON.stringify(name)}${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`,
      { suggestion },
    );
  }
  return { row, text: word, value: checkedValue(row, text) };
}

function checkedValue(row: OptionRow, text: string | undefined): string | number {
  const kind = row.value;
  if (kind.kind === "flag") {
    if (text === undefined) return row.name;
    throw new MountOptionError(
      row.name,
      `option ${row.name} takes no value: write ${row.name}, not ${row.name}=${text}`,
    );
  }
  if (text === undefined || text === "") {
    throw new MountOptionError(row.name, `option ${row.name} needs a value: ${row.name}=${sampleOf(row)}`);
  }
  switch (kind.kind) {
    case "int":
    case "seconds": {
      const ok = kind.kind === "int" ? /^\d+$/.test(text) : /^(\d+(\.\d*)?|\.\d+)$/.test(text);
      const n = Number(text);
      if (ok && n >= kind.min && n <= kind.max) return n;
      const what =
        kind.kind === "int" ? `a whole number${kind.unit === undefined ? "" : ` (${kind.unit})`}` : "seconds";
      throw new MountOptionError(
        row.name,
        `option ${row.name}=${text} is out of range: it is ${what} from ${kind.min} to ${kind.max}`,
        {
          range: { min: kind.min, max: kind.max },
          suggestion: ok ? String(n < kind.min ? kind.min : kind.max) : undefined,
        },
      );
    }
    case "word":
      checkWord(row, text, kind.words);
      return text;
    case "words":
      for (const word of text.split(":")) checkWord(row, word, kind.words);
      return text;
    case "text":
      return text;
  }
}

function checkWord(row: OptionRow, word: string, words: readonly string[]): void {
  if (words.includes(word)) return;
  const reason = row.refused?.[word];
  if (reason !== undefined)
    throw new MountOptionError(row.name, `option ${row.name}=${word} cannot be used: ${reason}`);
  const suggestion = nearest(word, words) ?? (words.length === 1 ? words[0] : undefined);
  throw new MountOptionError(
    row.name,
    `option ${row.name}=${word} is not known: it is one of ${words.join(", ")}` +
      (suggestion === undefined ? "" : `; did you mean ${row.name}=${suggestion}?`),
    { suggestion },
  );
}

function sampleOf(row: OptionRow): string {
  if (row.value.kind === "word" || row.value.kind === "words") return row.value.words[0]!;
  if (row.value.kind === "text") return "…";
  return row.value.kind === "flag" ? "" : String(Math.max(row.value.min, 1));
}

/** What two options of one group say, made comparable: vers=3, nfsvers=3 and v3 agree. */
function meaningOf(g: Given): string {
  if (g.row.group === "vers") return "3";
  if (g.row.group === "proto") return String(g.value).replace("6", "");
  return g.row.value.kind === "flag" ? g.row.name : String(g.value);
}

function addTo(own: Given[], next: Given): void {
  const before = own.find((g) => g.row.group === next.row.group);
  if (before === undefined) own.push(next);
  else if (meaningOf(before) !== meaningOf(next)) {
    throw new MountOptionError(
      next.row.name,
      `options ${before.text} and ${next.text} contradict each other: keep one of them`,
      { suggestion: before.text },
    );
  }
}

/** Does `later`, of a later source, take the place of `earlier`? */
function overrides(later: Given, earlier: Given): boolean {
  const timed = (g: Given) => /^ac(reg|dir|timeo)/.test(g.row.name);
  if (later.row.name === "noac") return earlier.row.group === "ac" || timed(earlier);
  return later.row.group === earlier.row.group || (timed(later) && earlier.row.name === "noac");
}

function settle(given: readonly Given[], noEffect: { option: string; why: string }[]): MountOptions {
  const of = (group: string) => given.find((g) => g.row.group === group);
  const number = (group: string) => of(group)?.value as number | undefined;
  const word = (group: string) => of(group)?.value as string | undefined;
  const ms = (group: string) => {
    const seconds = number(group);
    return seconds === undefined ? undefined : seconds * 1000;
  };
  for (const g of given)
    if (g.row.noEffect !== undefined) noEffect.push({ option: g.text, why: g.row.noEffect });

  const proto = transport(word("proto")) ?? "tcp";
  const nconnect = number("nconnect") ?? 1;
  if (proto === "udp" && nconnect > 1)
    noEffect.push({ option: `nconnect=${nconnect}`, why: "it needs proto=tcp" });
  const rsize = number("rsize");
  const wsize = number("wsize");
  const lookupcache = word("lookupcache") ?? "all";
  const times = attrTimes(given);
  return {
    readOnly: of("ro")?.row.name === "ro",
    mode: (of("hard")?.row.name ?? "hard") as MountOptions["mode"],
    timeoMs: (number("timeo") ?? (proto === "tcp" ? 600 : 11)) * 100,
    retrans: number("retrans") ?? (proto === "tcp" ? 2 : 3),
    deadlineMs: ms("deadline"),
    connectTimeoutMs: ms("connect_timeout") ?? 30_000,
    retryMs: (number("retry") ?? 0) * 60_000,
    vers: 3,
    proto,
    port: number("port") || undefined,
    addr: word("addr"),
    mountPort: number("mountport") || undefined,
    mountProto: transport(word("mountproto")) ?? proto,
    mountHost: word("mounthost"),
    mountVers: 3,
    nconnect: proto === "udp" ? 1 : nconnect,
    resvport: of("resvport")?.row.name === "resvport",
    sec: word("sec")?.split(":") as MountOptions["sec"],
    uid: number("uid"),
    gid: number("gid"),
    rsize: rsize === undefined || rsize === 0 ? undefined : ioSize(rsize),
    wsize: wsize === undefined || wsize === 0 ? undefined : ioSize(wsize),
    namlen: number("namlen"),
    ...times,
    lookupcache: lookupcache === "positive" ? "pos" : (lookupcache as "all" | "none" | "pos"),
    cto: of("cto")?.row.name !== "nocto",
    rdirplus: of("rdirplus")?.row.name !== "nordirplus",
    relookup: of("norelookup")?.row.name === "relookup",
    noEffect,
  };
}

const transport = (netid: string | undefined): "tcp" | "udp" | undefined =>
  netid === undefined ? undefined : netid.startsWith("udp") ? "udp" : "tcp";

/** The four ac* times: in the order given, actimeo setting all of them; noac wins over none and contradicts any. */
function attrTimes(given: readonly Given[]) {
  const seconds: { [name: string]: number } = {};
  const text: { [name: string]: string } = {};
  for (const g of given) {
    const names =
      g.row.name === "actimeo"
        ? ["acregmin", "acregmax", "acdirmin", "acdirmax"]
        : g.row.name.startsWith("ac")
          ? [g.row.name]
          : [];
    for (const name of names) {
      if (typeof g.value !== "number") continue;
      seconds[name] = g.value;
      text[name] = g.text;
    }
  }
  const noac = given.some((g) => g.row.name === "noac");
  if (noac) {
    const loud = Object.keys(seconds).find((name) => seconds[name] !== 0);
    if (loud !== undefined) {
      throw new MountOptionError(
        "noac",
        `options noac and ${text[loud]} contradict each other: keep one of them`,
      );
    }
    return { acregminMs: 0, acregmaxMs: 0, acdirminMs: 0, acdirmaxMs: 0 };
  }
  const pair = (min: string, max: string, minDefault: number, maxDefault: number) => {
    const lo = seconds[min];
    const hi = seconds[max];
    if (lo !== undefined && hi !== undefined && lo > hi) {
      throw new MountOptionError(
        min,
        `options ${text[min]} and ${text[max]} contradict each other: ${min} may not exceed ${max}`,
      );
    }
    // One given alone pulls the other's default along.
    const low = lo ?? Math.min(minDefault, hi ?? minDefault);
    return [low * 1000, (hi ?? Math.max(maxDefault, low)) * 1000] as const;
  };
  const [acregminMs, acregmaxMs] = pair("acregmin", "acregmax", 3, 60);
  const [acdirminMs, acdirmaxMs] = pair("acdirmin", "acdirmax", 30, 60);
  return { acregminMs, acregmaxMs, acdirminMs, acdirmaxMs };
}
