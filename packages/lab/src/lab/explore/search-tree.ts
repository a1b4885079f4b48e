import type { Path } from "./graph.js";
import { type Model, newSuccessors } from "./model.js";
import { roomFor } from "./store.js";

/** By state: from which one, and as which of its successors, it was first met. Enough to walk the way again. */
export class Tree {
  count = 0;
  #parent: Int32Array = new Int32Array(256);
  /** The successor's place in the expansion and not its choice, since a choice may occur twice. */
  #place: Uint16Array = new Uint16Array(256);

  get bytes(): number {
    return this.#parent.byteLength + this.#place.byteLength;
  }

  /** Adds the next state; the first one has no parent: -1. */
  push(parent: number, place: number): void {
    const at = this.count++;
    if (at === this.#parent.length) {
      this.#parent = roomFor(this.#parent, at);
      this.#place = roomFor(this.#place, at);
    }
    this.#parent[at] = parent;
    this.#place[at] = place;
  }

  /** The way to `state`, by expanding every state on it again. */
  pathTo(model: Model, state: number): Path {
    const places: number[] = [];
    for (let i = state; this.#parent[i] !== -1; i = this.#parent[i]!) places.push(this.#place[i]!);
    places.reverse();
    const { words } = model;
    const states = new Int32Array((places.length + 1) * words);
    states.set(model.initial());
    const out = newSuccessors(model);
    const choices = places.map((place, step) => {
      model.expand(states, step * words, out);
      states.set(out.words.subarray(place * words, (place + 1) * words), (step + 1) * words);
      return out.choices[place]!;
    });
    return { choices, states };
  }

  save(): { parent: Int32Array; place: Uint16Array } {
    return { parent: this.#parent.slice(0, this.count), place: this.#place.slice(0, this.count) };
  }

  load(saved: { readonly parent: Int32Array; readonly place: Uint16Array }): void {
    this.count = saved.parent.length;
    // Both are full, so the next push copies before it writes.
    this.#parent = saved.parent;
    this.#place = saved.place;
  }
}
