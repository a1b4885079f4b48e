/** The report script: the report's own shell lines, compiled to a scenario. */
import { checkDraft, type Draft, settle } from "./check.js";
import { COMMANDS } from "./commands.js";
import type { Compiling } from "./compiling.js";
import { DEFAULT_RESTART, DEFAULT_SERVER, DEFAULTS } from "./defaults.js";
import { collector, type Position, ScenarioError } from "./error.js";
import { nearest, suggest } from "./nearest.js";
import {
  FIXES,
  type Fix,
  PREEMPTION,
  PRESETS,
  type Preset,
  type Scenario,
  VERDICTS,
  WATCHES,
  type Watch,
} from "./scenario.js";
import { type Command, readShell, type ShellLine } from "./shell.js";
import {
  oneOf,
  type Parsed,
  parseDuration,
  parseFlag,
  parseHost,
  parseName,
  parseSched,
  parseText,
  wholeNumber,
} from "./words.js";
import { nameOfFile } from "./yaml.js";

/** What a script may say in a comment, `# key: value`. */
const DIRECTIVES: Readonly<Record<string, (value: string, c: Compiling, at: Position) => Parsed<unknown>>> = {
  kernel: (value, c) => set(oneOf("preset", PRESETS)(value), (v) => (c.settings.preset = v)),
  name: (value, c) => set(parseName(value), (v) => (c.settings.name = v)),
  title: (value, c) => set(parseText(value), (v) => (c.settings.title = v)),
  expect: (value, c) => set(oneOf("verdict", VERDICTS)(value), (v) => (c.settings.expect = v)),
  fix: (value, c) =>
    set(oneOf<Fix>("fix", FIXES)(value), (v) => (c.settings.fixes = [...new Set([...c.settings.fixes, v])])),
  cpus: (value, c) => set(wholeNumber(1, 64)(value), (v) => (c.settings.cpus = v)),
  preemption: (value, c) =>
    set(oneOf("preemption model", PREEMPTION)(value), (v) => (c.settings.preemption = v)),
  rpciod: (value, c) => set(parseSched(value), (v) => (c.settings.rpciod = v)),
  until: (value, c, at) => set(parseDuration(value), (v) => (c.settings.untilUs = { value: v, at })),
  closing: (value, c) => set(oneOf("way of closing", ["fin", "rst"])(value), (v) => (c.restart.closing = v)),
  latency: (value, c) => set(parseDuration(value), (v) => (c.settings.latencyUs = v)),
  rp_filter: (value, c) => set(parseFlag(value), (v) => (c.settings.rpFilter = v)),
  watch: (value, c) =>
    set(
      oneOf<Watch>("property to watch", WATCHES)(value),
      (v) => (c.settings.watch = [...new Set([...c.settings.watch, v])]),
    ),
  refuse: (value, c) => set(parseDuration(value), (v) => (c.restart.refuseUs = v)),
  host: (value, c, at) => {
    const [name = "", host = ""] = value.split(/\s+/);
    return set(
      parseHost(host),
      (v) => void c.servers.push({ value: { ...DEFAULT_SERVER, name, host: v }, at }),
    );
  },
};

function set<T>(parsed: Parsed<T>, store: (value: T) => unknown): Parsed<T> {
  if (parsed.ok) store(parsed.value);
  return parsed;
}

/** Kernel releases as `uname -r` prints them. */
const RELEASES: readonly (readonly [RegExp, Preset])[] = [
  [/^2\.6\.32-279\b/, "el6-279"],
  [/^3\.6\.\d/, "v3.6"],
  [/^3\.7\.0-rc[12]\b/, "v3.7-rc2"],
  [/^3\.7\.\d+(?!.*rc)/, "v3.7"],
];

/**
 * Compiles a report script. Settings stand in comments (`# kernel: el6-279`, `# expect: hangs`); a line after `uname -r`
 * chooses the preset. After a blackhole the script waits for the next stat, as the report does. Where every command has
 * its prompt, a line without one is prose, so the report's mail can be given whole. `notes` say what had no effect.
 * Throws a `ScenarioError` with everything that is wrong.
 */
