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
      const wrong = results.filter((result) => result.wrong !== undefined).length;
      if (options.json) process.stdout.write(`${JSON.stringify(results.map(asJson), undefined, 2)}\n`);
      else {
        process.stdout.write(`${tableOf(results)}\n`);
        process.stdout.write(
          `${results.length - wrong} of ${results.length} claims hold on ${options.preset}, seed ${options.seed}\n`,
        );
      }
      if (wrong > 0) process.exitCode = 1;
    });
}

function tableOf(results: readonly RowResult[]): string {
  const table = new Table({
    head: ["", "the report says", "the model", "steps"],
    colWidths: [4, 52, 62, 9],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { row, run, wrong } of results) {
    table.push([
      wrong === undefined ? "✓" : "✗",
      row.claim,
      wrong ?? `${run.verdict}: ${run.why}`,
      run.steps,
    ]);
  }
  return table.toString();
}

function asJson({ row, run, wrong }: RowResult) {
  const { verdict, why, recoveryUs, connects, teardowns, earlyWakes, steps } = run;
  return {
    claim: row.claim,
    holds: wrong === undefined,
    wrong,
    verdict,
    why,
    recoveryUs,
    connects,
    teardowns,
    earlyWakes,
    steps,
  };
}
