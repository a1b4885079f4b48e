import type { Abort } from "../program/mod.js";

/** A small AbortController: pure code has none. */
export class Cancel implements Abort {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<() => void>();

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  /** Aborts when `other` does. The result takes the link away. */
  follow(other: Abort | undefined): () => void {
    if (other === undefined) return () => {};
    if (other.aborted) {
      this.abort(other.reason);
      return () => {};
    }
    const listener = () => this.abort(other.reason);
    other.addEventListener("abort", listener, { once: true });
    return () => other.removeEventListener("abort", listener);
  }
}
