import { Command } from "commander";
import {
  type Model,
  modelRuns,
  replay,
  type Schedule,
  ScheduleMisfitError,
  tellSchedule,
} from "../lab/mod.js";
import { whole } from "./explore-options.js";
import { LabError } from "./failure.js";
import { readModel } from "./models.js";
import { type Print, TO_PROCESS } from "./print.js";
import { replayTimes } from "./replay-times.js";
import { readSchedule } from "./schedule-line.js";
import { storyText } from "./story.js";

interface ReplayOptions {
  readonly lenient?: true;
  readonly times?: number;
  readonly json?: true;
}

/** `lab replay`. */
export function replayCommand(print: Print = TO_PROCESS): Command {
  return new Command("replay")
    .description("Play a schedule again, step by step")
    .argument("<line>", "as `lab explore` and `lab matrix` print it; - reads standard input")
    .option("--lenient", "leave out what does not fit any more, and go on")
    .option("--times <number>", "play it so often, and compare the digest of every state", whole)
    .option("--json", "as JSON")
    .action(async (line: string, options: ReplayOptions) => {
      const schedule = await readSchedule(line);
      const model = readModel(schedule.model);
      try {
        if (options.times === undefined) once(model, schedule, options, print);
        else often(model, schedule, options.times, options, print);
      } catch (error) {
        if (error instanceof ScheduleMisfitError) throw new LabError(`${error.message} (--lenient)`, 1);
        throw error;
      }
    });
}

function once(model: Model, schedule: Schedule, options: ReplayOptions, print: Print): void {
  const played = replay(modelRuns(model), schedule, { lenient: options.lenient === true });
  const steps = tellSchedule(model, played.taken);
  const { outcome, digest, misfits, unused, edited, cost } = played;
  if (options.json) {
    const whole = { model: schedule.model, outcome, digest, misfits, unused, edited, cost, steps };
    return void print.out(`${JSON.stringify(whole, undefined, 2)}\n`);
  }
  print.out(storyText(steps));
  print.out(
    `${schedule.model}: ${outcome}, ${cost.steps} steps, ${cost.preemptions} preemptions, digest ${digest}\n`,
  );
  if (edited) print.out("  the schedule was written for another edition of this model\n");
  for (const { step, name, enabled } of misfits)
    print.out(`  left out: step ${step + 1}, ${name}; possible was ${enabled.join(", ")}\n`);
  if (unused > 0) print.out(`  ${unused} steps were left over\n`);
}

/** Two models of the same name take turns, so that what one keeps from run to run would show. */
function often(model: Model, schedule: Schedule, times: number, options: ReplayOptions, print: Print): void {
  const runs = [modelRuns(model), modelRuns(readModel(schedule.model))] as const;
  const lenient = options.lenient === true;
  const { outcome, digest } = replay(runs[0], schedule, { lenient });
  const difference = replayTimes((time) => runs[time % 2 === 0 ? 1 : 0](), schedule, times, lenient);
  if (difference !== undefined) process.exitCode = 1;
  const told = { model: schedule.model, times, outcome, digest, equal: difference === undefined, difference };
  if (options.json) return void print.out(`${JSON.stringify(told, undefined, 2)}\n`);
  print.out(
    difference === undefined
      ? `${schedule.model}: ${outcome}, ${times} times the same digest of every state, ${digest} in the end\n`
      : `${schedule.model}: replay ${difference.time} is not like the first: after step ${difference.step} the digest is ${difference.is}, and was ${difference.was}\n`,
  );
}
