import { Command, CommanderError } from "commander";
import { catCommand } from "./cat.js";
import { demoCommand } from "./demo.js";
import { exit, explain } from "./exit.js";
import { labCommand } from "./lab.js";
import { lsCommand } from "./ls.js";
import { psCommand } from "./ps.js";
import { rpcgenCommand } from "./rpcgen.js";
import { rpcinfoCommand } from "./rpcinfo.js";
import { serveCommand } from "./serve.js";
import { showmountCommand } from "./showmount.js";
import { statCommand } from "./stat.js";
import { version } from "./version.js";
import { watchCommand } from "./watch.js";

/** The whole command, for `bin/unstuck.js` and for tests. */
async function program(argv: readonly string[]): Promise<Command> {
  const root = new Command("unstuck")
    .description("ONC RPC and NFS whose calls always come back")
    .version(version, "-V, --version")
    .option("--no-color", "no colours, as with NO_COLOR=1")
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `
Exit status:
  0    it worked
  1    the operation failed: the server said no, a file is missing
  2    the command line is wrong
  3    nobody answered: timed out, refused, unreachable
  130  Ctrl-C

Start here:
  $ unstuck demo                            an outage, and a call that survives it
  $ unstuck watch nfs://server/export/file  a file on your own server, stat'ed every second
  $ unstuck ps                              what waits right now, and why`,
    );
  const commands = [
    serveCommand(),
    watchCommand(),
    psCommand(),
    statCommand(),
    lsCommand(),
    catCommand(),
    showmountCommand(),
    rpcinfoCommand(),
    rpcgenCommand(),
    demoCommand(),
    await labCommand(argv.find((word) => !word.startsWith("-")) === "lab"),
  ];
  for (const command of commands) root.addCommand(command);
  for (const command of everyCommand(root)) {
    command.exitOverride();
    const help = `unstuck${pathOf(command)} --help`;
    command.configureOutput({
      outputError: (text, write) => {
        const line = text
          .replace(/^error: /, "")
          .trim()
          .replace(/\n/g, " ");
        write(`unstuck: ${line} (see: ${help})\n`);
      },
    });
  }
  return root;
}

/** ` lab run` of `unstuck lab run`. */
function pathOf(command: Command): string {
  return command.parent === null ? "" : `${pathOf(command.parent)} ${command.name()}`;
}

function* everyCommand(command: Command): Generator<Command> {
  yield command;
  for (const sub of command.commands) yield* everyCommand(sub);
}

/** Runs one command line and returns its exit status. */
async function run(argv: readonly string[]): Promise<number> {
  try {
    const root = await program(argv);
    if (argv.length === 0) {
      root.outputHelp();
      return exit.ok;
    }
    await root.parseAsync(argv, { from: "user" });
    return Number(process.exitCode ?? exit.ok);
  } catch (error) {
    // commander has already printed its own.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
    const { line, status } = explain(error);
    if (status !== exit.interrupted) process.stderr.write(`unstuck: ${line}\n`);
    return status;
  }
}

// `unstuck … | head`: whoever read has had enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exit.ok);
    throw error;
  });
}

process.exitCode = await run(process.argv.slice(2));
