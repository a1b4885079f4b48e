import { stat } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { type Nfsd, type NfsdExport, nfsd } from "../node/mod.js";
import type { CallContext, SvcNotice } from "../sunrpc/mod.js";
import { MemVfs } from "../vfs/mod.js";
import { portNumber, seconds, several } from "./arguments.js";
import { CliError, codeOf, exit, usage } from "./exit.js";
import { holdLifeline, lifelineOption } from "./lifeline.js";
import { loadTree } from "./load-tree.js";
import { programName } from "./rpcnames.js";
import type { ServeEvent } from "./serve-event.js";
import { abortOnSignals } from "./session.js";
import { clock } from "./units.js";
import { shortProcedure } from "./watch/lines.js";
import { epochMs } from "./watch/loop.js";

interface Options {
  readonly export: string;
  readonly host: string;
  readonly port: number;
  readonly mountPort?: number;
  readonly ro?: true;
  readonly rpcbind: "own" | "none" | "system";
  readonly rpcbindPort?: number;
  readonly rootSquash: boolean;
  readonly allow?: string[];
  readonly udp: boolean;
  readonly drain: number;
  readonly mem?: true;
  readonly trace?: true;
  readonly json?: true;
}

export function serveCommand(): Command {
  return new Command("serve")
    .description("serve a folder over NFSv3")
    .argument("<dir>", "the folder")
    .option("--export <path>", "the path that clients mount", "/export")
    .option("--host <address>", "the address to listen on; 0.0.0.0 or :: for all", "127.0.0.1")
    .option("--port <port>", "NFS; 0: any free one", portNumber, 2049)
    .option("--mount-port <port>", "mountd (default: the NFS port)", portNumber)
    .addOption(
      new Option(
        "--rpcbind <how>",
        "own: a port mapper of its own at port 111 (needs root); system: register with this host's; none: clients are told the ports",
      )
        .choices(["own", "none", "system"])
        .default("none"),
    )
    .option("--rpcbind-port <port>", "another port for --rpcbind own", portNumber)
    .option(
      "--ro",
      "read-only (modifying procedures are not built yet: they answer NFS3ERR_NOTSUPP, with --ro NFS3ERR_ROFS)",
    )
    .option("--root-squash", "treat the clients' root as nobody (default)", true)
    .option("--no-root-squash", "treat the clients' root as root")
    .option(
      "--allow <network>",
      "an address or a network that may mount, e.g. 192.168.1.0/24; repeat for more (default: all)",
      several,
    )
    .option("--no-udp", "TCP only")
    .option("--drain <seconds>", "on Ctrl-C or SIGTERM: so long for calls under way", seconds, 5)
    .option("--mem", "copy the folder to memory first, and serve that")
    .option("--trace", "print each call that is executed")
    .option("--json", "print an object a line")
    .addOption(lifelineOption())
    .addHelpText(
      "after",
      `
Ctrl-C and SIGTERM take no new calls, answer those under way, and end with status 0; a second Ctrl-C ends at once.

Examples:
  $ unstuck serve /srv/data --ro --port 0
  $ unstuck serve /srv/data --host 0.0.0.0 --allow 192.168.1.0/24 --rpcbind system
  $ sudo unstuck serve /srv/data --rpcbind own      so that mount.nfs and showmount need no ports`,
    )
    .action(async (dir: string, options: Options, command: Command) => {
      holdLifeline(command);
      await serveDir(dir, options);
    });
}

async function serveDir(dir: string, options: Options): Promise<void> {
  const { signal, release } = abortOnSignals();
  const say = options.json ? sayJson : sayText;
  const server = await start(dir, options, say);
  say({
    type: "listening",
    at: epochMs(),
    pid: process.pid,
    host: server.host,
    nfsPort: server.port,
    mountPort: server.mountPort,
    exports: server.exports.list.map((each) => each.path),
    url: urlOf(server, options),
  });
  await new Promise<void>((done) => signal.addEventListener("abort", () => done(), { once: true }));
  say({ type: "draining", at: epochMs() });
  await server.drain(options.drain * 1000);
  release();
}

