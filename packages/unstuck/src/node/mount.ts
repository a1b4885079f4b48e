import { performance } from "node:perf_hooks";
import {
  type Mount,
  type MountHow,
  mount as mountOver,
  mountPath as mountPathOver,
  type NfsPorts,
  type NfsSource,
  type OptionSource,
} from "../nfs/mod.js";
import type { Abort } from "../program/mod.js";
import type { RpcClient } from "./clnt-driver.js";
import { connector } from "./connect.js";

/** The ports of nfs/ on Node: sockets, the process's monotonic clock, timers that keep no process alive. */
export const nfsPorts: NfsPorts<RpcClient> = { connector, now: () => performance.now(), sleep };

/**
 * Mounts an NFSv3 export: `host:/path` or `nfs://host[:port]/path?option=value`, with nfs(5)'s options as text
 * (`ro,soft,timeo=50`) or as an object. See nfs/'s mount for the errors.
 */
export function mount(
  source: string | NfsSource,
  options?: OptionSource,
  how?: MountHow,
): Promise<Mount<RpcClient>> {
  return mountOver(source, options, nfsPorts, how);
}

/** As {@link mount}, for a path whose export is not known (a URL of a file): also says where in the mount it is. */
export function mountPath(
  source: string | NfsSource,
  options?: OptionSource,
  how?: MountHow,
): Promise<{ readonly mount: Mount<RpcClient>; readonly path: string }> {
  return mountPathOver(source, options, nfsPorts, how);
}

function sleep(ms: number, signal?: Abort): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
