import { Command } from "commander";
import { createLogUpdate } from "log-update";
import { collect, type PsReport } from "../node/mod.js";
import { count, positiveSeconds } from "./arguments.js";
import { CliError } from "./exit.js";
import { paint, wantsColor } from "./paint.js";
import { psText } from "./ps.format.js";
import { abortOnSignals } from "./session.js";
import { sleep } from "./sleep.js";

interface Options {
  readonly json?: true;
  readonly verbose?: true;
  readonly watch?: number | true;
}

export function psCommand(): Command {
  return new Command("ps")
    .description("calls in flight of the unstuck processes of this user, and why they wait")
    .argument("[pid...]", "only these processes", (text: string, before: number[] | undefined) => [
      ...(before ?? []),
      count(text),
    ])
    .option(
      "-v, --verbose",
      "each process with its connections, their history, and a tshark filter for each call",
    )
    .option("-w, --watch [seconds]", "again and again, every second or so many", positiveSeconds)
    .option("--json", "print JSON (with --watch: an object a line)")
    .addHelpText(
      "after",
      `
A program that uses the library is seen too if it calls publish().

Examples:
  $ unstuck ps                       what waits, and for what
  $ unstuck ps -v 4711               who closed the connection, and how
  $ unstuck ps --json | jq '.processes[].clients[].calls[] | select(.ageMs > 5000)'`,
    )
    .action(async (pids: number[] | undefined, options: Options) => {
      if (options.watch === undefined) {
        const report = await look(pids);
        if (!options.json && pids?.length && report.processes.length === 0) throw absent(pids);
        console.log(options.json ? JSON.stringify(report, null, 2) : psText(report, format(options)));
        return;
      }
      await again(pids, options, (options.watch === true ? 1 : options.watch) * 1000);
    });
}

function absent(pids: readonly number[]): CliError {
  return new CliError(`no unstuck process of this user has the number ${pids.join(" or ")}`);
}

function format(options: Options): Parameters<typeof psText>[1] {
  return { verbose: options.verbose === true, paint: paint(wantsColor(process.stdout)) };
}

/** Until Ctrl-C. */
async function again(pids: number[] | undefined, options: Options, everyMs: number): Promise<void> {
  const { signal, release } = abortOnSignals();
  const screen = process.stdout.isTTY && !options.json ? createLogUpdate(process.stdout) : undefined;
  try {
    while (!signal.aborted) {
      const report = await look(pids);
      if (options.json) console.log(JSON.stringify(report));
      else if (screen === undefined) console.log(`${report.takenAt}\n${psText(report, format(options))}`);
      else screen(psText(report, format(options)));
      await sleep(everyMs, signal);
    }
  } finally {
    screen?.done();
    release();
  }
  throw signal.reason;
}

async function look(pids: readonly number[] | undefined): Promise<PsReport> {
  const report = await collect();
  if (pids === undefined || pids.length === 0) return report;
  return { ...report, processes: report.processes.filter((p) => pids.includes(p.pid)) };
}
