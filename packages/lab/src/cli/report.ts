import Table from "cli-table3";
import { Command } from "commander";
import { type Preset, type RowResult, runReport } from "../lab/mod.js";
import { count, preset } from "./options.js";

/** `lab report`. */
export function reportCommand(): Command {
  return new Command("report")
    .description("Every claim of the report of 2012, run and compared")
    .option("--preset <kernel>", "the kernel: el6-279 is the report's own", preset, "el6-279")
    .option("--seed <number>", "how long each step takes", count, 1)
    .option("--json", "as JSON")
    .action((options: { preset: Preset; seed: number; json?: true }) => {
      const results = runReport(options.seed, options.preset);
      process.stdout.write(
        options.json
          ? `${JSON.stringify(results.map(asJson), undefined, 2)}\n`
          : `${tableOf(results)}\n${summaryOf(results, options)}\n`,
      );
      if (results.some(({ holds }) => !holds)) process.exitCode = 1;
    });
}

function summaryOf(
  results: readonly RowResult[],
  { preset, seed }: { preset: Preset; seed: number },
): string {
  const hold = results.filter(({ holds }) => holds).length;
  const notes = new Set(results.flatMap(({ unlike }) => unlike ?? []));
  return [
    `${hold} of ${results.length} claims hold on ${preset}, seed ${seed}`,
    ...[...notes].map((note) => `~ ${note}`),
  ].join("\n");
}

function tableOf(results: readonly RowResult[]): string {
  const table = new Table({
    head: ["", "the report says", "the model", "steps"],
    colWidths: [4, 52, 62, 9],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { row, run, text, holds, unlike } of results)
    table.push([`${holds ? "✓" : "✗"}${unlike === undefined ? "" : "~"}`, row.claim, text, run.steps]);
  return table.toString();
}

function asJson({ row, run, text, holds, unlike }: RowResult) {
  const { verdict, why, recoveryUs, connects, teardowns, earlyWakes, steps } = run;
  return {
    ...{ claim: row.claim, holds, text, unlike },
    ...{ verdict, why, recoveryUs, connects, teardowns, earlyWakes, steps },
  };
}
