import { once } from "node:events";
import { Command } from "commander";
import { deadlineMs, open, type UrlOptions } from "./open.js";
import { withSession } from "./session.js";
import { withUrl } from "./url-options.js";

interface Options extends UrlOptions {
  readonly depth?: number;
}

export function catCommand(): Command {
  return withUrl(new Command("cat").description("write a file's bytes to standard output"))
    .addHelpText(
      "after",
      "\nThe deadline bounds each READ.\n\nExamples:\n  $ unstuck cat nfs://server/export/file.txt\n  $ unstuck cat nfs://server/iso/debian.iso | sha256sum",
    )
    .action((url: string, options: Options) =>
      withSession(async (session) => {
        const { mount, path } = await open(session, url, options);
        const chunks = mount.chunks(path, { signal: session.signal, deadlineMs: deadlineMs(options) });
        for await (const bytes of chunks) {
          if (!process.stdout.write(bytes)) await once(process.stdout, "drain", { signal: session.signal });
        }
      }),
    );
}
