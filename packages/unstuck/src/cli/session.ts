import { type ConnectOptions, connect, publish, type RpcClient } from "../node/mod.js";
import { CliError, exit } from "./exit.js";

/** What a client command works with: its clients, visible to `unstuck ps`, and the user's Ctrl-C. */
export interface Session {
  /** Aborted by Ctrl-C, SIGTERM and SIGHUP, with a CliError as its reason. */
  readonly signal: AbortSignal;
  /** As the library's connect; the client is closed with the session. */
  connect(options: ConnectOptions): Promise<RpcClient>;
  /** The clients opened so far. */
  readonly clients: readonly RpcClient[];
}

/** Runs `use` with a session, and closes every client afterwards, whatever happened. */
export async function withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
  const { signal, release } = abortOnSignals();
  // Not being seen is no reason not to work: the directory may be somebody else's, or not writable.
  const publication = await publish().catch(() => undefined);
  const clients: RpcClient[] = [];
  try {
    return await use({
      signal,
      clients,
      connect: async (options) => {
        const client = await connect(options);
        clients.push(client);
        publication?.add(client);
        return client;
      },
    });
  } catch (error) {
    // Whatever failed because of Ctrl-C, Ctrl-C is the reason.
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    await Promise.all([...clients.map((client) => client.close()), publication?.close()]);
    release();
  }
}

const statuses = { SIGINT: exit.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

/** An AbortSignal that SIGINT, SIGTERM and SIGHUP abort; a second signal ends the process at once. */
export function abortOnSignals(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const names = Object.keys(statuses) as (keyof typeof statuses)[];
  const listeners = names.map((name) => {
    const listener = (): void => {
      if (controller.signal.aborted) process.exit(statuses[name]);
      controller.abort(new CliError("interrupted", statuses[name]));
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    release: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
