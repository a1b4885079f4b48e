import { Command } from "commander";
import { QUICK } from "../node/mod.js";
import { mount3 } from "../program/mod.js";
import { XprtError } from "../sunrpc/mod.js";
import { hostName, portNumber, positiveSeconds } from "./arguments.js";
import { usage } from "./exit.js";
import { withSession } from "./session.js";
import { allLines, directoryLines, exportLines, hostLines } from "./showmount.format.js";

const MOUNT_PROG = 100005;

interface Options {
  readonly exports?: true;
  readonly all?: true;
  readonly directories?: true;
  readonly headers: boolean;
  readonly json?: true;
  readonly timeout: number;
  readonly mountPort?: number;
  readonly udp?: true;
}

export function showmountCommand(): Command {
  return new Command("showmount")
    .description("ask a server's mountd what it exports, and who mounts it")
    .argument("[host]", "the server", hostName, "localhost")
    .option("-e, --exports", "the exports, and who may mount them")
    .option("-a, --all", "who mounts what, as host:directory")
    .option("-d, --directories", "which directories are mounted")
    .option("--no-headers", "leave the first line out")
    .option("--json", "print JSON")
    .option("--timeout <seconds>", "how long to wait for the answer", positiveSeconds, 10)
    .option("--mount-port <port>", "mountd's port; rpcbind is not asked", portNumber)
    .option("--udp", "ask over UDP")
    .addHelpText(
      "after",
      `
Without -e, -a or -d: the hosts that have something mounted.

Examples:
  $ unstuck showmount -e server
  $ unstuck showmount -e server --json | jq -r '.[].path'
  $ unstuck showmount -a server --mount-port 20048    where rpcbind is firewalled`,
    )
    .action((host: string, options: Options) =>
      withSession(async (session) => {
        if ([options.exports, options.all, options.directories].filter(Boolean).length > 1) {
          throw usage("-e, -a and -d exclude each other");
        }
        const ask = options.mountPort === undefined ? throughRpcbind : <T>(answer: Promise<T>) => answer;
        const client = await session.connect({
          host,
          port: options.mountPort,
          program: MOUNT_PROG,
          version: 3,
          proto: options.udp ? "udp" : "tcp",
          policy: QUICK,
          auth: { flavor: "sys" },
        });
        const call = { signal: session.signal, deadlineMs: options.timeout * 1000 };
        if (options.exports) {
          const exports = await ask(mount3.listExports(client, call));
          print(options, exports, `Export list for ${host}:`, exportLines(exports));
          return;
        }
        const entries = await ask(mount3.mounts(client, call));
        if (options.all) print(options, entries, `All mount points on ${host}:`, allLines(entries));
        else if (options.directories) {
          const lines = directoryLines(entries);
          print(options, lines, `Directories on ${host}:`, lines);
        } else {
          const lines = hostLines(entries);
          print(options, lines, `Hosts on ${host}:`, lines);
        }
      }),
    );
}

/** Says who else was asked: the error names mountd only. */
async function throughRpcbind<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof XprtError) || error.code === "ECANCELED") throw error;
    const way = "rpcbind at port 111 is asked for mountd's port, unless --mount-port gives it";
    throw new XprtError(error.code, error.sent, `${error.message}; ${way}`, { cause: error });
  }
}

function print(options: Options, data: unknown, header: string, lines: readonly string[]): void {
  if (options.json) console.log(JSON.stringify(data, null, 2));
  else for (const line of options.headers ? [header, ...lines] : lines) console.log(line);
}
