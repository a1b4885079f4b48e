/** Numbers from 0 to below 1 that a seed decides (mulberry32), and choices made of them. */
export function dice(seed) {
  let a = seed >>> 0;
  const roll = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit) => Math.floor(roll() * limit);
  const pick = (list) => list[below(list.length)];
  const chance = (probability) => roll() < probability;
  return { roll, below, pick, chance };
}

/** One number for several: what a case of a run starts from. */
export function mix(...numbers) {
  let hash = 0x811c9dc5;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number >>> 0), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
