import { Command, Option } from "commander";
import { generate, toPromela } from "../lab/mod.js";
import { usage } from "./failure.js";
import { writeWhole } from "./files.js";
import { readProgram } from "./models.js";

/** `lab export`. */
export function exportCommand(): Command {
  return new Command("export")
    .description("Write a model for another checker: a second opinion")
    .argument("<model>", "a name, see `unstuck lab models`")
    .addOption(new Option("--promela", "for Spin; how to run it stands at its head").conflicts("javascript"))
    .option("--javascript", "the code that the explorer itself runs")
    .option("-o, --output <file>", "write to a file")
    .action((name: string, options: { promela?: true; javascript?: true; output?: string }) => {
      if (options.promela === undefined && options.javascript === undefined)
        throw usage("say as what: --promela, or --javascript");
      const program = readProgram(name);
      const text = options.promela ? toPromela(program) : generate(program);
      if (options.output === undefined) process.stdout.write(text);
      else writeWhole(options.output, text);
    });
}
