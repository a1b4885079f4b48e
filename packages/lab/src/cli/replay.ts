import { Command } from "commander";
import {
  modelRuns,
  parseSchedule,
  replay,
  type Schedule,
  ScheduleMisfitError,
  ScheduleTextError,
  tellSchedule,
} from "../lab/mod.js";
import { LabError, usage } from "./failure.js";
import { readModel } from "./models.js";
import { storyText } from "./story.js";

/** `lab replay`. */
export function replayCommand(): Command {
  return new Command("replay")
    .description("Play a schedule again, step by step")
    .argument("<line>", "as `lab explore` and `lab matrix` print it")
    .option("--lenient", "leave out what does not fit any more, and go on")
    .option("--json", "as JSON")
    .action((line: string, options: { lenient?: true; json?: true }) => {
      const schedule = reading(line);
      const model = readModel(schedule.model);
      try {
        const played = replay(modelRuns(model), schedule, { lenient: options.lenient === true });
        const steps = tellSchedule(model, played.taken);
        const { outcome, digest, misfits, unused, edited, cost } = played;
        if (options.json) {
          const whole = { model: model.name, outcome, digest, misfits, unused, edited, cost, steps };
          return void process.stdout.write(`${JSON.stringify(whole, undefined, 2)}\n`);
        }
        process.stdout.write(storyText(steps));
        process.stdout.write(
          `${model.name}: ${outcome}, ${cost.steps} steps, ${cost.preemptions} preemptions, digest ${digest}\n`,
        );
        if (edited) process.stdout.write("  the schedule was written for another edition of this model\n");
        for (const { step, name, enabled } of misfits)
          process.stdout.write(`  left out: step ${step + 1}, ${name}; possible was ${enabled.join(", ")}\n`);
        if (unused > 0) process.stdout.write(`  ${unused} steps were left over\n`);
      } catch (error) {
        if (error instanceof ScheduleMisfitError) throw new LabError(`${error.message} (--lenient)`, 1);
        throw error;
      }
    });
}

function reading(line: string): Schedule {
  try {
    return parseSchedule(line.trim());
  } catch (error) {
    if (error instanceof ScheduleTextError) throw usage(error.message);
    throw error;
  }
}
