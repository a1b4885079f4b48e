/** The hash of packed states: 64 bits as two lanes of 32, since JavaScript multiplies 32 bits fast and 64 slowly. */

/**
 * Writes the lanes of `count` states, `words` each and lying one after another from `from[at]`, to `lanes`: lane A of
 * state i to `2 * i`, lane B to `2 * i + 1`. Each lane alone depends on every bit of the state.
 */
export function hashStates(
  from: Int32Array,
  at: number,
  count: number,
  words: number,
  lanes: Int32Array,
): void {
  let next = at;
  for (let i = 0; i < count; i++) {
    let a = 0x2545f491;
    let b = 0x6c62272e;
    for (let w = 0; w < words; w++) {
      const word = from[next++]!;
      // Two multiplications by odd numbers: one word changed changes both lanes for certain.
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0xd3a2646d);
      b = (b << 13) | (b >>> 19);
    }
    // Each lane takes the other in before its last mixing, so that 64 bits are worth 64 bits.
    a ^= (b >>> 16) | (b << 16);
    a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
    a = Math.imul(a ^ (a >>> 15), 0x846ca68b);
    a ^= a >>> 16;
    b = Math.imul(b ^ (b >>> 15) ^ a, 0xc2b2ae35);
    b ^= b >>> 16;
    lanes[i * 2] = a;
    lanes[i * 2 + 1] = b;
  }
}
