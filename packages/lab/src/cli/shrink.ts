import { Command } from "commander";
import { formatSchedule, modelRuns, type ScheduleCost, shrink } from "../lab/mod.js";
import { whole } from "./explore-options.js";
import { readModel } from "./models.js";
import { type Print, TO_PROCESS } from "./print.js";
import { readSchedule } from "./schedule-line.js";
import { showsOf } from "./shrink-shows.js";

/** `lab shrink`. */
export function shrinkCommand(print: Print = TO_PROCESS): Command {
  return new Command("shrink")
    .description("Make a schedule smaller that still shows the same")
    .argument("<line>", "as `lab explore` and `lab matrix` print it; - reads standard input")
    .option("--max-replays <number>", "try no more than this", whole, 10_000)
    .option("--json", "as JSON")
    .action(async (line: string, options: { maxReplays: number; json?: true }) => {
      const schedule = await readSchedule(line);
      const model = readModel(schedule.model);
      const { shows, what, judged } = showsOf(model, schedule);
      const { maxReplays } = options;
      const small = shrink(modelRuns(model), schedule, { shows, maxReplays });
      const { before, after, replays, complete } = small;
      const again = formatSchedule(small.schedule);
      if (options.json) {
        const told = {
          model: schedule.model,
          shows: what,
          judged,
          before,
          after,
          replays,
          complete,
          line: again,
        };
        return void print.out(`${JSON.stringify(told, undefined, 2)}\n`);
      }
      const lines = [
        `${schedule.model}: ${what}`,
        `  before  ${costText(before)}`,
        `  after   ${costText(after)}`,
        `  ${replays} replays${complete ? "; nothing that was tried makes it smaller" : "; --max-replays ended it, more may make it smaller"}`,
        ...(judged ? [] : ["  the model is too large to judge: only the outcome is the same"]),
        `again: unstuck lab replay '${again}'`,
      ];
      print.out(`${lines.join("\n")}\n`);
    });
}

function costText({ steps, preemptions, events, switches }: ScheduleCost): string {
  return `${steps} steps, ${preemptions} preemptions, ${events} events, ${switches} switches`;
}
