import { Command } from "commander";
import { nullOf, QUICK, type RpcClient } from "../node/mod.js";
import { rpcbind } from "../program/mod.js";
import { RpcError } from "../sunrpc/mod.js";
import { hostName, portNumber, positiveSeconds, uint32 } from "./arguments.js";
import { CliError, exit, usage } from "./exit.js";
import { nearest } from "./nearest.js";
import { longLines, portmapLines, shortLines } from "./rpcinfo.format.js";
import { programName, programNames, programNumber } from "./rpcnames.js";
import { type Session, withSession } from "./session.js";

const PMAP_PROG = 100000;
const PMAP_PORT = 111;
/** Versions between low and high that are called one by one when none is named. */
const MAX_VERSIONS = 64;

interface Options {
  readonly p?: true;
  readonly s?: true;
  readonly t?: true;
  readonly u?: true;
  readonly port?: number;
  readonly rpcbindPort: number;
  readonly json?: true;
  readonly timeout: number;
}

export function rpcinfoCommand(): Command {
  return new Command("rpcinfo")
    .description("list the RPC programs of a host, or call one of them")
    .usage("[-p | -s] [HOST]   or   -t|-u HOST PROGRAM [VERSION]")
    .argument("[host]", "default: localhost", hostName)
    .argument("[program]", "with -t or -u: a number, or a name such as nfs or mountd")
    .argument("[version]", "with -t or -u: default: every version the server has", uint32)
    .option("-p", "list what rpcbind version 2 (the port mapper) knows")
    .option("-s", "list the programs, a line for each")
    .option("-t", "call procedure 0 of PROGRAM over TCP")
    .option("-u", "call procedure 0 of PROGRAM over UDP")
    .option("-n, --port <port>", "with -t or -u: the program's port; rpcbind is not asked", portNumber)
    .option("--rpcbind-port <port>", "where rpcbind listens", portNumber, PMAP_PORT)
    .option("--timeout <seconds>", "how long to wait for each answer", positiveSeconds, 5)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ unstuck rpcinfo -p server            what is registered, as the port mapper tells it
  $ unstuck rpcinfo -s server            the same, short
  $ unstuck rpcinfo -t server nfs 3      does NFSv3 answer over TCP?
  $ unstuck rpcinfo -u server mountd     every version of mountd over UDP
  $ unstuck rpcinfo -n 2049 -t server nfs   without rpcbind`,
    )
    .action(
      (
        host: string | undefined,
        program: string | undefined,
        version: number | undefined,
        options: Options,
      ) =>
        withSession((session) => {
          if (options.t || options.u) return ping(session, host, program, version, options);
          if (program !== undefined)
            throw usage("to call a program say -t (TCP) or -u (UDP): unstuck rpcinfo -t HOST PROGRAM");
          return list(session, host ?? "localhost", options);
        }),
    );
}

async function list(session: Session, host: string, options: Options): Promise<void> {
  if (options.p && options.s) throw usage("-p and -s exclude each other");
  const { registrations } = await registered(session, host, options, options.p ? 2 : undefined);
  if (options.json) {
    console.log(
      JSON.stringify(
        registrations.map((r) => ({ ...r, service: programName(r.prog) ?? null })),
        null,
        2,
      ),
    );
    return;
  }
  const lines = options.p ? portmapLines : options.s ? shortLines : longLines;
  console.log(lines(registrations).join("\n"));
}

function registered(
  session: Session,
  host: string,
  options: Options,
  version?: 2,
): ReturnType<typeof rpcbind.dump> {
  return quick(session, host, options.rpcbindPort, PMAP_PROG, version ?? 4, "tcp").then((client) =>
    rpcbind.dump(client, version, { signal: session.signal, deadlineMs: options.timeout * 1000 }),
  );
}

function quick(
  session: Session,
  host: string,
  port: number,
  program: number,
  version: number,
  proto: "tcp" | "udp",
): Promise<RpcClient> {
  return session.connect({ host, port, program, version, proto, policy: QUICK, auth: { flavor: "none" } });
}

async function ping(
  session: Session,
  host: string | undefined,
  program: string | undefined,
  version: number | undefined,
  options: Options,
): Promise<void> {
  if (options.t && options.u) throw usage("-t and -u exclude each other");
  if (host === undefined || program === undefined)
    throw usage("a host and a program are needed: unstuck rpcinfo -t HOST PROGRAM [VERSION]");
  const prog = programNumber(program);
  if (prog === undefined) {
    const near = nearest(program, programNames());
    throw usage(
      `${program} is no program number and no name known here${near === undefined ? "" : `; did you mean ${near}?`}`,
    );
  }
  const proto = options.u ? "udp" : "tcp";
  const port = options.port ?? (await portOf(session, host, prog, version, proto, options));
  const call = async (vers: number): Promise<Answer> => {
    const client = await quick(session, host, port, prog, vers, proto);
    try {
      await client.call(nullOf(prog, vers), undefined, {
        signal: session.signal,
        deadlineMs: options.timeout * 1000,
      });
      return { version: vers, ready: true };
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== "PROG_MISMATCH") throw error;
      return { version: vers, ready: false, low: error.low, high: error.high };
    } finally {
      await client.close();
    }
  };
  const answers = version === undefined ? await everyVersion(call) : [await call(version)];
  report(prog, answers, options);
}

interface Answer {
  readonly version: number;
  readonly ready: boolean;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Calls a version that cannot be there to learn the range, then each version of it. */
async function everyVersion(call: (version: number) => Promise<Answer>): Promise<Answer[]> {
  let range = await call(0);
  if (range.ready) range = await call(0xffff_ffff);
  const { low, high } = range;
  if (low === undefined || high === undefined) return [range];
  const answers: Answer[] = [];
  for (let version = low; version <= Math.min(high, low + MAX_VERSIONS); version++)
    answers.push(await call(version));
  return answers;
}

function report(prog: number, answers: readonly Answer[], options: Options): void {
  if (options.json)
    console.log(
      JSON.stringify({ program: prog, service: programName(prog) ?? null, versions: answers }, null, 2),
    );
  for (const { version, ready } of answers) {
    if (!options.json)
      console.log(`program ${prog} version ${version} ${ready ? "ready and waiting" : "is not available"}`);
  }
  const missing = answers.filter((answer) => !answer.ready);
  const [range] = missing;
  if (range === undefined) return;
  const versions = missing.map((answer) => answer.version).join(", ");
  throw new CliError(
    `the server has no version ${versions} of program ${prog}, only from ${range.low} to ${range.high}`,
    exit.failed,
  );
}

/** From rpcbind: the version's port, or that of any version, for the server to say which ones it has. */
async function portOf(
  session: Session,
  host: string,
  prog: number,
  version: number | undefined,
  proto: "tcp" | "udp",
  options: Options,
): Promise<number> {
  if (prog === PMAP_PROG) return options.rpcbindPort;
  const { registrations } = await registered(session, host, options);
  const netid = rpcbind.netidOf(proto, host);
  const usable = (r: rpcbind.Registration): boolean =>
    r.prog === prog && r.netid.replace("6", "") === proto && r.port !== undefined;
  const found = registrations.filter(usable);
  const best =
    found.find((r) => r.vers === version && r.netid === netid) ??
    found.find((r) => r.vers === version) ??
    found[0];
  if (best?.port === undefined) {
    const name = programName(prog);
    const what = name === undefined ? `program ${prog}` : `program ${prog} (${name})`;
    throw new CliError(
      `${host}: ${what} is not registered over ${proto} (unstuck rpcinfo ${host} lists what is)`,
      exit.failed,
    );
  }
  return best.port;
}
