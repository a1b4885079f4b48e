import { setImmediate as nextTurn } from "node:timers/promises";
import { type Answer, type Listing, VfsError } from "../vfs/mod.js";
import type { DiskNode, NodeKey } from "./disk-node.js";
import type { Trail } from "./disk-trail.js";

/** How the finder sees the tree. */
export interface Tree {
  readonly root: DiskNode;
  list(dir: DiskNode): Answer<Listing>;
  /** undefined when there is nothing of that name, or nothing that is served. */
  enter(dir: DiskNode, name: string): Answer<DiskNode | undefined>;
}

/** Entries looked at in one turn of the event loop. */
const BATCH = 128;
/** A key that a whole walk did not meet is not looked for again for so many ms. */
const GONE_MS = 30_000;
const MAX_GONE = 10_000;

/**
 * Finds objects whose place is not known any more, by walking the tree. One walk at a time serves everybody
 * who looks for something; it notes all it sees in the trail; it ends after `maxEntries`; after it there is a
 * pause four times as long, in which askers are told to come back (EJUKEBOX). So at most a fifth of the
 * server's time goes into looking, however many dead handles clients present.
 */
export class Finder {
  readonly #tree: Tree;
  readonly #trail: Trail;
  readonly #maxEntries: number;
  readonly #wanted = new Map<NodeKey, ((found: boolean) => void)[]>();
  readonly #gone = new Map<NodeKey, number>();
  #walking = false;
  #closed = false;
  #restUntil = 0;
  /** When the last walk began that saw the whole tree. */
  #walkedAt = Number.NEGATIVE_INFINITY;

  constructor(tree: Tree, trail: Trail, maxEntries: number) {
    this.#tree = tree;
    this.#trail = trail;
    this.#maxEntries = maxEntries;
  }

  /**
   * Brings the trail up to date about `key`, by a walk that began after `since`; the directory `hint` comes first.
   * ESTALE: it is not in the tree. EJUKEBOX: ask again later.
   */
  async find(key: NodeKey, since: number, hint: DiskNode | undefined): Promise<void> {
    const now = performance.now();
    if ((this.#gone.get(key) ?? 0) > now || this.#walkedAt > since)
      throw new VfsError("ESTALE", "the file is gone");
    if (!this.#walking) {
      if (now < this.#restUntil)
        throw new VfsError("EJUKEBOX", "the file's place is not known yet; ask again");
      void this.#walk(hint);
    }
    const found = await new Promise<boolean>((resolve) => {
      const waiting = this.#wanted.get(key);
      if (waiting === undefined) this.#wanted.set(key, [resolve]);
      else waiting.push(resolve);
    });
    if (!found) throw new VfsError("ESTALE", "the file is gone");
  }

  /** Ends a walk that is under way; everybody who waits is told ESTALE. */
  close(): void {
    this.#closed = true;
  }

  async #walk(hint: DiskNode | undefined): Promise<void> {
    const start = performance.now();
    this.#walking = true;
    const queue = hint === undefined ? [this.#tree.root] : [hint, this.#tree.root];
    const visited = new Set<NodeKey>();
    let entries = 0;
    for (let dir = queue.shift(); dir !== undefined && entries < this.#maxEntries; dir = queue.shift()) {
      if (visited.has(dir.key)) continue;
      visited.add(dir.key);
      const names = await this.#namesIn(dir);
      for (const name of names) {
        if (entries++ % BATCH === 0) await nextTurn();
        if (this.#closed || entries >= this.#maxEntries) break;
        const node = await this.#enter(dir, name);
        if (node === undefined) continue;
        this.#trail.note(node.key, dir.key, name);
        this.#settle(node.key, true);
        if (node.type === 2) queue.push(node);
      }
      if (this.#closed) break;
    }
    const end = performance.now();
    this.#restUntil = end + 4 * (end - start);
    this.#walking = false;
    if (queue.length === 0 && entries < this.#maxEntries && !this.#closed) this.#walkedAt = start;
    for (const key of [...this.#wanted.keys()]) {
      this.#remember(key, end + GONE_MS);
      this.#settle(key, false);
    }
  }

  async #namesIn(dir: DiskNode): Promise<readonly string[]> {
    try {
      return (await this.#tree.list(dir)).names;
    } catch {
      return []; // Gone or forbidden: nothing to be found there.
    }
  }

  async #enter(dir: DiskNode, name: string): Promise<DiskNode | undefined> {
    try {
      return await this.#tree.enter(dir, name);
    } catch {
      return undefined;
    }
  }

  #settle(key: NodeKey, found: boolean): void {
    for (const resolve of this.#wanted.get(key) ?? []) resolve(found);
    this.#wanted.delete(key);
  }

  #remember(key: NodeKey, until: number): void {
    if (this.#gone.size >= MAX_GONE) this.#gone.clear();
    this.#gone.set(key, until);
  }
}
