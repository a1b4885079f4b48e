import { Command } from "commander";
import {
  LARGE,
  PROPERTY_LIST,
  SEARCHED,
  SERVER_WORLDS,
  type Strategy,
  underEveryOrder,
  type WorkPolicy,
} from "../mill/mod.js";
import { seeds, stopSignal } from "./campaign-options.js";
import { usage } from "./failure.js";
import { inlineMore } from "./inline-more.js";
import { mutantsText, runMutants } from "./mill-mutants.js";
import { orders, scenarios, strategy } from "./mill-options.js";
import { type Chance, type MillPlan, runMill, type Searched, smallOnes, trialsOf } from "./mill-search.js";
import { failureText, replayedText, replayLine } from "./mill-story.js";
import { count } from "./options.js";

interface MillOptions {
  readonly scenario?: readonly string[];
  readonly order?: readonly WorkPolicy[];
  readonly seeds: readonly [number, number];
  readonly strategy?: readonly Strategy[];
  readonly states: number;
  readonly replay?: string;
  readonly list?: true;
  readonly mutants?: true;
  readonly json?: true;
}

/** `lab mill`. */
export function millCommand(): Command {
  return new Command("mill")
    .description("Our own client core under every schedule: small worlds whole, large ones by chance")
    .option("--scenario <names>", "only these worlds, a comma between them (--list)", scenarios)
    .option("--order <names>", "only these orders of work: fifo, tasks-first, connects-first, any", orders)
    .option("--seeds <range>", "first and last seed of each large world", seeds, seeds("1..20"))
    .option(
      "--strategy <way>",
      "uniform or pct:DEPTH; may be given again; unless told, uniform and pct:3",
      (text, before: readonly Strategy[] = []) => [...before, strategy(text)],
    )
    .option("--states <number>", "give up a search above so many; 0: no searches", count, 500_000)
    .option("--replay <line>", "play a schedule again, step by step")
    .option("--list", "the worlds and the properties")
    .option("--mutants", "break the core on purpose, rule by rule: which property notices?")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Exit status: 0 nothing is wrong, 1 a schedule does not end well (or a mutant was not noticed), 2 bad input.
A search that was given up says so and counts as nothing wrong; Ctrl-C ends it with what was done by then.`,
    )
    .action(async (options: MillOptions) => {
      if (options.replay !== undefined) return playAgain(options.replay, options.json === true);
      if (options.list) return list(options.json === true);
      if (options.mutants) return mutants(options.json === true);
      return mill(options);
    });
}

function playAgain(line: string, json: boolean): void {
  const played = replayLine(line);
  out(json, played, () => replayedText(played));
  if (played.outcome !== "goal" && played.outcome !== "open") process.exitCode = 1;
}

function list(json: boolean): void {
  const searched = SEARCHED.map(({ name }) => name);
  const random = LARGE.map((scenario) => ({ name: scenario.name, orders: underEveryOrder(scenario).length }));
  const properties = PROPERTY_LIST.map(({ name }) => name);
  const servers = SERVER_WORLDS.map(({ name }) => name);
  out(json, { searched, random, servers, properties }, () =>
    [
      "Worlds of which every schedule is searched:",
      ...searched.map((name) => `  ${name}`),
      "Larger ones, by chance, each under several orders of work:",
      ...random.map((one) => `  ${one.name.padEnd(32)} ${one.orders} orders`),
      "The server core, by chance:",
      ...servers.map((name) => `  ${name}`),
      "Properties:",
      ...properties.map((name) => `  ${name}`),
      "",
    ].join("\n"),
  );
}

async function mutants(json: boolean): Promise<void> {
  const signal = stopSignal();
  const line = liveLine();
  const rows = await runMutants(signal, ({ name }) => line(name));
  line("");
  out(json, rows, () => mutantsText(rows));
  if (rows.some(({ asExpected }) => !asExpected)) process.exitCode = 1;
}

async function mill(options: MillOptions): Promise<void> {
  inlineMore();
  const plan: MillPlan = {
    scenarios: options.scenario,
    orders: options.order,
    strategies: options.strategy ?? [{ kind: "uniform" }, { kind: "pct", depth: 3 }],
    seeds: options.seeds,
    states: options.states,
  };
  if (smallOnes(plan).length + trialsOf(plan).length === 0)
    throw usage("no world is left to run; leave out --order, or see unstuck lab mill --list");
  const json = options.json === true;
  const line = liveLine();
  const say = (text: string): void => {
    line("");
    if (!json) process.stdout.write(`${text}\n`);
  };
  const report = await runMill(plan, {
    signal: stopSignal(),
    at: line,
    searched: (one) => say(searchedText(one)),
    random: (one) => say(chanceText(one)),
  });
  line("");
  if (json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else if (report.failure !== undefined) process.stdout.write(`\n${failureText(report.failure)}`);
  if (report.stopped) process.stderr.write("stopped: the rest was not looked at\n");
  if (report.failure !== undefined) process.exitCode = 1;
}

const n = (value: number): string => value.toLocaleString("en");

function searchedText({ scenario, states, steps, depth, complete, seconds }: Searched): string {
  const whole = complete ? "every schedule" : "INCOMPLETE";
  return `${scenario.padEnd(32)} ${n(states).padStart(8)} states ${n(steps).padStart(9)} steps, at most ${String(depth).padStart(3)} in a row, ${whole}, ${seconds.toFixed(1)} s`;
}

function chanceText({ strategy: by, worlds, executions, steps, seconds, complete }: Chance): string {
  const rate = n(Math.round(executions / Math.max(seconds, 0.001)));
  return `${by.padEnd(10)} ${n(executions)} executions of ${worlds} worlds, ${n(steps)} steps, ${rate} executions/s${complete ? "" : ", INCOMPLETE"}`;
}

function out(json: boolean, data: unknown, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(data, undefined, 2)}\n` : text());
}

/** Between two lines on a terminal. */
const LIVE_MS = 100;

/** A line on standard error that is written over; nothing where there is no terminal. `""` takes it away. */
function liveLine(): (text: string) => void {
  let last = 0;
  return (text) => {
    if (!process.stderr.isTTY) return;
    const now = performance.now();
    if (text !== "" && now - last < LIVE_MS) return;
    last = text === "" ? 0 : now;
    process.stderr.write(`\r\u001b[K${text.slice(0, process.stderr.columns - 1)}`);
  };
}
