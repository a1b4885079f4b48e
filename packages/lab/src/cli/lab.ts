import { Command } from "commander";
import { conformCommand } from "./conform.js";
import { listCommand } from "./list.js";
import { reportCommand } from "./report.js";
import { runCommand } from "./run.js";

/** The whole of `unstuck lab`. */
export function labCommand(): Command {
  const lab = new Command("lab")
    .description("The Linux NFS client of 2012 as a model: run its hang step by step")
    .addHelpText(
      "after",
      `
Start here:
  $ unstuck lab report                      what the report of 2012 claims, run and compared
  $ unstuck lab run report-rr50             the hang, step by step
  $ unstuck lab run report-rr50 --format pcapng -o hang.pcapng    … in Wireshark
  $ unstuck lab list                        the scenarios that come with it

A verdict here is about the one run that was made. Exit status: 0 as expected, 1 not as expected, 2 bad input.`,
    );
  for (const command of [runCommand(), reportCommand(), conformCommand(), listCommand()])
    lab.addCommand(command);
  return lab;
}
