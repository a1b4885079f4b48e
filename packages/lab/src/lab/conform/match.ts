/** Is a recorded run one of the runs of a model? For a model with choices: all runs that explain the log are followed. */
import { compareLines, type Names, NO_NAMES, namesKey } from "./compare.js";
import { isIgnored, type LineTest, startingAt } from "./ignored.js";
import type { LogLine } from "./log.js";

/** One thing the model can do next. */
export interface LogStep<State> {
  /** What it prints; nothing: the step is silent. */
  readonly line: LogLine | undefined;
  readonly state: State;
  /** The function that does it. */
  readonly name: string;
}

/** A model whose runs print logs. Its states are values: `successors` changes none. */
export interface LogModel<State> {
  start(): State;
  successors(state: State): readonly LogStep<State>[];
  /** States with the same key have the same future. */
  key(state: State): string;
}

export interface ConformOptions {
  /** The recording begins in the middle: its lines before the first that passes are skipped. */
  readonly from?: LineTest;
  /** Where the model stands at the first line: at its start, or wherever it can get. */
  readonly begin?: "start" | "anywhere";
  /** Lines left out on both sides; `isIgnored` if not given. */
  readonly ignore?: LineTest;
  /** So many states are held at the same time; 10000 if not given. */
  readonly maxStates?: number;
}

/** What became of following a log. */
export type Conformance = {
  /** Lines that at least one run of the model explains. */
  readonly followed: number;
  /** Lines of the recording before the first that was to be followed. */
  readonly skipped: number;
} & (
  | { readonly outcome: "followed" }
  | {
      readonly outcome: "refused";
      /** The first line that no run explains; nothing: the recording has no line to follow. */
      readonly at: LogLine | undefined;
      /** What the model could have done instead, each once. */
      readonly instead: readonly Alternative[];
      /** The keys of the model's states before that line. */
      readonly states: readonly string[];
      /** For people. */
      readonly text: string;
    }
  /** More states than `maxStates` could explain the log up to this line: neither yes nor no. */
  | { readonly outcome: "gave-up"; readonly at: LogLine; readonly text: string }
);

/** A line the model could have printed, and why it is not the recorded one. */
export interface Alternative {
  /** The model's function that would print it. */
  readonly name: string;
  readonly line: LogLine;
  readonly because: string;
}

/** A state the model may be in, and which names of the log stand for which of the model's. */
interface Candidate<State> {
  readonly state: State;
  readonly names: Names;
}

type Candidates<State> = Map<string, Candidate<State>>;

/**
 * Follows a recorded log through all states the model can be in; silent steps and ignored lines are taken freely.
 * Bounded by `maxStates`.
 */
export function conform<State>(
  model: LogModel<State>,
  recorded: readonly LogLine[],
  options: ConformOptions = {},
): Conformance {
  const ignore = options.ignore ?? isIgnored;
  const maxStates = options.maxStates ?? 10_000;
  const { lines, skipped } = startingAt(recorded, options.from);
  const heard = lines.filter((line) => !ignore(line));
  const silent: LineTest = (line) => ignore(line);

  const first = { state: model.start(), names: NO_NAMES };
  let before = new Map([[keyOf(model, first), first]]);
  let bounded = spread(model, before, options.begin === "anywhere" ? () => true : silent, maxStates);
  for (const [followed, at] of heard.entries()) {
    if (!bounded) {
      const text = `line ${at.line}: more than ${maxStates} states of the model could explain the log so far`;
      return { outcome: "gave-up", followed, skipped, at, text };
    }
    const { after, instead } = take(model, before, at, ignore);
    if (after.size === 0) {
      const states = [...before.values()].map(({ state }) => model.key(state));
      return { outcome: "refused", followed, skipped, at, instead, states, text: refusal(at, instead) };
    }
    before = after;
    bounded = spread(model, before, silent, maxStates);
  }
  if (heard.length > 0) return { outcome: "followed", followed: heard.length, skipped };
  const text = "the recording has no line to follow";
  return { outcome: "refused", followed: 0, skipped, at: undefined, instead: [], states: [], text };
}

/** Adds what can be reached without a line to follow; false when that is more than `maxStates`. */
function spread<State>(
  model: LogModel<State>,
  reached: Candidates<State>,
  free: LineTest,
  maxStates: number,
): boolean {
  // a Map iterates over what is added meanwhile
  for (const { state, names } of reached.values()) {
    for (const step of model.successors(state)) {
      if (step.line !== undefined && !free(step.line)) continue;
      add(model, reached, { state: step.state, names });
    }
    if (reached.size > maxStates) return false;
  }
  return reached.size <= maxStates;
}

/** The states after the line, and what the model could have printed in its place. */
function take<State>(
  model: LogModel<State>,
  before: Candidates<State>,
  at: LogLine,
  ignore: LineTest,
): { after: Candidates<State>; instead: readonly Alternative[] } {
  const after: Candidates<State> = new Map();
  const instead = new Map<string, Alternative>();
  for (const { state, names } of before.values()) {
    for (const { line, state: next, name } of model.successors(state)) {
      if (line === undefined || ignore(line)) continue;
      const compared = compareLines(at, line, names);
      if (compared.same) add(model, after, { state: next, names: compared.names });
      else instead.set(`${name}: ${line.text}`, { name, line, because: compared.because });
    }
  }
  return { after, instead: [...instead.values()] };
}

function add<State>(model: LogModel<State>, to: Candidates<State>, candidate: Candidate<State>): void {
  const key = keyOf(model, candidate);
  if (!to.has(key)) to.set(key, candidate);
}

function keyOf<State>(model: LogModel<State>, { state, names }: Candidate<State>): string {
  return `${model.key(state)} with ${namesKey(names)}`;
}

function refusal(at: LogLine, instead: readonly Alternative[]): string {
  const could = instead.map(({ name, line, because }) => `  ${name}: ${line.text} (${because})`);
  if (could.length === 0) could.push("  nothing: no step of it prints a line");
  return [
    `line ${at.line}: no run of the model prints: ${at.text}`,
    "what it could have printed:",
    ...could,
  ].join("\n");
}
