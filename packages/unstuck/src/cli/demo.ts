import { randomInt } from "node:crypto";
import { Command, Option } from "commander";
import { count, positiveSeconds, uint32 } from "./arguments.js";
import { type DemoEvent, isGood, type RunResult } from "./demo/event.js";
import { DemoLines } from "./demo/lines.js";
import type { NetworkChoice } from "./demo/network.js";
import { expectedMs, type Plan, planOf } from "./demo/plan.js";
import { run } from "./demo/run.js";
import { Screen } from "./demo/screen.js";
import { resultLines, totalsLines, totalsOf } from "./demo/summary.js";
import { demoWatchCommand } from "./demo/watch.js";
import { exit } from "./exit.js";
import { type Paint, paint, wantsColor } from "./paint.js";
import { abortOnSignals } from "./session.js";
import { epochMs } from "./watch/loop.js";

interface Options {
  readonly outage: number;
  readonly healthy: number;
  readonly after: number;
  readonly interval: number;
  readonly runs?: number;
  readonly seed?: number;
  readonly fault: NetworkChoice;
  readonly json?: true;
  readonly plain?: true;
}

export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "an outage as in the report of 2012: a file stat'ed every second over NFSv3, the network gone, the server restarted",
    )
    .option("--outage <seconds>", "how long client to server traffic is lost, e.g. 180", positiveSeconds, 10)
    .option("--healthy <seconds>", "how long all is well before", positiveSeconds, 4)
    .option("--after <stats>", "answers after the recovery before it ends", count, 4)
    .option("--interval <seconds>", "between two stats", positiveSeconds, 1)
    .option("--runs <n>", "so many times, a line for each, then median and worst", count)
    .option("--seed <n>", "where in the stat's rhythm things happen; each further run takes the next", uint32)
    .addOption(
      new Option(
        "--fault <method>",
        "netns: real routes in network namespaces; proxy: a TCP relay; auto: netns where it is possible",
      )
        .choices(["auto", "netns", "proxy"])
        .default("auto"),
    )
    .option("--plain", "lines, also on a terminal")
    .option("--json", "print the result as JSON (with --runs: of all runs)")
    .addHelpText(
      "after",
      `
Exit status 0: no call lost, none executed twice, an answer within 30 s of the heal; else 1.

Examples:
  $ npm start                            the outage, live (this is: unstuck demo)
  $ npm start -- --outage 180            three minutes of it
  $ npm start -- --runs 20               how long from heal to first answer, median and worst
  $ npm start -- watch nfs://server/export/file    the same picture of your own server, without faults

While it runs, in another terminal:
  $ npx unstuck ps -v`,
    )
    .addCommand(demoWatchCommand())
    .action(async (options: Options) => {
      const { signal, release } = abortOnSignals();
      try {
        process.exitCode = (await demo(options, signal)) ? exit.ok : exit.failed;
      } finally {
        release();
      }
    });
}

async function demo(options: Options, signal: AbortSignal): Promise<boolean> {
  const seed = options.seed ?? randomInt(2 ** 31);
  const runs = options.runs ?? 1;
  const results: RunResult[] = [];
  const color = paint(wantsColor(process.stdout));
  for (let i = 0; i < runs; i++) {
    const plan = planOf({
      seed: seed + i,
      intervalS: options.interval,
      healthyS: options.healthy,
      outageS: options.outage,
      after: options.after,
    });
    const show = showFor(options, plan, color);
    try {
      results.push(await run(plan, options.fault, (event) => show.show(event), signal));
    } finally {
      show.close();
    }
    const result = results.at(-1)!;
    if (options.json) continue;
    if (options.runs === undefined)
      console.log(["", ...resultLines(result, color), `seed      ${seed}`].join("\n"));
    else console.log(runLine(i + 1, result));
  }
  const totals = totalsOf(results);
  if (options.json)
    console.log(JSON.stringify(options.runs === undefined ? results[0] : { totals, results }, null, 2));
  else if (options.runs !== undefined) console.log(["", ...totalsLines(totals)].join("\n"));
  return results.every(isGood);
}

interface Show {
  show(event: DemoEvent): void;
  close(): void;
}

function showFor(options: Options, plan: Plan, color: Paint): Show {
  if (options.json || options.runs !== undefined) return { show: () => {}, close: () => {} };
  if (process.stdout.isTTY && !options.plain) {
    const title = "unstuck: a file stat'ed every second over NFSv3, through an outage";
    return new Screen(process.stdout, { title, expectedMs: expectedMs(plan), paint: color });
  }
  const lines = new DemoLines((line) => console.log(line), color, epochMs());
  return { show: (event) => lines.show(event), close: () => {} };
}

function runLine(i: number, r: RunResult): string {
  const ms = r.healToAnswerMs === undefined ? "never" : `${Math.round(r.healToAnswerMs)} ms`;
  const port = r.sourcePort.before === r.sourcePort.after ? "same port" : "other port";
  return `run ${i}: ${r.calls} calls, ${r.lost} lost, ${r.duplicates} twice, first answer ${ms} after the heal, ${port}, ${r.method}, seed ${r.seed}`;
}
