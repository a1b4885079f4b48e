import { type Caller, type CallOptions, mount3, nfs3, rpcbind } from "../program/mod.js";
import { type CallPolicy, XprtError } from "../sunrpc/mod.js";
import { AttrCache } from "./attrcache.js";
import { Calls } from "./calls.js";
import type { Ctx, OpOptions } from "./ctx.js";
import { findExport } from "./export-of.js";
import { Mount } from "./fs.js";
import { negotiate } from "./negotiate.js";
import { nodeOf } from "./node.js";
import { callPolicy, type MountOptions, type OptionSource, parseOptions } from "./options.js";
import type { AuthSpec, ConnectSpec, NfsPorts } from "./ports.js";
import { Steps } from "./steps.js";
import { type NfsSource, parseSource, printSource } from "./url.js";

/** How mounting itself goes. `deadlineMs` bounds it as a whole; each step is bounded by `connect_timeout`. */
export interface MountHow extends OpOptions {
  /** Told before each step: "asking rpcbind on 10.0.0.1 for mountd", … */
  readonly onStep?: ((text: string) => void) | undefined;
  /** What people see of the NFS connection in `unstuck ps`. Default `host:/export`. */
  readonly label?: string | undefined;
}

const RPCBIND_PORT = 111;
/** Room for the headers around the largest READ. */
const MAX_RECORD_BYTES = 1048576 + 65536;
/** UMNT is a courtesy: unmounting never waits longer for it. */
const FAREWELL_MS = 1000;
const AUTH_NONE = 0;
const AUTH_SYS = 1;
const FLAVORS: { readonly [number: number]: string } = {
  [AUTH_NONE]: "none",
  [AUTH_SYS]: "sys",
  390003: "krb5",
  390004: "krb5i",
  390005: "krb5p",
};
const AUTH: AuthSpec = { flavor: "none" };

/**
 * Mounts an export: finds the ports (rpcbind, unless the options give them), asks mountd for the root's handle, agrees
 * on sizes. `source` is `host:/path` or an `nfs://` URL; `options` override the URL's.
 *
 * Throws MountOptionError, NfsUrlError, MountError (mountd said no), RpcbindError (not registered), XprtError (nobody
 * answered a step in its time), NfsError. A hard mount is hard once it stands: mounting itself gives up.
 */
export async function mount<C extends Caller>(
  source: string | NfsSource,
  options: OptionSource | undefined,
  ports: NfsPorts<C>,
  how: MountHow = {},
): Promise<Mount<C>> {
  return (await new Mounter(source, options, ports, how).mount(false)).mount;
}

/** As {@link mount}, for a path whose export is not known (a URL of a file): also says where in the mount it is. */
export async function mountPath<C extends Caller>(
  source: string | NfsSource,
  options: OptionSource | undefined,
  ports: NfsPorts<C>,
  how: MountHow = {},
): Promise<{ readonly mount: Mount<C>; readonly path: string }> {
  return new Mounter(source, options, ports, how).mount(true);
}

class Mounter<C extends Caller> {
  readonly #source: NfsSource;
  readonly #options: MountOptions;
  readonly #ports: NfsPorts<C>;
  readonly #how: MountHow;
  readonly #server: string;
  readonly #mountd: string;

  constructor(
    source: string | NfsSource,
    options: OptionSource | undefined,
    ports: NfsPorts<C>,
    how: MountHow,
  ) {
    this.#source = typeof source === "string" ? parseSource(source) : source;
    const { port, options: urlOptions, noEffect } = this.#source;
    const parsed = parseOptions(port === undefined ? undefined : `port=${port}`, urlOptions, options);
    this.#options = { ...parsed, noEffect: [...noEffect, ...parsed.noEffect] };
    this.#ports = ports;
    this.#how = how;
    this.#server = this.#options.addr ?? this.#source.host;
    this.#mountd = this.#options.mountHost ?? this.#server;
  }

