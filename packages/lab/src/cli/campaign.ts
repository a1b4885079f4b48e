import { Command } from "commander";
import { campaignReportCommand } from "./campaign-report.js";
import { campaignStartCommand } from "./campaign-start.js";
import { campaignStatusCommand } from "./campaign-status.js";
import { campaignWorkCommand } from "./campaign-work.js";

/** `lab campaign`. */
export function campaignCommand(): Command {
  const campaign = new Command("campaign")
    .description("Many schedules by chance, or all up to a length: on every core, on many machines")
    .addHelpText(
      "after",
      `
  $ unstuck lab campaign start family_killed-task-keeps-the-write-lock_broken --strategy pos -o found.json
  $ unstuck lab campaign start mill:blackhole --strategy all:12

On many machines, all with the same build and one Redis (redis-server):
  $ unstuck lab campaign start mill:calm --seeds 1..10000000 --engine bullmq --redis redis://HOST:6379
  $ unstuck lab campaign work --redis redis://HOST:6379      … on every other machine, at any time
  $ unstuck lab campaign status --redis redis://HOST:6379`,
    );
  const commands = [
    campaignStartCommand(),
    campaignWorkCommand(),
    campaignStatusCommand(),
    campaignReportCommand(),
  ];
  for (const command of commands) campaign.addCommand(command);
  return campaign;
}
