/** Scenarios written as YAML. */
import { isMap, LineCounter, parseDocument } from "yaml";
import type { Us } from "../trace.js";
import { checkDraft, type Draft, settle } from "./check.js";
import { readStep } from "./deeds.js";
import { DEFAULT_PORT, DEFAULT_SERVER, DEFAULT_STATER, DEFAULTS } from "./defaults.js";
import { collector, type Placed, type Position, ScenarioError } from "./error.js";
import { list, mapping, placed, type Source, scalar } from "./fields.js";
import {
  FIXES,
  type Fix,
  PREEMPTION,
  PRESETS,
  type Preemption,
  type Preset,
  type Scenario,
  type Sched,
  type Server,
  type Stater,
  type TimelineStep,
  VERDICTS,
  type Verdict,
  WATCHES,
  type Watch,
} from "./scenario.js";
import {
  oneOf,
  parseDuration,
  parseFlag,
  parseHost,
  parseMount,
  parseName,
  parseSched,
  parseText,
  parseTimeo,
  wholeNumber,
} from "./words.js";

interface StaterKeys {
  readonly name: string;
  readonly server: string;
  readonly file: string;
  readonly sched: Sched;
  readonly interval: Us;
  readonly start: Us;
  readonly affinity: readonly Placed<number>[];
}

const readStater = mapping<StaterKeys>({
  name: scalar(parseName),
  server: scalar(parseName),
  file: scalar(parseText),
  sched: scalar(parseSched),
  interval: scalar(parseDuration),
  start: scalar(parseDuration),
  affinity: list(scalar(wholeNumber(0, 63))),
});

const readServer = mapping<Server>(
  { name: scalar(parseName), host: scalar(parseHost), port: scalar(wholeNumber(1, 65_535)) },
  ["name", "host"],
);

const readFile = mapping(
  {
    name: scalar(parseName),
    title: scalar(parseText),
    preset: scalar<Preset>(oneOf("preset", PRESETS)),
    fixes: list<Fix>(scalar(oneOf("fix", FIXES))),
    cpus: scalar(wholeNumber(1, 64)),
    preemption: scalar<Preemption>(oneOf("preemption model", PREEMPTION)),
    rpciod: scalar(parseSched),
    mount: scalar(parseMount),
    timeo: placed(scalar(parseTimeo)),
    servers: list(readServer),
    staters: list(readStater),
    latency: scalar(parseDuration),
    rp_filter: scalar(parseFlag),
    watch: list<Watch>(scalar(oneOf("property to watch", WATCHES))),
    timeline: list(readStep),
    until: placed(scalar(parseDuration)),
    "max-steps": scalar(wholeNumber(1, 1_000_000_000)),
    expect: scalar<Verdict>(oneOf("verdict", VERDICTS)),
  },
  ["staters"],
);

/** The YAML parser's complaints that do not say what to do, in words that do. */
const SYNTAX: Readonly<Partial<Record<string, string>>> = {
  BLOCK_AS_IMPLICIT_KEY: "no mapping can start here; put a text that has a colon in quotes",
  DUPLICATE_KEY: "this key stands here a second time; keep one",
  MULTIPLE_DOCS: "a second document starts here; a file has one scenario",
  TAB_AS_INDENT: "indented with a tab; use spaces",
  TAG_RESOLVE_FAILED: "a tag means nothing here; take it out",
};

/** The last part of a path, without its extension. */
export function nameOfFile(file: string): string {
  const base = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return base.replace(/\.[^.]*$/, "").replaceAll(/\s+/g, "-") || "scenario";
}

/**
 * Reads a scenario. What the file leaves out is in `defaults.ts`; its name is the file's. Throws a `ScenarioError`
 * with everything that is wrong, each with its line and column.
 */
export function parseScenario(text: string, file: string): Scenario {
  const { problems, report } = collector();
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const source: Source = { doc, lines, report };
  for (const fault of [...doc.errors, ...doc.warnings]) {
    const { line, col } = lines.linePos(fault.pos[0]);
    report({ line, column: col }, "syntax", `YAML: ${SYNTAX[fault.code] ?? fault.message}`);
  }
  // A key twice is the one fault of syntax that leaves the rest readable.
  const draft = doc.errors.every((e) => e.code === "DUPLICATE_KEY") ? readDraft(source, file) : undefined;
  if (draft !== undefined) checkDraft(draft, report);
  if (draft === undefined || problems.length > 0) throw new ScenarioError(file, problems);
  return settle(draft);
}