  /** Tries until it stands, as long as `retry` says, when nobody answers. */
  async mount(search: boolean): Promise<{ mount: Mount<C>; path: string }> {
    const started = this.#ports.now();
    const deadline = started + (this.#how.deadlineMs ?? Number.POSITIVE_INFINITY);
    const until = Math.min(started + this.#options.retryMs, deadline);
    for (let waitMs = 1000; ; waitMs = Math.min(waitMs * 2, 10_000)) {
      try {
        return await this.#once(search, deadline - this.#ports.now());
      } catch (error) {
        const transient = error instanceof XprtError && error.code !== "ECANCELED";
        if (!transient || this.#ports.now() + waitMs > until) throw error;
        this.#how.onStep?.(`waiting ${waitMs / 1000} s to try again: ${error.message}`);
        await this.#ports.sleep(waitMs, this.#how.signal).catch((cause: unknown) => {
          throw new XprtError("ECANCELED", "never", "mounting was cancelled", { cause });
        });
      }
    }
  }

  async #once(search: boolean, deadlineMs: number): Promise<{ mount: Mount<C>; path: string }> {
    const steps = this.#steps({ signal: this.#how.signal, deadlineMs });
    const { exportPath, path, mounted } = await this.#withMountd(steps, (mountd) =>
      this.#rootHandle(steps, mountd, search),
    );
    const sec = chooseSec(this.#options.sec, mounted.authFlavors, exportPath);
    // Asked here for a clear answer; the connection asks again by itself, whenever it connects anew.
    if (this.#options.port === undefined)
      await this.#portOf(steps, this.#server, nfs3.NFS_V3, "NFS", this.#options.proto);
    const caller = await this.#connect(exportPath, sec);
    try {
      return { mount: await this.#ready(steps, caller, exportPath, sec, mounted.fhandle), path };
    } catch (error) {
      await caller.close();
      throw error;
    }
  }

  async #rootHandle(steps: Steps, mountd: Caller, search: boolean) {
    const { path } = this.#source;
    if (search) {
      return await steps.step(`asking mountd on ${this.#mountd} which export holds ${path}`, (o) =>
        findExport(mountd, path, o),
      );
    }
    const text = `asking mountd on ${this.#mountd} for ${path}`;
    const mounted = await steps.step(text, (o) => mount3.mnt(mountd, path, o));
    return { exportPath: path, path: "/", mounted };
  }

  #connect(exportPath: string, sec: "sys" | "none"): Promise<C> {
    const o = this.#options;
    return this.#ports.connector.connect({
      host: this.#server,
      port: o.port,
      program: nfs3.NFS_V3.prog,
      version: nfs3.NFS_V3.vers,
      proto: o.proto,
      policy: callPolicy(o),
      auth: this.#auth(sec),
      nconnect: o.nconnect,
      resvport: o.resvport,
      connectTimeoutMs: o.connectTimeoutMs,
      maxRecordBytes: MAX_RECORD_BYTES,
      label: this.#how.label ?? printSource(this.#source.host, exportPath),
    });
  }

  async #ready(
    steps: Steps,
    caller: C,
    exportPath: string,
    sec: "sys" | "none",
    root: Uint8Array,
  ): Promise<Mount<C>> {
    const calls = new Calls(caller, this.#ports, new AttrCache(this.#options));
    const node = nodeOf(root);
    const where = printSource(this.#source.host, exportPath);
    const fsinfo = await steps.step(`asking the NFS server on ${this.#server} for its limits (FSINFO)`, (o) =>
      calls.fsinfo(this.#ctx(where, o), node),
    );
    const pathconf = await steps.step(
      `asking the NFS server on ${this.#server} for its names (PATHCONF)`,
      (o) =>
        calls.pathconf(this.#ctx(where, o), node).catch((error: unknown) => {
          if (error instanceof XprtError) throw error;
          return undefined; // optional for us, as it is for the kernel
        }),
    );
    const { dirBytes, ...agreed } = negotiate(this.#options, fsinfo, pathconf);
    return new Mount<C>({
      host: this.#source.host,
      exportPath,
      caller,
      options: { ...this.#options, ...agreed, sec: [sec] },
      fsinfo,
      dirBytes,
      root,
      ports: this.#ports,
      remount: async (how) => {
        const again = this.#steps(how);
        const mounted = await this.#withMountd(again, (mountd) =>
          again.step(`asking mountd on ${this.#mountd} for ${exportPath} again`, (o) =>
            mount3.mnt(mountd, exportPath, o),
          ),
        );
        return mounted.fhandle;
      },
      farewell: () => this.#farewell(exportPath),
    });
  }

  async #farewell(exportPath: string): Promise<void> {
    const steps = new Steps(this.#ports, FAREWELL_MS, { deadlineMs: FAREWELL_MS });
    try {
      await this.#withMountd(steps, (mountd) =>
        steps.step("telling mountd good-bye", (o) => mount3.umnt(mountd, exportPath, o)),
      );
    } catch {
      // Its list of mounts is a courtesy; nothing depends on it.
    }
  }

  async #withMountd<T>(steps: Steps, f: (mountd: Caller) => Promise<T>): Promise<T> {
    const o = this.#options;
    const port =
      o.mountPort ?? (await this.#portOf(steps, this.#mountd, mount3.MOUNT_V3, "mountd", o.mountProto));
    const mountd = await this.#quick({
      host: this.#mountd,
      port,
      program: mount3.MOUNT_V3.prog,
      version: mount3.MOUNT_V3.vers,
      proto: o.mountProto,
      auth: this.#auth("sys"),
      resvport: o.resvport,
      label: `mountd on ${this.#mountd}`,
    });
    try {
      return await f(mountd);
    } finally {
      await mountd.close();
    }
  }

  async #portOf(
    steps: Steps,
    host: string,
    program: { readonly prog: number; readonly vers: number },
    name: string,
    proto: "tcp" | "udp",
  ): Promise<number> {
    return await steps.step(`asking rpcbind on ${host} for ${name}`, async (o) => {
      const caller = await this.#quick({
        host,
        port: RPCBIND_PORT,
        program: rpcbind.RPCBVERS4.prog,
        version: rpcbind.RPCBVERS4.vers,
        proto,
        auth: AUTH,
        label: `rpcbind on ${host}`,
      });
      try {
        const { prog, vers } = program;
        return await rpcbind.lookupPort(caller, { prog, vers, netid: rpcbind.netidOf(proto, host) }, o);
      } catch (error) {
        if (!(error instanceof XprtError) || error.code === "ECANCELED") throw error;
        const way = "where rpcbind cannot be reached, give port= and mountport=";
        throw new XprtError(error.code, error.sent, `${error.message}; ${way}`, { cause: error });
      } finally {
        await caller.close();
      }
    });
  }

  /** A client for one question: the first failed connect is an error. */
  #quick(spec: Omit<ConnectSpec, "policy">): Promise<Caller> {
    const policy: CallPolicy = { ...callPolicy(this.#options), mode: "softerr", softconn: true };
    // A lost datagram is asked again sooner than timeo, which is for NFS, may say.
    const timeoMs = spec.proto === "udp" ? Math.min(policy.timeoMs, 1100) : policy.timeoMs;
    const { connectTimeoutMs } = this.#options;
    return this.#ports.connector.connect({ ...spec, policy: { ...policy, timeoMs }, connectTimeoutMs });
  }

  #auth(sec: "sys" | "none"): AuthSpec {
    return sec === "none" ? AUTH : { flavor: "sys", uid: this.#options.uid, gid: this.#options.gid };
  }

  #steps({ signal, deadlineMs }: OpOptions): Steps {
    return new Steps(this.#ports, this.#options.connectTimeoutMs, { signal, deadlineMs }, this.#how.onStep);
  }

  #ctx(path: string, { signal, deadlineMs }: CallOptions): Ctx {
    const until = deadlineMs === undefined ? undefined : this.#ports.now() + deadlineMs;
    return { syscall: "mount", path, label: path, signal, until, fresh: false };
  }
}

/** The flavor to use: the first wanted one that the export takes. */
function chooseSec(
  wanted: readonly ("sys" | "none")[] | undefined,
  offered: readonly number[],
  path: string,
): "sys" | "none" {
  const order = wanted ?? (["sys", "none"] as const);
  const found =
    offered.length === 0 ? order[0] : order.find((sec) => offered.some((n) => FLAVORS[n] === sec));
  if (found !== undefined) return found;
  const names = offered.map((n) => FLAVORS[n] ?? `flavor ${n}`).join(", ");
  throw new mount3.MountError(
    "EACCES",
    path,
    `the export takes sec=${names}, and ${wanted === undefined ? "neither sys nor none" : `not sec=${order.join(":")}`}`,
  );
}