export function parseScript(text: string, file: string): { scenario: Scenario; notes: string[] } {
  const { problems, report } = collector();
  const start: Position = { line: 1, column: 1 };
  const name = nameOfFile(file);
  const lines = readShell(text);
  const c: Compiling = {
    report,
    notes: [],
    settings: { name, title: name, ...DEFAULTS, untilUs: { value: DEFAULTS.untilUs, at: start } },
    restart: { ...DEFAULT_RESTART },
    servers: [],
    staters: [],
    timeline: [],
    mounts: new Map(),
    jobs: [],
    clockUs: 0,
    adrift: false,
    timeoAt: undefined,
    outputOf: undefined,
    listed: false,
    pasted: isPasted(lines),
    prose: new Set(),
  };
  for (const line of lines) {
    if (line.is === "comment") readDirective(line.text, c, line.at);
    else for (const command of line.commands) readCommand(command, c);
  }
  noteProse(c);
  if (c.staters.length === 0 && problems.length === 0) {
    report(start, "empty", "nothing stats a file; a script has at least a mount and ./hang.py FILE SECONDS");
  }
  const { servers, staters, timeline } = c;
  const draft: Draft = { ...c.settings, servers, staters, timeline };
  checkDraft(draft, report);
  if (problems.length > 0) throw new ScenarioError(file, problems);
  return { scenario: settle(draft), notes: c.notes };
}

function readDirective(text: string, c: Compiling, at: Position): void {
  const match = /^(\w+):\s*(.*)$/.exec(text);
  if (match === null) return;
  const [, key, value] = match as unknown as [string, string, string];
  if (Object.hasOwn(DIRECTIVES, key)) {
    const parsed = DIRECTIVES[key]!(value, c, at);
    if (!parsed.ok) c.report(at, parsed.code, `# ${key}: ${parsed.message}`);
    return;
  }
  const meant = nearest(key, Object.keys(DIRECTIVES));
  if (meant !== undefined)
    c.notes.push(`line ${at.line}: "# ${key}:" is read as a comment; did you mean # ${meant}:?`);
}

const knownOf = ({ words }: Command) => COMMANDS.find((known) => known.is(words[0]!));

/** A session with its prompts, as in a mail: no command is without one, so what has none is no command. */
function isPasted(lines: readonly ShellLine[]): boolean {
  const all = lines.flatMap((line) => (line.is === "commands" ? line.commands : []));
  const known = all.filter((command) => knownOf(command) !== undefined);
  return known.length > 0 && known.every((command) => command.prompt !== undefined);
}

function noteProse({ prose, notes }: Compiling): void {
  const [first] = prose;
  if (first === undefined) return;
  const more = prose.size === 1 ? "" : ` and ${prose.size - 1} more`;
  notes.push(`line ${first}${more}: taken for prose, for want of a prompt`);
}

function readCommand(command: Command, c: Compiling): void {
  const first = command.words[0]!;
  if (command.prompt === undefined && isOutput(command.words.join(" "), c, command.at)) return;
  if (command.prompt === undefined && c.pasted) return void c.prose.add(command.at.line);
  c.outputOf = first;
  const found = knownOf(command);
  if (found !== undefined) return found.run(command, c);
  const names = COMMANDS.map((known) => known.name);
  // A sentence begins with a capital, a command does not.
  const meant = /^[a-z./]/.test(first) ? nearest(first, names) : undefined;
  // The whole list once: somebody may have pasted a mail.
  const hint = meant !== undefined ? `did you mean ${meant}?` : c.listed ? "" : `known: ${names.join(", ")};`;
  if (meant === undefined) c.listed = true;
  const what = `"${first}" is no command of a report script; ${hint}`.trimEnd();
  c.report(command.at, "unknown-command", meant !== undefined ? what : `${what} put # before prose`);
}

/** Whether a line is what the command before it printed, pasted along. */
function isOutput(text: string, c: Compiling, at: Position): boolean {
  if (c.outputOf === "showmount") return /^Export list for |^\/\S+\s+[\d.*]/.test(text);
  if (c.outputOf !== "uname" || !/^\d/.test(text)) return false;
  const preset = RELEASES.find(([release]) => release.test(text))?.[1];
  if (preset === undefined)
    c.report(at, "unknown-word", `no preset is like kernel ${text}; ${suggest("", PRESETS)}`);
  else c.settings.preset = preset;
  return true;
}
