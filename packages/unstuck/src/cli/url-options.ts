import type { Command } from "commander";
import { positiveSeconds, several } from "./arguments.js";

/** The argument and options of every command on a file or directory. */
export function withUrl(command: Command): Command {
  return command
    .argument("<url>", "nfs://host[:port]/path[?option=value], or host:/path")
    .option("-o, --options <list>", "mount options as in mount -o, e.g. vers=3,soft,timeo=50", several)
    .option(
      "--deadline <seconds>",
      "give up after so long (default: never, the mount is hard)",
      positiveSeconds,
    );
}
