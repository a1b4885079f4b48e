/** One line of the list: who mounted what. */
export interface Mount {
  readonly host: string;
  readonly path: string;
}

/**
 * What other servers keep in rmtab: who mounted what. For people only; clients may forget to unmount, and nothing
 * depends on it. In memory, at most `max` lines, the oldest are forgotten.
 */
export class MountList {
  readonly #max: number;
  readonly #mounts = new Map<string, Mount>();

  constructor(max = 1024) {
    this.#max = max;
  }

  entries(): Mount[] {
    return [...this.#mounts.values()];
  }

  add(host: string, path: string): void {
    this.remove(host, path);
    this.#mounts.set(keyOf(host, path), { host, path });
    if (this.#mounts.size <= this.#max) return;
    const [oldest] = this.#mounts.keys();
    if (oldest !== undefined) this.#mounts.delete(oldest);
  }

  remove(host: string, path: string): void {
    this.#mounts.delete(keyOf(host, path));
  }

  removeAll(host: string): void {
    for (const [key, mount] of this.#mounts) if (mount.host === host) this.#mounts.delete(key);
  }
}

function keyOf(host: string, path: string): string {
  return `${host} ${path}`;
}
