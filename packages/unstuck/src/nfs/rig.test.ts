/** What the tests of nfs/ share: real server programs behind an in-process caller, a clock, and a way to lie. */
import { type Caller, type CallOptions, Exports, mount3, nfs3, rpcbind } from "../program/mod.js";
import {
  type AnyProcedure,
  type CallContext,
  type Procedure,
  RpcError,
  type Service,
  XprtError,
} from "../sunrpc/mod.js";
import { type MemTree, MemVfs } from "../vfs/mod.js";
import { decode, encode, XdrWriter } from "../xdr/mod.js";
import { type ConnectSpec, type MountHow, mount, type NfsPorts, type OptionSource } from "./mod.js";

/** One call as the server saw it. */
export interface Seen {
  readonly proc: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the procedure takes
  readonly args: any;
  readonly options: CallOptions | undefined;
}

/** Answers instead of the server: results, a thrown error, or undefined to let the server answer. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the procedure takes and gives
export type Lie = (proc: AnyProcedure, args: any) => unknown;

const CONTEXT: Omit<CallContext, "proc"> = {
  peer: { address: "test", port: 1023, transport: "inproc" },
  cred: { flavor: "sys", stamp: 0, machinename: "test", uid: 1000, gid: 1000, gids: [] },
  xid: 1,
};

/** Calls service handlers in this process, every byte of both directions encoded and decoded on the way. */
export class DirectCaller implements Caller {
  readonly spec: ConnectSpec | undefined;
  readonly seen: Seen[] = [];
  lie: Lie | undefined;
  closed = false;
  readonly #services: readonly Service[];

  constructor(services: readonly Service[], spec?: ConnectSpec) {
    this.#services = services;
    this.spec = spec;
  }

  async call<A, R>(proc: Procedure<A, R>, args: A, options?: CallOptions): Promise<R> {
    if (this.closed) throw new XprtError("ECLOSED", "never", "the client is closed");
    if (isAborted(options)) throw new XprtError("ECANCELED", "never", "cancelled");
    const received = decode(proc.arg, encode(proc.arg, args));
    this.seen.push({ proc: proc.name, args: received, options });
    const told = await this.lie?.(proc, received);
    if (isAborted(options)) throw new XprtError("ECANCELED", "maybe", "cancelled");
    const bytes = told === undefined ? await this.#serve(proc, received) : encode(proc.res, told as R);
    try {
      return decode(proc.res, bytes);
    } catch (cause) {
      throw new RpcError("BAD_REPLY", "the results do not decode", { cause });
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async #serve(proc: AnyProcedure, args: unknown): Promise<Uint8Array> {
    const versions = this.#services.filter((s) => s.program.prog === proc.prog);
    if (versions.length === 0) throw new RpcError("PROG_UNAVAIL", "no such program");
    const service = versions.find((s) => s.program.vers === proc.vers);
    if (service === undefined) {
      const all = versions.map((s) => s.program.vers);
      throw new RpcError("PROG_MISMATCH", "no such version", {
        low: Math.min(...all),
        high: Math.max(...all),
      });
    }
    const served = service.procedures.get(proc.proc);
    if (served === undefined) throw new RpcError("PROC_UNAVAIL", "no such procedure");
    const results = await served.handler(args, { ...CONTEXT, proc });
    const w = new XdrWriter();
    w.begin();
    if (typeof results === "object" && results !== null && "write" in results) results.write(w);
    else proc.res.encode(w, results);
    return w.finish();
  }
}

const isAborted = (options: CallOptions | undefined) => options?.signal?.aborted === true;

/** A server with one or more exports, a clock that tests move, and every caller that was opened. */
export class Rig {
  now = 1000;
  readonly slept: number[] = [];
  readonly callers: DirectCaller[] = [];
  /** Passed on to every caller. */
  lie: Lie | undefined;
  /** Thrown by the connector instead of connecting. */
  refuse: ((spec: ConnectSpec) => Error | undefined) | undefined;
  readonly services: Service[];
  readonly registry = new rpcbind.Registry();
  readonly ports: NfsPorts<DirectCaller>;

  constructor(exported: { readonly [path: string]: MemTree }) {
    const table = new Exports(
      Object.entries(exported).map(([path, tree]) => ({ path, vfs: new MemVfs(tree) })),
    );
    this.services = [
      nfs3.server(table),
      ...mount3.servers(table),
      ...rpcbind.servers({ registry: this.registry, now: () => 0 }),
    ];
    for (const [prog, vers, port] of [
      [100003, 3, 2049],
      [100005, 3, 20048],
    ] as const) {
      for (const netid of ["tcp", "udp"]) {
        const uaddr = rpcbind.formatUaddr({ host: "10.0.0.1", port });
        this.registry.set({ prog, vers, netid, uaddr, owner: "test" });
      }
    }
    this.ports = {
      now: () => this.now,
      sleep: async (ms, signal) => {
        if (signal?.aborted === true) throw signal.reason;
        this.slept.push(ms);
        this.now += ms;
      },
      connector: {
        connect: async (spec) => {
          const refusal = this.refuse?.(spec);
          if (refusal !== undefined) throw refusal;
          const caller = new DirectCaller(this.services, spec);
          caller.lie = (proc, args) => this.lie?.(proc, args);
          this.callers.push(caller);
          return caller;
        },
      },
    };
  }

  mount(options: OptionSource = "", source = "server:/export", how?: MountHow) {
    return mount(source, options, this.ports, how);
  }

  /** The NFS procedures called since the last question, in order. */
  calls(): string[] {
    const nfs = this.callers.filter((c) => c.spec?.program === nfs3.NFS_PROGRAM);
    return nfs.flatMap((c) => c.seen.splice(0)).map((s) => s.proc.replace("NFSPROC3_", ""));
  }
}

/** The error of a promise that must reject. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at whatever fields the error has
export async function failure(promise: Promise<unknown>): Promise<any> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
