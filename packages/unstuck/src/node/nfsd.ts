import { type ExportOptions, Exports, mount3, nfs3, rpcbind } from "../program/mod.js";
import type { CallContext, Service, ServiceOptions, SvcLimits, SvcNotice } from "../sunrpc/mod.js";
import type { Vfs } from "../vfs/mod.js";
import { connect, QUICK } from "./connect.js";
import { type DiskOptions, openDisk } from "./disk.js";
import { localAddressFor } from "./local-address.js";
import { checkResvport } from "./resvport.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";
import { traced } from "./traced.js";

/** An export of {@link nfsd}: a folder of the disk, or any {@link Vfs}. */
export type NfsdExport = Omit<ExportOptions, "vfs"> &
  (
    | { /** The folder to serve. */ readonly dir: string; readonly disk?: Omit<DiskOptions, "fsid"> }
    | { /** Not closed by the server. */ readonly vfs: Vfs }
  );

export interface NfsdOptions {
  readonly exports: readonly NfsdExport[];
  /** The address to listen on. Default `127.0.0.1`; `0.0.0.0` or `::` for all. */
  readonly host?: string | undefined;
  /** Default 2049; 0: any free one. */
  readonly port?: number | undefined;
  /** Default: the same port as NFS. 0: any free one. */
  readonly mountPort?: number | undefined;
  /** Also UDP. Default true. */
  readonly udp?: boolean | undefined;
  /**
   * How clients find the ports. `own`: a port mapper of our own, at port 111 unless `rpcbindPort` says another.
   * `system`: registered with this host's. `none` (default): clients have to be told.
   */
  readonly rpcbind?: "own" | "system" | "none" | undefined;
  readonly rpcbindPort?: number | undefined;
  /** Refuse calls from source ports above 1023. Default false. */
  readonly requireResvport?: boolean | undefined;
  readonly limits?: Partial<SvcLimits> | undefined;
  readonly onNotice?: ((notice: SvcNotice) => void) | undefined;
  /** Told of each call of NFS and MOUNT right before it is executed. */
  readonly onCall?: ((call: CallContext) => void) | undefined;
}

/** A running NFS server. */
export interface Nfsd extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly mountPort: number;
  /** Of our own rpcbind. */
  readonly rpcbindPort: number | undefined;
  readonly exports: Exports;
  /** What rpcbind was told, our own or the system's. */
  readonly registered: readonly rpcbind.Registered[];
  /** NFS, mountd if it has a port of its own, rpcbind if it is our own. */
  readonly servers: readonly RpcServer[];
  /** Unregisters, answers what was received, closes; what is left after `ms` (default 5000) is reset. */
  drain(ms?: number): Promise<void>;
  /** The same at once. Idempotent, bounded. */
  close(): Promise<void>;
}

const OWNER = "unstuck";

/**
 * Serves NFSv3 with its MOUNT protocol and, if asked, rpcbind. Rejects with ListenError (`EADDRINUSE`, `EACCES`),
 * with what {@link openDisk} throws, with TypeError for exports that cannot be, or with an Error when the system's
 * rpcbind refuses; nothing is left open then.
 */
export async function nfsd(options: NfsdOptions): Promise<Nfsd> {
  const closers: (() => unknown)[] = [];
  try {
    return await start(options, closers);
  } catch (error) {
    for (const close of closers.reverse()) await close();
    throw error;
  }
}