function readDraft(source: Source, file: string): Draft | undefined {
  const start: Position = { line: 1, column: 1 };
  const { contents } = source.doc;
  if (contents === null || (!isMap(contents) && contents.range?.[0] === contents.range?.[1])) {
    return void source.report(start, "empty", 'the file is empty; a scenario has at least "staters: [{}]"');
  }
  const found = readFile(contents, start, "a scenario", source);
  if (found === undefined) return undefined;
  const name = found.name ?? nameOfFile(file);
  const servers = (found.servers?.length ? found.servers : [{ value: DEFAULT_SERVER, at: start }]).flatMap(
    serverOf,
  );
  const first = servers[0]?.value.name ?? DEFAULT_SERVER.name;
  if (found.servers?.length === 0)
    source.report(start, "missing-key", "servers is empty; leave the key out or name one");
  if (found.staters?.length === 0)
    source.report(start, "missing-key", 'staters is empty; write "staters: [{}]"');
  if (found.timeo !== undefined && found.mount?.timeoMs !== undefined) {
    source.report(found.timeo.at, "duplicate-name", "timeo stands in mount already; keep one");
  }
  checkOnce("fixes", found.fixes ?? [], source);
  checkOnce("watch", found.watch ?? [], source);
  return {
    name,
    title: found.title ?? name,
    preset: found.preset ?? DEFAULTS.preset,
    fixes: found.fixes?.map((fix) => fix.value) ?? DEFAULTS.fixes,
    cpus: found.cpus ?? DEFAULTS.cpus,
    preemption: found.preemption ?? DEFAULTS.preemption,
    rpciod: found.rpciod ?? DEFAULTS.rpciod,
    timeoMs: found.timeo?.value ?? found.mount?.timeoMs ?? DEFAULTS.timeoMs,
    servers,
    staters: (found.staters ?? []).map((stater) => staterOf(stater, first)),
    latencyUs: found.latency ?? DEFAULTS.latencyUs,
    rpFilter: found.rp_filter ?? DEFAULTS.rpFilter,
    watch: found.watch?.map((watch) => watch.value) ?? DEFAULTS.watch,
    timeline: timelineOf(found.timeline ?? []),
    untilUs: found.until ?? { value: DEFAULTS.untilUs, at: start },
    maxSteps: found["max-steps"] ?? DEFAULTS.maxSteps,
    expect: found.expect ?? DEFAULTS.expect,
  };
}

/** A server whose host was wrong still has its name, so that nobody is told it does not exist. */
function serverOf({ value, at }: Placed<Partial<Server>>): Placed<Server>[] {
  const { name, host = "", port = DEFAULT_PORT } = value;
  return name === undefined ? [] : [{ value: { name, host, port }, at }];
}

function staterOf({ value, at }: Placed<Partial<StaterKeys>>, server: string): Placed<Stater> {
  const stater: Stater = {
    name: value.name ?? DEFAULT_STATER.name,
    server: value.server ?? server,
    file: value.file ?? DEFAULT_STATER.file,
    sched: value.sched ?? DEFAULT_STATER.sched,
    intervalUs: value.interval ?? DEFAULT_STATER.intervalUs,
    startUs: value.start ?? DEFAULT_STATER.startUs,
    ...(value.affinity === undefined ? {} : { affinity: value.affinity.map((cpu) => cpu.value) }),
  };
  return { value: stater, at };
}

function checkOnce(key: string, words: readonly Placed<string>[], source: Source): void {
  const seen = new Set<string>();
  for (const { value, at } of words) {
    if (seen.has(value)) source.report(at, "duplicate-name", `${key} names ${value} twice; keep one`);
    seen.add(value);
  }
}

/** A step without a time comes at the time of the one before. */
function timelineOf(
  steps: readonly Placed<{ atUs: Us | undefined } & Omit<TimelineStep, "atUs">>[],
): Placed<TimelineStep>[] {
  let last = 0;
  return steps.map(({ value, at }) => {
    last = value.atUs ?? last;
    return { value: { ...value, atUs: last }, at };
  });
}
