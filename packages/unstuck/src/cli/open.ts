import { performance } from "node:perf_hooks";
import { setTimeout as after } from "node:timers/promises";
import type { Mount, NfsPorts } from "../nfs/mod.js";
import { mountPath } from "../nfs/mod.js";
import type { RpcClient } from "../node/mod.js";
import type { Session } from "./session.js";

/** What the commands on files have in common. */
export interface UrlOptions {
  /** Lists of mount options, as given with -o. */
  readonly options?: readonly string[];
  /** Seconds for the whole operation. */
  readonly deadline?: number | undefined;
}

/** A mount for one command, and where in it the URL's path is. */
export interface Opened {
  readonly mount: Mount<RpcClient>;
  readonly path: string;
}

/**
 * Mounts what a URL names, file or directory. Options that change nothing are told on standard error. The
 * mount goes away with the session, without a word to mountd: its list is a courtesy, not worth a wait.
 */
export async function open(
  session: Session,
  url: string,
  options: UrlOptions,
  onStep?: (text: string) => void,
): Promise<Opened> {
  const list = (options.options ?? []).join(",");
  const ports: NfsPorts<RpcClient> = {
    connector: { connect: (spec) => session.connect(spec) },
    now: () => performance.now(),
    sleep: (ms, signal) => after(ms, undefined, { signal: signal as AbortSignal | undefined }),
  };
  const opened = await mountPath(url, list === "" ? undefined : list, ports, {
    signal: session.signal,
    deadlineMs: deadlineMs(options),
    onStep,
  });
  for (const { option, why } of opened.mount.options.noEffect) {
    process.stderr.write(`unstuck: note: ${option} has no effect: ${why}\n`);
  }
  return opened;
}

export function deadlineMs(options: UrlOptions): number | undefined {
  return options.deadline === undefined ? undefined : options.deadline * 1000;
}