async function start(dir: string, options: Options, say: (event: ServeEvent) => void): Promise<Nfsd> {
  const folder = resolve(dir);
  const stats = await stat(folder).catch((error: unknown) => {
    throw new CliError(
      `cannot serve ${dir}: ${codeOf(error) === "ENOENT" ? "there is no such folder" : String(error)}`,
    );
  });
  if (!stats.isDirectory()) throw usage(`cannot serve ${dir}: it is a file, give the folder it is in`);
  const common = {
    path: options.export,
    readOnly: options.ro === true,
    squash: options.rootSquash ? ("root" as const) : ("none" as const),
    ...(options.allow === undefined ? {} : { clients: options.allow }),
  };
  const each: NfsdExport = options.mem
    ? { ...common, vfs: new MemVfs(await loadTree(folder)) }
    : { ...common, dir: folder };
  try {
    return await nfsd({
      exports: [each],
      host: options.host,
      port: options.port,
      mountPort: options.mountPort,
      udp: options.udp,
      rpcbind: options.rpcbind,
      rpcbindPort: options.rpcbindPort,
      onNotice: (notice) => {
        const text = noticeText(notice);
        if (text !== undefined) say({ type: "notice", at: epochMs(), text });
      },
      onCall: options.trace ? (call) => say(executed(call)) : undefined,
    });
  } catch (error) {
    // Exports, networks and paths that cannot be: what the user typed.
    if (error instanceof TypeError) throw new CliError(error.message, exit.usage, { cause: error });
    throw error;
  }
}

function executed({ peer, xid, proc }: CallContext): ServeEvent {
  const { prog, vers } = proc;
  return {
    type: "executed",
    at: epochMs(),
    client: peer.address,
    port: peer.port,
    xid,
    prog,
    vers,
    proc: proc.proc,
    procedure: proc.name,
  };
}

/** What an operator wants to know; the daily coming and going of clients is not among it. */
function noticeText(notice: SvcNotice): string | undefined {
  switch (notice.kind) {
    case "call-failed":
      return `${notice.call.proc.name} failed: ${notice.error instanceof Error ? notice.error.message : String(notice.error)}`;
    case "bad-record":
      return `${notice.peer.address}:${notice.peer.port} sent what is no RPC: ${notice.why}`;
    case "overloaded":
      return `a call from ${notice.peer.address} was dropped: too many at once`;
    case "too-many-connections":
      return `a connection from ${notice.peer.address} was refused: too many`;
    default:
      return undefined;
  }
}

/** What to give to `unstuck watch`, with the ports where nothing else tells them. */
function urlOf(server: Nfsd, options: Options): string {
  const any: { readonly [host: string]: string } = { "0.0.0.0": "localhost", "::": "localhost" };
  const host = any[server.host] ?? server.host;
  const [path] = server.exports.list.map((each) => each.path);
  const name = isIPv6(host) ? `[${host}]` : host;
  if (options.rpcbind !== "none" && (server.rpcbindPort ?? 111) === 111) return `nfs://${name}${path}`;
  return `nfs://${name}:${server.port}${path}?mountport=${server.mountPort}`;
}

function sayJson(event: ServeEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function sayText(event: ServeEvent): void {
  switch (event.type) {
    case "listening":
      console.log(
        `serving ${event.exports.join(", ")} on ${event.host}: NFS port ${event.nfsPort}, mountd port ${event.mountPort}`,
      );
      console.log(`try: unstuck ls '${event.url}'`);
      return;
    case "executed":
      console.log(
        `${clock(event.at)}  ${event.client}:${event.port}  ${programName(event.prog) ?? event.prog} v${event.vers} ${shortProcedure(event.procedure)} xid 0x${event.xid.toString(16).padStart(8, "0")}`,
      );
      return;
    case "notice":
      console.log(`${clock(event.at)}  ${event.text}`);
      return;
    case "draining":
      console.log("no new calls; finishing those under way (again: end at once)");
  }
}
