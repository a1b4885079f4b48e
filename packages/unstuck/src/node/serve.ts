import type { ConnSnapshot, Service, SvcLimits, SvcNotice, SvcStats } from "../sunrpc/mod.js";
import type { Inproc } from "./inproc.js";
import { SvcDriver, type SvcDriverOptions } from "./listen.js";
import { ListenError } from "./listen-error.js";
import { acceptInproc } from "./listen-inproc.js";
import { type Listener, listenTcp } from "./listen-tcp.js";
import { listenUdp } from "./listen-udp.js";

const DEFAULT_DRAIN_MS = 5_000;
/** How often a free port is looked for that both TCP and UDP can have. */
const PORT_TRIES = 20;

export interface ServeOptions {
  readonly services: readonly Service[];
  /** The address to listen on. Default `127.0.0.1`; `0.0.0.0` or `::` for all. */
  readonly host?: string | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** Default true. */
  readonly tcp?: boolean | undefined;
  /** Also UDP, on the same port number. Default false. */
  readonly udp?: boolean | undefined;
  readonly limits?: Partial<SvcLimits> | undefined;
  /** Hears refusals, failing handlers, ends of connections. */
  readonly onNotice?: ((notice: SvcNotice) => void) | undefined;
  /** TCP keepalive probes after this much silence, ms; 0: none. Default 60000. */
  readonly keepAliveMs?: number | undefined;
  /** How long a closing socket may wait for the peer's FIN, ms. Default 1000. */
  readonly lingerMs?: number | undefined;
  /** Receive large calls without a copy, through a private door of Node that is tried first. Default true. */
  readonly inPlace?: boolean | undefined;
}

export interface RpcServerAddress {
  readonly transport: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
}

/** A running server. */
export interface RpcServer extends AsyncDisposable {
  readonly addresses: readonly RpcServerAddress[];
  /** The port number, the same for TCP and UDP; 0 in process. */
  readonly port: number;
  readonly stats: SvcStats;
  /** What is connected now. UDP is one entry. */
  connections(): readonly ConnSnapshot[];
  /**
   * Accepts and reads no more, answers what was received, closes. What is left after `ms` (default 5000) is reset.
   * Resolves when no socket is left.
   */
  drain(ms?: number): Promise<void>;
  /** Resets every connection and stops. Idempotent, bounded. */
  close(): Promise<void>;
}

/** Listens and serves. Rejects with ListenError (`EADDRINUSE`, `EACCES`, …), or TypeError when a version is given twice. */
export async function serve(options: ServeOptions): Promise<RpcServer> {
  const driver = new SvcDriver(options);
  const tcp = options.tcp ?? true;
  const udp = options.udp ?? false;
  if (!tcp && !udp) throw new TypeError("serve: tcp and udp are both off, nothing to listen on");
  for (let tries = 1; ; tries++) {
    const listeners: { transport: "tcp" | "udp"; listener: Listener }[] = [];
    try {
      const host = options.host ?? "127.0.0.1";
      let port = options.port ?? 0;
      if (tcp) {
        const { keepAliveMs = 60_000, lingerMs = 1_000, inPlace = true } = options;
        const listener = await listenTcp(driver, { host, port, keepAliveMs, lingerMs, inPlace });
        listeners.push({ transport: "tcp", listener });
        port = listener.address.port;
      }
      if (udp) listeners.push({ transport: "udp", listener: await listenUdp(driver, { host, port }) });
      const addresses = listeners.map(({ transport, listener }) => ({ transport, ...listener.address }));
      return new Running(driver, addresses, () => {
        for (const { listener } of listeners) listener.close();
      });
    } catch (error) {
      for (const { listener } of listeners) listener.close();
      // TCP got a free port which somebody else has for UDP.
      const again = error instanceof ListenError && error.code === "EADDRINUSE" && !options.port;
      if (!again || tries >= PORT_TRIES) throw error;
    }
  }
}

/** Serves an in-process network: tests, and embedding a server beside its client. */
export function serveInproc(net: Inproc, options: SvcDriverOptions): RpcServer {
  const driver = new SvcDriver(options);
  let open = true;
  net.listen((end) => {
    if (open) acceptInproc(driver, end);
    else end.reset();
  });
  return new Running(driver, [], () => {
    open = false;
  });
}

class Running implements RpcServer {
  readonly addresses: readonly RpcServerAddress[];
  readonly port: number;
  readonly #driver: SvcDriver;
  readonly #stopListening: () => void;
  #ended: Promise<void> | undefined;

  constructor(driver: SvcDriver, addresses: readonly RpcServerAddress[], stopListening: () => void) {
    this.#driver = driver;
    this.addresses = addresses;
    this.port = addresses[0]?.port ?? 0;
    this.#stopListening = stopListening;
  }

  get stats(): SvcStats {
    return this.#driver.stats;
  }

  connections(): readonly ConnSnapshot[] {
    return this.#driver.snapshot();
  }

  drain(ms = DEFAULT_DRAIN_MS): Promise<void> {
    if (this.#ended === undefined) this.#stopListening();
    // Again, with less time: the earlier end counts.
    this.#ended = this.#driver.drain(ms);
    return this.#ended;
  }

  close(): Promise<void> {
    return this.drain(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
