import { type Command, Option } from "commander";

/** `--lifeline`, for programs that start this one: end when standard input does, so that nothing is left behind. */
export function lifelineOption(): Option {
  return new Option("--lifeline", "end when standard input does").hideHelp();
}

/** Honours `--lifeline`. */
export function holdLifeline(command: Command): void {
  if (command.getOptionValue("lifeline") !== true) return;
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(1));
  process.stdin.on("error", () => process.exit(1));
  // It ends the process; it must not hold it.
  if ("unref" in process.stdin) process.stdin.unref();
}
