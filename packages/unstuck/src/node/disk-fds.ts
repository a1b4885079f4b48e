import { closeSync } from "node:fs";
import type { DiskNode } from "./disk-node.js";

/** Every so many ms the descriptors that were not used since the last time are closed. */
const SWEEP_MS = 5000;

/**
 * The open descriptors of a served folder, at most `max`; least recently used ones go first.
 *
 * A descriptor may be closed while an asynchronous operation still has its number, and the number would
 * then name another file. So a closed one is only *doomed*: it is kept until all operations have ended that
 * were under way when it was doomed. Synchronous operations cannot be under way then.
 */
export class FdPool {
  readonly #max: number;
  readonly #holders = new Set<DiskNode>();
  readonly #underWay = new Set<number>();
  #doomed: { fd: number; last: number }[] = [];
  #lastOperation = 0;
  #tick = 0;
  #sweptTick = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  /** Nodes with open descriptors. */
  get size(): number {
    return this.#holders.size;
  }

  use(node: DiskNode): void {
    node.used = ++this.#tick;
  }

  /** `node` got a descriptor. */
  adopt(node: DiskNode): void {
    this.use(node);
    this.#holders.add(node);
    if (this.#sweep === undefined) {
      this.#sweep = setInterval(() => this.#sweepIdle(), SWEEP_MS);
      this.#sweep.unref();
    }
  }

  /** Closes what `node` has open. */
  drop(node: DiskNode): void {
    this.#holders.delete(node);
    if (node.fd >= 0) this.close(node.fd);
    if (node.data >= 0) this.close(node.data);
    node.fd = node.data = -1;
  }

  /** Closes a descriptor as soon as nobody can be using it. */
  close(fd: number): void {
    if (this.#underWay.size === 0) closeSync(fd);
    else this.#doomed.push({ fd, last: this.#lastOperation });
  }

  /** An asynchronous operation is under way. */
  enter(): number {
    this.#underWay.add(++this.#lastOperation);
    return this.#lastOperation;
  }

  /** It has ended. */
  leave(operation: number): void {
    this.#underWay.delete(operation);
    if (this.#doomed.length === 0) return;
    const [oldest = Number.POSITIVE_INFINITY] = this.#underWay;
    const kept = this.#doomed.findIndex((doomed) => doomed.last >= oldest);
    for (const { fd } of this.#doomed.splice(0, kept < 0 ? this.#doomed.length : kept)) closeSync(fd);
  }

  /** Keeps to the bound. Call it between operations only. */
  trim(): void {
    if (this.#holders.size <= this.#max) return;
    const byUse = [...this.#holders].sort((a, b) => a.used - b.used);
    for (const node of byUse.slice(0, byUse.length - Math.floor(this.#max * 0.75))) this.drop(node);
  }

  /** Closes everything. */
  end(): void {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    for (const node of [...this.#holders]) this.drop(node);
  }

  #sweepIdle(): void {
    for (const node of [...this.#holders]) if (node.used <= this.#sweptTick) this.drop(node);
    this.#sweptTick = this.#tick;
    if (this.#holders.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}
