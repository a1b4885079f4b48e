/** Finds the word somebody meant. */

/** Edit distance of two words, an exchange of neighbours counting once (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, before[j - 2]! + 1);
      }
      row.push(best);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}

/** The nearest of `words`, letter case aside; undefined when none is near. A word that begins like it is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const typed = word.slice(0, 64).toLowerCase();
  let found: string | undefined;
  let least = Math.max(1, Math.ceil(typed.length / 3)) + 0.5;
  for (const candidate of words) {
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance < least) {
      found = candidate;
      least = distance;
    }
  }
  return (
    found ?? words.find((w) => typed !== "" && (w.toLowerCase().startsWith(typed) || typed.startsWith(w)))
  );
}

/** `did you mean X?`, or the list when nothing is near. */
export function suggest(word: string, words: readonly string[]): string {
  const meant = nearest(word, words);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return words.length === 0 ? "there is none" : `known: ${words.join(", ")}`;
}
