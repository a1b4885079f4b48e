// What noise and malice do to a message.

const words = [
  0, 1, 2, 3, 4, 6, 8, 64, 65, 255, 400, 401, 1024, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff,
];

/** Each takes a message and may change it in place or return another. */
const ways = [
  function flip(bytes, { below }) {
    if (bytes.length > 0) bytes[below(bytes.length)] ^= 1 << below(8);
    return bytes;
  },
  function setByte(bytes, { below }) {
    if (bytes.length > 0) bytes[below(bytes.length)] = below(256);
    return bytes;
  },
  function setWord(bytes, { below, pick }) {
    return atWord(bytes, below, (view, at) => view.setUint32(at, pick(words)));
  },
  /** Most words that matter are lengths, discriminants and counts: near misses hurt more than noise. */
  function moveWord(bytes, { below, pick }) {
    return atWord(bytes, below, (view, at) =>
      view.setUint32(at, view.getUint32(at) + pick([-4, -1, 1, 3, 4, 256])),
    );
  },
  function truncate(bytes, { below }) {
    return bytes.slice(0, below(bytes.length + 1));
  },
  function extend(bytes, { below }) {
    return Uint8Array.from([...bytes, ...Array.from({ length: 1 + below(64) }, () => below(256))]);
  },
  function cutOut(bytes, { below }) {
    const at = 4 * below(bytes.length / 4);
    return join(bytes.subarray(0, at), bytes.subarray(at + 4 * (1 + below(8))));
  },
  function repeat(bytes, { below }) {
    const at = 4 * below(bytes.length / 4);
    const piece = bytes.subarray(at, at + 4 * (1 + below(16)));
    return join(
      bytes.subarray(0, at),
      ...Array.from({ length: 1 + below(40) }, () => piece),
      bytes.subarray(at),
    );
  },
  function splice(bytes, { below, pick }, others) {
    const other = pick(others);
    const at = 4 * below(bytes.length / 4 + 1);
    return join(bytes.subarray(0, at), other.subarray(Math.min(other.length, at + 4 * (below(9) - 4))));
  },
];

/** `bytes` after one to four accidents; `others` are what pieces come from. `bytes` itself stays as it is. */
export function mutate(bytes, dice, others) {
  let changed = bytes.slice();
  for (let left = 1 + dice.below(4); left > 0; left--) changed = dice.pick(ways)(changed, dice, others);
  return changed;
}

/** The bytes in order, cut into pieces at random places. */
export function cut(bytes, { below, chance }) {
  const pieces = [];
  for (let at = 0; at < bytes.length; ) {
    const size = chance(0.3) ? 1 + below(5) : 1 + below(2000);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** A message as a record in a stream, in one or more fragments. */
export function record(message, { below, chance }) {
  const parts = [];
  let at = 0;
  do {
    const size = chance(0.7) ? message.length - at : below(message.length - at + 1);
    const last = at + size === message.length && !chance(0.1);
    const mark = new Uint8Array(4);
    new DataView(mark.buffer).setUint32(0, ((last ? 0x80000000 : 0) | size) >>> 0);
    parts.push(mark, message.subarray(at, at + size));
    at += size;
    if (last) return join(...parts);
  } while (at < message.length);
  return join(...parts, Uint8Array.of(0x80, 0, 0, 0));
}

export function join(...parts) {
  return new Uint8Array(Buffer.concat(parts));
}

function atWord(bytes, below, change) {
  if (bytes.length >= 4) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    change(view, 4 * below(Math.floor(bytes.length / 4)));
  }
  return bytes;
}
