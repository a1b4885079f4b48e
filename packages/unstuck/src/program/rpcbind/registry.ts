import { isIPv4, parseUaddr } from "./uaddr.js";

/** One program version that can be reached over one transport. */
export interface Registered {
  readonly prog: number;
  readonly vers: number;
  readonly netid: string;
  /** Universal address. */
  readonly uaddr: string;
  readonly owner: string;
}

/** The registrations of an rpcbind: what SET adds, UNSET removes and GETPORT finds. Bounded. */
export class Registry {
  readonly #max: number;
  readonly #entries = new Map<string, Registered>();

  constructor(max = 1024) {
    this.#max = max;
  }

  /** In the order they were registered. */
  list(): Registered[] {
    return [...this.#entries.values()];
  }

  /** False, and nothing done, when program, version and netid are taken, the address is none, or the registry is full. */
  set(entry: Registered): boolean {
    const key = keyOf(entry.prog, entry.vers, entry.netid);
    if (this.#entries.has(key) || this.#entries.size >= this.#max) return false;
    if (entry.netid === "" || parseUaddr(entry.uaddr) === undefined) return false;
    this.#entries.set(key, entry);
    return true;
  }

  /** Removes a version's registration for `netid`, or for all netids when that is empty. False when there was none. */
  unset(prog: number, vers: number, netid: string): boolean {
    let removed = false;
    for (const [key, entry] of this.#entries) {
      if (entry.prog !== prog || entry.vers !== vers || (netid !== "" && entry.netid !== netid)) continue;
      this.#entries.delete(key);
      removed = true;
    }
    return removed;
  }

  /** The registration of exactly this version. */
  get(prog: number, vers: number, netid: string): Registered | undefined {
    return this.#entries.get(keyOf(prog, vers, netid));
  }

  /** The same, or that of another version: the caller then learns from the program itself which versions it has. */
  find(prog: number, vers: number, netid: string): Registered | undefined {
    const exact = this.get(prog, vers, netid);
    if (exact !== undefined) return exact;
    for (const entry of this.#entries.values())
      if (entry.prog === prog && entry.netid === netid) return entry;
    return undefined;
  }
}

/** Does this registration say "every address of the host"? */
export function isWildcard(uaddr: string): boolean {
  const host = parseUaddr(uaddr)?.host;
  return host === "0.0.0.0" || host === "::";
}

/** The netids that a peer at `address` can use. */
export function familyOf(address: string): "inet" | "inet6" {
  return isIPv4(address) ? "inet" : "inet6";
}

function keyOf(prog: number, vers: number, netid: string): string {
  return `${prog}:${vers}:${netid}`;
}
