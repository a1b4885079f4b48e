/** The cookies that stand for a directory's beginning, for `.` and for `..` (see {@link Listing}). */
export const COOKIE_START = 0;
export const COOKIE_DOT = 1;
export const COOKIE_DOTDOT = 2;

const FIRST_COOKIE = 3;

/**
 * A directory's names in the order of their cookies. A name's cookie is a 52-bit hash of it, so it depends
 * on nothing else: a listing in many pages meets every entry that stays exactly once, although others come and
 * go between the pages, although the listing was forgotten and read again, and after a restart of the server.
 */
export class Listing {
  readonly names: readonly string[];
  readonly cookies: Float64Array;

  constructor(names: readonly string[]) {
    const byCookie = new Map<number, string>();
    for (const name of names) {
      let cookie = cookieOf(name);
      // Two names of one hash: the later one moves on. A hundred thousand names collide once in a million directories.
      while (byCookie.has(cookie)) cookie++;
      byCookie.set(cookie, name);
    }
    this.cookies = Float64Array.from(byCookie.keys()).sort();
    this.names = Array.from(this.cookies, (cookie) => byCookie.get(cookie) as string);
  }

  /** The index of the first entry whose cookie is greater than `cookie`. */
  after(cookie: number): number {
    let low = 0;
    let high = this.cookies.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.cookies[middle] as number) <= cookie) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** FNV-1a over the UTF-16 units, twice with different offsets, each finished with murmur3's mixer. */
function cookieOf(name: string): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
  }
  return FIRST_COOKIE + (mix(a) & 0xfffff) * 0x1_0000_0000 + mix(b ^ a);
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
