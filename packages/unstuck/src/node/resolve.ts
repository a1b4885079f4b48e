import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** Where a server is: a port, or the program that rpcbind (RFC 1833) knows the port of. */
export type Target =
  | { readonly host: string; readonly port: number }
  | { readonly host: string; readonly program: number; readonly version: number };

/** One address to try. */
export interface Endpoint {
  readonly address: string;
  readonly family: 4 | 6;
  readonly port: number;
}

/** Asks the rpcbind at `address` for a port; 0 when it knows none. Injected, because its answer needs a client. */
export type AskRpcbind = (ask: {
  readonly address: string;
  readonly program: number;
  readonly version: number;
  readonly netid: "tcp" | "udp" | "tcp6" | "udp6";
}) => Promise<number>;

export interface ResolveOptions {
  readonly target: Target;
  readonly proto: "tcp" | "udp";
  readonly askRpcbind?: AskRpcbind | undefined;
  /** Bound on each question (DNS, rpcbind) whose answer is not known yet, ms. Default 5000. */
  readonly boundMs?: number | undefined;
  /** For tests: dns.lookup. */
  readonly lookup?: (host: string) => Promise<readonly { address: string; family: number }[]>;
}

/** A name that does not resolve, or a program nobody registered. `code` is stable. */
export class ResolveError extends Error {
  override readonly name = "ResolveError";
  readonly code: string;
  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * How long a question may take when its last answer is known, ms. Less than the shortest connect attempt: one that
 * ends while its question is still open would never be made. A later answer counts for the next attempt.
 */
const KNOWN_MS = 50;

/**
 * Finds the server anew for each connect: it may have moved, and rpcbind may name another port after a
 * restart. When a question stays unanswered, the last good answer is used: DNS or rpcbind being down
 * is no reason to give up a server that is up.
 */
export class Resolver {
  readonly #options: ResolveOptions;
  readonly #boundMs: number;
  #addresses: readonly { address: string; family: 4 | 6 }[] | undefined;
  #asking: Promise<readonly { address: string; family: 4 | 6 }[]> | undefined;
  readonly #ports = new Map<string, number>();
  readonly #askingPort = new Map<string, Promise<number>>();
  #first: string | undefined;

  constructor(options: ResolveOptions) {
    this.#options = options;
    this.#boundMs = options.boundMs ?? 5000;
    const family = isIP(options.target.host);
    if (family === 4 || family === 6) this.#addresses = [{ address: options.target.host, family }];
  }

  /** Every address to try, best first. A list (no promise) when there is nobody to ask. Rejects with {@link ResolveError}. */
  resolve(): readonly Endpoint[] | Promise<readonly Endpoint[]> {
    const { target } = this.#options;
    if ("port" in target && isIP(target.host) !== 0 && this.#addresses !== undefined) {
      return this.#addresses.map((a) => ({ ...a, port: target.port }));
    }
    return this.#ask();
  }

  /** Remembers which address to try first next time: one that worked, or the one after one that never answered. */
  prefer(address: string): void {
    this.#first = address;
  }

  async #ask(): Promise<readonly Endpoint[]> {
    const { target } = this.#options;
    const addresses = this.#rotate(await this.#lookup());
    if ("port" in target) return addresses.map((a) => ({ ...a, port: target.port }));
    const endpoints: Endpoint[] = [];
    let why: unknown;
    for (const a of addresses) {
      try {
        endpoints.push({ ...a, port: await this.#port(a, target) });
        break; // one address whose rpcbind answers is enough
      } catch (error) {
        why = error;
      }
    }
    if (endpoints.length > 0) return endpoints;
    throw why;
  }

  async #lookup(): Promise<readonly { address: string; family: 4 | 6 }[]> {
    const { host } = this.#options.target;
    if (isIP(host) !== 0 && this.#addresses !== undefined) return this.#addresses;
    // getaddrinfo cannot be cancelled and holds a thread: never more than one question a client.
    this.#asking ??= this.#getaddrinfo(host).finally(() => {
      this.#asking = undefined;
    });
    try {
      return await bounded(
        this.#asking,
        this.#bound(this.#addresses),
        () => new ResolveError("EAI_AGAIN", `looking up ${host}: no answer`),
      );
    } catch (error) {
      if (this.#addresses !== undefined) return this.#addresses;
      throw error;
    }
  }

  async #getaddrinfo(host: string): Promise<readonly { address: string; family: 4 | 6 }[]> {
    const ask = this.#options.lookup ?? ((name: string) => lookup(name, { all: true }));
    try {
      const found = (await ask(host)).flatMap(({ address, family }) =>
        family === 4 || family === 6 ? [{ address, family } as const] : [],
      );
      if (found.length === 0) throw new ResolveError("ENOTFOUND", `${host} has no address`);
      this.#addresses = found;
      return found;
    } catch (error) {
      if (error instanceof ResolveError) throw error;
      const code = (error as { code?: string }).code ?? "ENOTFOUND";
      throw new ResolveError(
        code,
        `${host} does not resolve (${code}): check the name, or give an address`,
        error,
      );
    }
  }

  async #port(
    { address, family }: { address: string; family: 4 | 6 },
    { host, program, version }: { host: string; program: number; version: number },
  ): Promise<number> {
    const ask = this.#options.askRpcbind;
    if (ask === undefined) throw new TypeError("a target without a port needs askRpcbind");
    const netid = family === 6 ? (`${this.#options.proto}6` as const) : this.#options.proto;
    const known = this.#ports.get(address);
    let asking = this.#askingPort.get(address);
    if (asking === undefined) {
      asking = ask({ address, program, version, netid })
        .then((port) => {
          if (port !== 0) this.#ports.set(address, port);
          return port;
        })
        .finally(() => this.#askingPort.delete(address));
      this.#askingPort.set(address, asking);
    }
    let port: number;
    try {
      port = await bounded(
        asking,
        this.#bound(known),
        () => new ResolveError("ETIMEDOUT", `rpcbind on ${address} did not answer: is port 111 open there?`),
      );
    } catch (error) {
      if (known !== undefined) return known;
      throw error;
    }
    if (port === 0) {
      throw new ResolveError(
        "EPROGUNAVAIL",
        `rpcbind on ${host} knows no program ${program} version ${version} over ${netid}: start it there, or give its port`,
      );
    }
    return port;
  }

  #bound(known: unknown): number {
    return known === undefined ? this.#boundMs : Math.min(this.#boundMs, KNOWN_MS);
  }

  #rotate<T extends { address: string }>(list: readonly T[]): readonly T[] {
    const at = list.findIndex((a) => a.address === this.#first);
    return at <= 0 ? list : [...list.slice(at), ...list.slice(0, at)];
  }
}

async function bounded<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const bell = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, bell]);
  } finally {
    clearTimeout(timer);
  }
}
