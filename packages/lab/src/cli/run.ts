import { Command, Option } from "commander";
import {
  type Fix,
  jsonTrace,
  type Preset,
  pcapng,
  perfettoTrace,
  type Run,
  rpcdebugLog,
  runScenario,
  type Scenario,
  summarize,
  summaryText,
  type TextSubject,
  tcpdumpText,
  textTranscript,
} from "../lab/mod.js";
import { usage } from "./failure.js";
import { readScenario, writeWhole } from "./files.js";
import { count, preset, variant } from "./options.js";

const HOSTS = { "192.168.1.100": "client", "192.168.1.200": "server", "192.168.1.201": "server2" };

/** How a run is written, by `--format`. */
const FORMATS: {
  readonly [format: string]: (run: Run, only: readonly TextSubject[] | undefined) => string | Uint8Array;
} = {
  text: (run, only) =>
    textTranscript(run.events, only === undefined ? { hosts: HOSTS } : { hosts: HOSTS, only }),
  rpcdebug: (run) => rpcdebugLog(run.events),
  tcpdump: (run) => tcpdumpText(run.events),
  json: (run) => jsonTrace(run.events),
  pcapng: (run) => pcapng(run.events),
  perfetto: (run) => perfettoTrace(run.events),
};

interface RunOptions {
  readonly preset?: Preset;
  readonly variant?: readonly Fix[];
  readonly seed: number;
  readonly maxSteps?: number;
  readonly format: string;
  readonly only?: TextSubject;
  readonly output?: string;
  readonly quiet?: true;
}

/** `lab run`. */
export function runCommand(): Command {
  return new Command("run")
    .description("Run one scenario and print every step")
    .argument(
      "<scenario>",
      "a file (YAML, or the report's shell lines), a name from `unstuck lab list`, or - for standard input",
    )
    .option("--preset <kernel>", "another kernel than the scenario's", preset)
    .option(
      "--variant <changes>",
      "changes on top of the kernel, a comma between them; none: without any",
      variant,
    )
    .option("--seed <number>", "how long each step takes; the same seed gives the same bytes", count, 1)
    .option("--max-steps <number>", "give up after so many steps", count)
    .addOption(
      new Option("--format <format>", "how the run is written; json: an object a line")
        .choices(Object.keys(FORMATS))
        .default("text"),
    )
    .addOption(new Option("--only <subject>", "text: only this").choices(["rpc", "wire", "sched"]))
    .option("-o, --output <file>", "write to a file")
    .option("-q, --quiet", "only the verdict")
    .action((word: string, options: RunOptions) => {
      if (options.only !== undefined && options.format !== "text")
        throw usage(`--only picks lines of the text; leave it out with --format ${options.format}`);
      const { scenario, notes } = readScenario(word);
      for (const note of notes) process.stderr.write(`note: ${note}\n`);
      const run = runScenario(
        {
          ...scenario,
          preset: options.preset ?? scenario.preset,
          fixes: options.variant ?? scenario.fixes,
          maxSteps: options.maxSteps ?? scenario.maxSteps,
        },
        options.seed,
      );
      const binary = options.format === "pcapng";
      if (binary && options.output === undefined && process.stdout.isTTY)
        throw usage(
          "a capture is not for a terminal: -o FILE, or a pipe (unstuck lab run … --format pcapng | tshark -r -)",
        );
      const only = options.only === undefined ? undefined : [options.only];
      if (options.quiet !== true) {
        const written = FORMATS[options.format]!(run, only);
        if (options.output === undefined) process.stdout.write(written);
        else writeWhole(options.output, written);
      }
      const plain = options.quiet === true || options.output !== undefined || options.format === "text";
      // What a scenario expects, it expects of its own kernel.
      const own = kernelOf(run.scenario) === kernelOf(scenario);
      (plain ? process.stdout : process.stderr).write(verdictText(word, run, own, options));
      if (own && run.verdict !== scenario.expect) process.exitCode = 1;
    });
}

/** The words that choose the kernel, as they are typed. */
function kernelOf({ preset, fixes }: Scenario): string {
  return `--preset ${preset} --variant ${fixes.join(",") || "none"}`;
}

function verdictText(word: string, run: Run, own: boolean, options: RunOptions): string {
  const { scenario } = run;
  const expected = !own
    ? ""
    : run.verdict === scenario.expect
      ? ", as expected"
      : `; expected: ${scenario.expect}`;
  const lines = [
    "",
    `${scenario.title}: ${run.verdict}${expected}`,
    `  ${run.why}`,
    `  ${summaryText(summarize(run.events)).trim().replaceAll("\n", "\n  ")}`,
    ...(run.outOfSteps
      ? [`  the budget of ${scenario.maxSteps} steps is used up: --max-steps gives more`]
      : []),
    `again: ${againLine(word, run, options)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The command that makes the same run, byte for byte; the file's own budget needs no word. */
function againLine(word: string, { scenario, seed }: Run, { maxSteps }: RunOptions): string {
  const budget = maxSteps === undefined ? "" : ` --max-steps ${maxSteps}`;
  return `unstuck lab run ${word} ${kernelOf(scenario)} --seed ${seed}${budget}`;
}
