import Table from "cli-table3";
import { Command } from "commander";
import { readScenario, scenarios } from "./files.js";

/** `lab list`. */
export function listCommand(): Command {
  return new Command("list")
    .description("The scenarios that come with the lab")
    .option("--json", "as JSON")
    .action((options: { json?: true }) => {
      const all = scenarios().map(({ name, file }) => ({ name, scenario: readScenario(file).scenario }));
      if (options.json) {
        const rows = all.map(({ name, scenario: { title, preset, expect } }) => ({
          name,
          title,
          preset,
          expect,
        }));
        process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
        return;
      }
      const table = new Table({
        head: ["scenario", "kernel", "expect", "what it is about"],
        style: { head: [], border: [] },
      });
      for (const { name, scenario } of all)
        table.push([name, scenario.preset, scenario.expect, scenario.title]);
      process.stdout.write(`${table.toString()}\n`);
    });
}
