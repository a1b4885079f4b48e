import { text as textOf } from "node:stream/consumers";
import { parseSchedule, type Schedule, ScheduleTextError } from "../lab/mod.js";
import { usage } from "./failure.js";

/** The schedule of a line; `-` reads it from standard input, where the story may stand around it. */
export async function readSchedule(word: string): Promise<Schedule> {
  // Not read at one go: a pipe that another program left non-blocking would fail with EAGAIN.
  const text = (word === "-" ? await textOf(process.stdin) : word).trim();
  if (text === "") throw usage("a schedule is needed; `unstuck lab explore` prints one");
  const told = /unstuck lab replay '([^\n]+)'/.exec(text)?.[1];
  try {
    return parseSchedule(told ?? text);
  } catch (error) {
    if (error instanceof ScheduleTextError) throw usage(error.message);
    throw error;
  }
}
