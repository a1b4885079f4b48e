import { Command } from "commander";
import {
  type Fix,
  followLog,
  type LogLine,
  LogSyntaxError,
  lineTest,
  type Preset,
  parseRpcdebug,
} from "../lab/mod.js";
import { usage } from "./failure.js";
import { readScenario, readText } from "./files.js";
import { count, preset, variant } from "./options.js";

interface ConformOptions {
  readonly rpcdebug: string;
  readonly from?: string;
  readonly preset?: Preset;
  readonly variant?: readonly Fix[];
  readonly seed: number;
}

/** `lab conform`. */
export function conformCommand(): Command {
  return new Command("conform")
    .description("Is a kernel's own RPC debug log a run of the model? Names the first line that it is not")
    .argument("<scenario>", "what the kernel went through")
    .requiredOption("--rpcdebug <file>", "the log: dmesg after `rpcdebug -m rpc -s all`")
    .option("--from <line>", "take the log up where this first stands, as `xs_tcp_state_change state=8`")
    .option("--preset <kernel>", "another kernel than the scenario's", preset)
    .option("--variant <changes>", "changes on top of the kernel, a comma between them", variant)
    .option("--seed <number>", "how long each step takes", count, 1)
    .action((word: string, options: ConformOptions) => {
      const { scenario } = readScenario(word);
      const recorded = recordedLines(options.rpcdebug);
      const from = options.from === undefined ? undefined : lineTest(options.from);
      if (from !== undefined && !recorded.some(from))
        throw usage(`${options.rpcdebug}: no line is like --from "${options.from}"`);
      const kernel = {
        ...scenario,
        preset: options.preset ?? scenario.preset,
        fixes: options.variant ?? scenario.fixes,
      };
      const result = followLog(kernel, options.seed, recorded, from);
      if (result.outcome === "followed") {
        process.stdout.write(`the log is a run of ${kernel.preset}: ${result.followed} lines followed\n`);
        return;
      }
      process.stdout.write(`${result.text}\n`);
      if (result.followed === 0)
        process.stdout.write(
          "the model never comes to where the log begins; --from takes it up at a later line\n",
        );
      process.exitCode = 1;
    });
}

function recordedLines(file: string): readonly LogLine[] {
  try {
    const { lines, truncated } = parseRpcdebug(readText(file));
    if (lines.length === 0)
      throw usage(`${file}: no line of RPC debugging in it; dmesg has them after rpcdebug -m rpc -s all`);
    if (truncated !== undefined) process.stderr.write(`note: ${file} ends inside a line: ${truncated}\n`);
    return lines;
  } catch (error) {
    if (error instanceof LogSyntaxError) throw usage(`${file}: ${error.message}`);
    throw error;
  }
}
