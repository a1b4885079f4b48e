import { Command } from "commander";
import { positiveSeconds, several } from "../arguments.js";
import { CliError, exit } from "../exit.js";
import { paint, wantsColor } from "../paint.js";
import { abortOnSignals } from "../session.js";
import type { WatchEvent } from "../watch/event.js";
import { tallyLines } from "../watch/lines.js";
import { epochMs } from "../watch/loop.js";
import { Child } from "./child.js";
import type { DemoEvent } from "./event.js";
import { DemoLines } from "./lines.js";
import { Screen } from "./screen.js";

interface Options {
  readonly options?: string[];
  readonly plain?: true;
}

/** `unstuck demo watch URL`: the demo's picture of the user's own server, without faults. */
export function demoWatchCommand(): Command {
  return new Command("watch")
    .description("the same picture of your own server, without faults")
    .argument("<url>", "nfs://host/path/to/file, or host:/path/to/file")
    .argument("[interval]", "seconds between two stats", positiveSeconds, 1)
    .option("-o, --options <list>", "mount options, as in mount -o", several)
    .option("--plain", "lines, also on a terminal")
    .addHelpText(
      "after",
      "\nExamples:\n  $ npm start -- watch nfs://192.168.1.200/export/test/file.txt\n  $ npm start -- watch server:/home/me 5 -o vers=3,soft",
    )
    .action(async (url: string, interval: number, options: Options) => {
      const { signal, release } = abortOnSignals();
      try {
        await watchLive(url, interval, options, signal);
      } finally {
        release();
      }
    });
}

async function watchLive(
  url: string,
  interval: number,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const color = paint(wantsColor(process.stdout));
  const live = process.stdout.isTTY && options.plain !== true;
  const screen = live
    ? new Screen(process.stdout, { title: `unstuck: ${url}`, expectedMs: undefined, paint: color })
    : undefined;
  const lines = new DemoLines((line) => console.log(line), color, epochMs());
  const show = (event: DemoEvent): void => (screen ?? lines).show(event);
  let summary: Extract<WatchEvent, { type: "summary" }> | undefined;
  const args = ["watch", url, String(interval), "--json", "--tick", "0.1"];
  for (const list of options.options ?? []) args.push("-o", list);
  const onEvent = (event: unknown): void => {
    const e = event as WatchEvent;
    if (e.type === "summary") summary = e;
    show({ type: "watch", event: e });
  };
  const child = new Child({ prefix: [], args, onEvent });
  const stop = (): void => child.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  const ended = await child.ended;
  screen?.close();
  if (summary !== undefined) console.log(tallyLines(summary).join("\n"));
  if (signal.aborted) throw signal.reason;
  const message =
    ended.stderr.replace(/^unstuck: /, "") ||
    `the client ended with ${ended.signal ?? `status ${ended.code}`}`;
  throw new CliError(message, ended.code ?? exit.failed);
}
