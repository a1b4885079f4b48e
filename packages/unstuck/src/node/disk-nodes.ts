import type { DiskNode, NodeKey } from "./disk-node.js";

/**
 * The nodes that are known, about `max` of them. Two generations: a node that is used moves to the young one;
 * when that is half of `max`, the old one is forgotten and the young one grows old. A forgotten node is found
 * again by its handle, through the trail.
 */
export class NodeTable {
  readonly #half: number;
  #young = new Map<NodeKey, DiskNode>();
  #old = new Map<NodeKey, DiskNode>();

  constructor(max: number) {
    this.#half = Math.max(1, max >> 1);
  }

  get(key: NodeKey): DiskNode | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(old);
    return old;
  }

  set(node: DiskNode): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(node.key, node);
  }
}
