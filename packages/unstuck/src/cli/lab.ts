import { Command } from "commander";
import { CliError, exit } from "./exit.js";

/** A package of its own: who only wants NFS need not install it. */
const LAB: string = "@unstuck/lab/cli";

/** `unstuck lab`. The lab is loaded when it is asked for; until then a line in the help stands for it. */
export async function labCommand(wanted: boolean): Promise<Command> {
  const name = new Command("lab").description(
    "The Linux NFS client of 2012 as a model: run its hang step by step",
  );
  if (!wanted) return name;
  try {
    const lab = (await import(LAB)) as { labCommand(): Command };
    return lab.labCommand();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new CliError(
      "the lab is not in this installation: it is part of the repository, run it from a checkout",
      exit.failed,
      {
        cause: error,
      },
    );
  }
}
