/** Where each variable lies in a packed state. */
import type { Place } from "./checked.js";

/** `bits` of word `word` from `shift` up hold the value less its least one. No bits: it has one value only. */
export interface Field {
  readonly place: Place;
  readonly word: number;
  readonly shift: number;
  readonly bits: number;
}

export interface Layout {
  /** At least 1. */
  readonly words: number;
  readonly fields: readonly Field[];
}

/** Each variable goes to the first word that has room: neighbours stay together, no field straddles two words. */
export function layout(places: readonly Place[]): Layout {
  const used = [0];
  const fields = places.map((place): Field => {
    const bits = 32 - Math.clz32(place.max - place.min);
    let word = used.findIndex((u) => u + bits <= 32);
    if (word < 0) word = used.push(0) - 1;
    const shift = used[word]!;
    used[word] = shift + bits;
    return { place, word, shift, bits };
  });
  return { words: used.length, fields };
}
