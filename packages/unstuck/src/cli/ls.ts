import { Command } from "commander";
import type { Dirent, Stats } from "../nfs/mod.js";
import { deadlineMs, open, type UrlOptions } from "./open.js";
import { withSession } from "./session.js";
import { statJson } from "./stat.js";
import { printable } from "./terminal.js";
import { dateMinute, modeText } from "./units.js";
import { withUrl } from "./url-options.js";

interface Options extends UrlOptions {
  readonly long?: true;
  readonly unsorted?: true;
  readonly json?: true;
}

interface Entry {
  readonly name: string;
  readonly stats: Stats | undefined;
}

export function lsCommand(): Command {
  return withUrl(new Command("ls").description("list a directory"))
    .option("-l, --long", "with type, permissions, owner, size and time")
    .option("-U, --unsorted", "in the server's order, each entry as it comes")
    .option("--json", "print JSON (with -U: an object a line)")
    .addHelpText(
      "after",
      "\nExamples:\n  $ unstuck ls nfs://server/export\n  $ unstuck ls -l server:/export/dir -o vers=3,soft",
    )
    .action((url: string, options: Options) =>
      withSession(async (session) => {
        const { mount, path } = await open(session, url, options);
        const how = { signal: session.signal, deadlineMs: deadlineMs(options) };
        const stats = await mount.lstat(path, how);
        if (!stats.isDirectory()) {
          print([{ name: path.slice(path.lastIndexOf("/") + 1), stats }], options);
          return;
        }
        const entries: Entry[] = [];
        for await (const entry of await mount.opendir(path, {
          ...how,
          stats: options.long ?? options.json ?? false,
        })) {
          if (options.unsorted)
            console.log(options.json ? JSON.stringify(json(entry)) : line(entry, options, 0));
          else entries.push(entry);
        }
        if (options.unsorted) return;
        entries.sort((a, b) => (a.name < b.name ? -1 : 1));
        print(entries, options);
      }),
    );
}

function print(entries: readonly Entry[], options: Options): void {
  if (options.json) {
    console.log(JSON.stringify(entries.map(json), null, 2));
    return;
  }
  const width = entries.reduce((max, e) => Math.max(max, String(e.stats?.size ?? "").length), 0);
  if (entries.length > 0) console.log(entries.map((e) => line(e, options, width)).join("\n"));
}

function json({ name, stats }: Entry | Dirent): unknown {
  return { name, ...(stats === undefined ? {} : statJson(stats)) };
}

/** In the manner of `ls -l`. */
function line({ name, stats }: Entry | Dirent, options: Options, sizeWidth: number): string {
  if (!options.long) return printable(name);
  if (stats === undefined) return `?????????? ${printable(name)}`;
  const owner = `${String(stats.uid).padStart(5)} ${String(stats.gid).padStart(5)}`;
  const size = String(stats.size).padStart(sizeWidth);
  return `${modeText(stats.mode)} ${String(stats.nlink).padStart(2)} ${owner} ${size} ${dateMinute(stats.mtimeMs)} ${printable(name)}`;
}
