import { performance } from "node:perf_hooks";
import { Command, Option } from "commander";
import { printOptions } from "../nfs/mod.js";
import { count, positiveSeconds } from "./arguments.js";
import { exit } from "./exit.js";
import { holdLifeline, lifelineOption } from "./lifeline.js";
import { deadlineMs, open, type UrlOptions } from "./open.js";
import { paint, wantsColor } from "./paint.js";
import { type Session, withSession } from "./session.js";
import { withUrl } from "./url-options.js";
import type { WatchEvent, WatchTally } from "./watch/event.js";
import { streamSink, WatchLines } from "./watch/lines.js";
import { type ExitOn, epochMs, exitConditions, watch } from "./watch/loop.js";

interface Options extends UrlOptions {
  readonly count?: number;
  readonly exitOn?: ExitOn;
  readonly tick?: number;
  readonly json?: true;
}

/** How often a waiting stat is told of: a live line, and a line of its own. Seconds. */
const LIVE_TICK = 0.1;
const PLAIN_TICK = 1;

export function watchCommand(): Command {
  return withUrl(
    new Command("watch").description("stat a file again and again, and say why while nothing comes"),
  )
    .argument("[interval]", "seconds between two stats", positiveSeconds, 1)
    .option("--count <n>", "end after so many stats", count)
    .addOption(
      new Option(
        "--exit-on <what>",
        "answer: the first good answer; error: the first error or lost call; recovery: the first answer that took over a second",
      ).choices(exitConditions),
    )
    .option(
      "--tick <seconds>",
      "how often to say why a stat waits (default 1, on a terminal 0.1)",
      positiveSeconds,
    )
    .option("--json", "print an object a line, see docs/guide/watch.md")
    .addOption(lifelineOption())
    .addHelpText(
      "after",
      `
--deadline bounds each stat; without it a hard mount waits as long as it takes.
Exit status: 0 every stat was answered, 1 the server answered with an error, 3 a stat was lost, 130 Ctrl-C.

Examples:
  $ unstuck watch nfs://server/export/file.txt
  $ unstuck watch server:/export/file.txt 10 -o hard,timeo=600,actimeo=0
  $ unstuck watch nfs://server/export --exit-on answer && echo the server is back`,
    )
    .action((url: string, interval: number, options: Options, command: Command) => {
      holdLifeline(command);
      return withSession(async (session) => {
        const tally = await watchUrl(session, url, interval, options);
        if (session.signal.aborted) throw session.signal.reason;
        process.exitCode = statusOf(tally, options);
      });
    });
}

/** To see the server and not a cache, and to wait for it as long as it takes; unless the user says otherwise. */
function defaultsFor(url: string, { options = [] }: Options): string[] {
  const given = [url.slice(url.indexOf("?") + 1).replaceAll("&", ","), ...options].join(",");
  const defaults: string[] = [];
  if (!/(^|,)(no)?ac(,|$)|(^|,)(actimeo|ac(reg|dir)(min|max))=/.test(given)) defaults.push("actimeo=0");
  if (!/(^|,)retry=/.test(given)) defaults.push("retry=10000");
  return defaults;
}

function statusOf(tally: WatchTally, options: Options): number {
  if (options.exitOn !== undefined && options.exitOn !== "error") return exit.ok;
  if (tally.lost > 0) return exit.unreachable;
  return tally.errors > 0 ? exit.failed : exit.ok;
}

async function watchUrl(
  session: Session,
  url: string,
  interval: number,
  options: Options,
): Promise<WatchTally> {
  const live = process.stdout.isTTY && !options.json;
  const lines = new WatchLines(streamSink(process.stdout, live), paint(wantsColor(process.stdout)));
  const emit = options.json
    ? (event: WatchEvent) => process.stdout.write(`${JSON.stringify(event)}\n`)
    : (event: WatchEvent) => lines.show(event);

  const startedAt = performance.now();
  // A deadline for the mount as well would end a watch of a server that is down: the very thing to watch.
  const asked = {
    ...options,
    deadline: undefined,
    options: [...defaultsFor(url, options), ...(options.options ?? [])],
  };
  const { mount, path } = await open(session, url, asked, (step) => {
    emit({ type: "mounting", at: epochMs(), step });
  });
  emit({
    type: "mounted",
    at: epochMs(),
    source: mount.source,
    path,
    options: printOptions(mount.options),
    ms: performance.now() - startedAt,
  });
  const watched = {
    stat: (signal: AbortSignal) => mount.stat(path, { signal, deadlineMs: deadlineMs(options) }),
    snapshots: () => [mount.caller.snapshot()],
  };
  return watch(watched, {
    intervalMs: interval * 1000,
    tickMs: (options.tick ?? (live ? LIVE_TICK : PLAIN_TICK)) * 1000,
    count: options.count,
    exitOn: options.exitOn,
    signal: session.signal,
    emit,
  });
}
