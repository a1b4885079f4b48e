import { Command, Option } from "commander";
import type { Found } from "./explore-job.js";
import {
  type ExploreOptions,
  FORMATS,
  type Format,
  filesOf,
  formatOf,
  positive,
  safetyOf,
  whole,
} from "./explore-options.js";
import { runJobs } from "./explore-run.js";
import { foundText, lineText } from "./explore-text.js";
import { checkPlace, writeWhole } from "./files.js";
import { readModel } from "./models.js";
import { type Print, TO_PROCESS } from "./print.js";
import { storyHtml } from "./story-html.js";
import { storyItf } from "./story-itf.js";
import { storyMermaid } from "./story-mermaid.js";

/** `lab explore`. */
export function exploreCommand(print: Print = TO_PROCESS): Command {
  return new Command("explore")
    .description("Every schedule of a model: its verdict, and the shortest schedule that shows it")
    .argument("<model...>", "names, see `unstuck lab models`; of several, a line each")
    .option("--max-states <number>", "give up above so many states", whole, 20_000_000)
    .option("--max-seconds <number>", "give up after so long", positive, 600)
    .option("--max-megabytes <number>", "give up when the states take so much memory", whole)
    .addOption(new Option("--format <format>", "how to tell the schedule").choices(FORMATS))
    .option("--json", "the same as --format json")
    .option("-o, --output <file>", "write to a file")
    .option("-q, --quiet", "only the verdict")
    .option("--checkpoint <file>", "write it when a budget or Ctrl-C ends the search")
    .option("--resume <file>", "go on from a checkpoint")
    .optionsGroup("Safety alone, in less memory:")
    .option("--safety", "look only for states that must never be, and for ends that are no goal")
    .addOption(
      new Option("--order <order>", "what is looked into first (default: bfs)").choices(["bfs", "dfs"]),
    )
    .addOption(
      new Option("--store <store>", "what is kept of a state (default: exact)").choices(["exact", "compact"]),
    )
    .option("--reduce", "leave out orders of steps that commute")
    .option("--continue", "go on after the first state that must never be")
    .addHelpText(
      "after",
      `
Exit status: 0 recovers (or safe), 1 any worse verdict or undecided, 2 bad input, 130 Ctrl-C, with what was found so far.
The judgement that follows the search needs about as much memory again as --max-megabytes allows.`,
    )
    .action(async (names: readonly string[], options: ExploreOptions) => {
      const format = formatOf(options, names.length);
      const safety = safetyOf(options);
      const files = filesOf(options, names.length);
      for (const name of names) readModel(name);
      const { maxStates, maxSeconds, maxMegabytes, output } = options;
      if (output !== undefined) checkPlace("-o", output);
      const budget = { maxStates, maxSeconds, maxMegabytes };
      const all: Found[] = [];
      const list = names.length > 1;
      await runJobs(
        names.map((model) => ({ model, budget, safety, ...files })),
        (found) => {
          all.push(found);
          if (list && format === "text" && output === undefined) print.out(lineText(found));
        },
      );
      const unfinished = all.some(({ interrupted }) => interrupted);
      const text = list ? listed(all, format) : told(all[0]!, format, options.quiet === true);
      if (text === undefined) print.err(`no schedule to show: ${lineText(all[0]!)}`);
      else if (output !== undefined) {
        writeWhole(output, text);
        if (!options.quiet) print.out(all.map(lineText).join(""));
      } else if (!list || format === "json") print.out(text);
      if (unfinished && all.length < names.length)
        print.err(`not begun: ${names.slice(all.length).join(" ")}\n`);
      process.exitCode = unfinished ? 130 : all.every(isGood) ? 0 : 1;
    });
}

const FORMS: { readonly [format in Format]: (found: Found, quiet: boolean) => string } = {
  text: foundText,
  json: (found) => `${JSON.stringify(found, undefined, 2)}\n`,
  itf: storyItf,
  mermaid: storyMermaid,
  html: storyHtml,
};

/** Undefined: a trace of nothing would be read as a trace. */
function told(found: Found, format: Format, quiet: boolean): string | undefined {
  const isTrace = format === "itf" || format === "mermaid";
  return isTrace && found.line === undefined ? undefined : FORMS[format](found, quiet);
}

function listed(all: readonly Found[], format: Format): string {
  return format === "json" ? `${JSON.stringify(all, undefined, 2)}\n` : all.map(lineText).join("");
}

function isGood({ verdict, checkpoint }: Found): boolean {
  return (verdict === "recovers" || verdict === "safe") && checkpoint?.failed === undefined;
}
