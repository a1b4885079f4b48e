import type { nfs3 } from "../program/mod.js";
import { Lru } from "./lru.js";
import type { Node } from "./node.js";

interface Entry {
  /** `null`: the name does not exist. */
  readonly node: Node | null;
  /** The directory's times when the name was looked up. */
  readonly verifier: string;
}

/**
 * Names by directory (the kernel's dentries). A name holds while its directory's cached attributes are
 * trusted and still show the mtime and ctime under which it was looked up (nfs_check_verifier).
 */
export class NameCache {
  readonly #entries: Lru<string, Entry>;
  readonly #mode: "all" | "none" | "pos";

  constructor(mode: "all" | "none" | "pos", max = 65536) {
    this.#mode = mode;
    this.#entries = new Lru(max);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What `name` is in `dir`, whose trusted attributes are `dirAttr`: a node, `null` (nothing), `undefined` (unknown). */
  get(dir: Node, name: string, dirAttr: nfs3.fattr3 | undefined): Node | null | undefined {
    if (dirAttr === undefined) return undefined;
    const entry = this.#entries.get(keyOf(dir, name));
    return entry !== undefined && entry.verifier === verifierOf(dirAttr) ? entry.node : undefined;
  }

  /** Remembers the answer of a LOOKUP or a READDIRPLUS. Without the directory's attributes it cannot be validated, so is not kept. */
  put(dir: Node, name: string, node: Node | null, dirAttr: nfs3.fattr3 | undefined): void {
    if (this.#mode === "none" || (node === null && this.#mode === "pos")) return;
    if (dirAttr === undefined) this.forget(dir, name);
    else this.#entries.set(keyOf(dir, name), { node, verifier: verifierOf(dirAttr) });
  }

  forget(dir: Node, name: string): void {
    this.#entries.delete(keyOf(dir, name));
  }

  clear(): void {
    this.#entries.clear();
  }
}

// A name has no "/", so the last one ends the handle.
const keyOf = (dir: Node, name: string) => `${dir.key}/${name}`;

const verifierOf = (attr: nfs3.fattr3) =>
  `${attr.mtime.seconds}.${attr.mtime.nseconds} ${attr.ctime.seconds}.${attr.ctime.nseconds}`;