async function start(options: NfsdOptions, closers: (() => unknown)[]): Promise<Nfsd> {
  const { host = "127.0.0.1", port = 2049, mountPort, udp = true, limits, onNotice } = options;
  const exports = openExports(options.exports, closers);
  const service: ServiceOptions = { requireResvport: options.requireResvport ?? false };
  const servers: RpcServer[] = [];
  const listen = async (services: readonly Service[], at: number): Promise<RpcServer> => {
    const common: ServeOptions = { services, host, port: at, udp };
    const server = await serve({ ...common, limits, onNotice });
    closers.push(() => server.close());
    servers.push(server);
    return server;
  };

  const told = (each: Service): Service => (options.onCall ? traced(each, options.onCall) : each);
  const nfsServices = [nfs3.server(exports, service)].map(told);
  const mountServices = mount3.servers(exports, service).map(told);
  const apart = mountPort !== undefined && (mountPort === 0 || mountPort !== port);
  const main = await listen(apart ? nfsServices : [...nfsServices, ...mountServices], port);
  const mountd = apart ? await listen(mountServices, mountPort) : main;

  const entries = [...registrations(nfsServices, main, udp), ...registrations(mountServices, mountd, udp)];
  let own: RpcServer | undefined;
  if (options.rpcbind === "own") {
    const registry = new rpcbind.Registry();
    const addressFor = ({ address }: { address: string }) => localAddressFor(address);
    const services = rpcbind.servers({ registry, now: () => Date.now() / 1000, addressFor });
    own = await listen(services, options.rpcbindPort ?? rpcbind.PMAP_PORT);
    for (const entry of [...registrations(services, own, udp), ...entries]) registry.set(entry);
  } else if (options.rpcbind === "system") {
    closers.push(() => withSystemRpcbind((caller) => unregisterAll(caller, entries)).catch(() => {}));
    await withSystemRpcbind((caller) => registerAll(caller, entries));
  }

  let ended: Promise<void> | undefined;
  const end = async (ms: number): Promise<void> => {
    // Clients stop being sent here first, sockets close next, what they read from last.
    if (options.rpcbind === "system") {
      await withSystemRpcbind((caller) => unregisterAll(caller, entries)).catch(() => {});
    }
    await Promise.all(servers.map((server) => server.drain(ms)));
    for (const close of closers.splice(0).reverse()) await close();
  };
  const drain = (ms = 5000): Promise<void> => {
    // Again, with less time: the earlier end counts.
    if (ended !== undefined) for (const server of servers) void server.drain(ms);
    ended ??= end(ms);
    return ended;
  };
  return {
    host,
    port: main.port,
    mountPort: mountd.port,
    rpcbindPort: own?.port,
    exports,
    registered: options.rpcbind === "own" || options.rpcbind === "system" ? entries : [],
    servers,
    drain,
    close: () => drain(0),
    [Symbol.asyncDispose]: () => drain(0),
  };
}

function openExports(list: readonly NfsdExport[], closers: (() => unknown)[]): Exports {
  // Once without disks, for the fsids that go into their handles.
  const fsids = new Exports(list.map((each) => ({ ...each, vfs: NO_VFS }))).list.map(({ fsid }) => fsid);
  return new Exports(
    list.map((each, i) => {
      const fsid = fsids[i] as number;
      if ("vfs" in each) return { ...each, fsid };
      const vfs = openDisk(each.dir, { ...each.disk, fsid });
      closers.push(() => vfs.close());
      return { ...each, fsid, vfs };
    }),
  );
}

const NO_VFS = {} as Vfs;

/** What rpcbind should know of a server's services. */
function registrations(services: readonly Service[], server: RpcServer, udp: boolean): rpcbind.Registered[] {
  const [address] = server.addresses;
  const host = address?.host ?? "127.0.0.1";
  // A socket on :: takes IPv4 too.
  const hosts = host === "::" ? ["0.0.0.0", "::"] : [host];
  return services.flatMap(({ program: { prog, vers } }) =>
    hosts.flatMap((each) =>
      (udp ? (["udp", "tcp"] as const) : (["tcp"] as const)).map((proto) => ({
        prog,
        vers,
        netid: rpcbind.netidOf(proto, each),
        uaddr: rpcbind.formatUaddr({ host: each, port: server.port }),
        owner: OWNER,
      })),
    ),
  );
}

type SystemRpcbind = Awaited<ReturnType<typeof connect>>;

async function withSystemRpcbind<T>(use: (caller: SystemRpcbind) => Promise<T>): Promise<T> {
  const caller = await connect({
    host: "127.0.0.1",
    port: rpcbind.PMAP_PORT,
    program: rpcbind.PMAP_PROG,
    version: rpcbind.RPCBVERS4.vers,
    policy: QUICK,
    // rpcbind lets only privileged ports register, where it can.
    resvport: await mayBindResvport(),
  });
  try {
    return await use(caller);
  } finally {
    await caller.close();
  }
}

async function mayBindResvport(): Promise<boolean> {
  try {
    await checkResvport();
    return true;
  } catch {
    return false;
  }
}

async function registerAll(caller: SystemRpcbind, entries: readonly rpcbind.Registered[]): Promise<void> {
  for (const entry of entries) {
    if (await rpcbind.register(caller, entry)) continue;
    const what = `program ${entry.prog} version ${entry.vers} (${entry.netid})`;
    throw new Error(
      `the system's rpcbind refuses to register ${what}: try as root, or start it with -i, or use rpcbind "own" or "none"`,
    );
  }
}

async function unregisterAll(caller: SystemRpcbind, entries: readonly rpcbind.Registered[]): Promise<void> {
  for (const entry of entries) await rpcbind.unregister(caller, entry);
}
