import { Command } from "commander";
import { campaignCommand } from "./campaign.js";
import { conformCommand } from "./conform.js";
import { exploreCommand } from "./explore.js";
import { exportCommand } from "./export.js";
import { listCommand } from "./list.js";
import { matrixCommand } from "./matrix.js";
import { millCommand } from "./mill.js";
import { modelsCommand } from "./models.js";
import { replayCommand } from "./replay.js";
import { reportCommand } from "./report.js";
import { runCommand } from "./run.js";
import { shrinkCommand } from "./shrink.js";

/** The whole of `unstuck lab`. */
export function labCommand(): Command {
  const lab = new Command("lab")
    .description(
      "The Linux NFS client of 2012 as a model: run its hang step by step, and search all its schedules",
    )
    .addHelpText(
      "after",
      `
Start here:
  $ unstuck lab report                      what the report of 2012 claims, run and compared
  $ unstuck lab run report-rr50             the hang, step by step
  $ unstuck lab run report-rr50 --format pcapng -o hang.pcapng    … in Wireshark
  $ unstuck lab list                        the scenarios that come with it

  $ unstuck lab matrix                      every fix, every scheduler, every outage: all schedules
  $ unstuck lab explore reconnect_v3.6_none_task-above-worker_rst    one of its cells, as a story
  $ unstuck lab mill                        our own client core under every schedule

A verdict of \`run\` and \`report\` is about the one run that was made, one of \`matrix\` and \`explore\` about all
schedules of a smaller model. Exit status: 0 as expected, 1 not as expected, 2 bad input.`,
    );
  const commands = [
    runCommand(),
    reportCommand(),
    conformCommand(),
    listCommand(),
    matrixCommand(),
    exploreCommand(),
    replayCommand(),
    shrinkCommand(),
    modelsCommand(),
    exportCommand(),
    campaignCommand(),
    millCommand(),
  ];
  for (const command of commands) lab.addCommand(command);
  return lab;
}
