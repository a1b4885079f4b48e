// What is measured, and what it should reach. An aim is a ratio between two contenders of a row.
const MiB = 1 << 20;
const depths = [1, 16, 64, 256];

const small = ["null", "getattr", "lookup"].flatMap((op) => depths.map((depth) => ({ op, depth })));
const large = [1, 8].map((depth) => ({ op: "read", depth, size: MiB }));

/** What a client costs by itself, waking nobody. */
export const awakeRows = depths.map((depth) => ({ op: "getattr", depth }));

export const clientRows = [...small, ...large];
export const serverRows = [
  { op: "getattr", depth: 1 },
  { op: "getattr", depth: 64 },
  { op: "lookup", depth: 64 },
  { op: "read", depth: 64, size: 4096 },
  ...large,
];

/** `of` must reach `ratio` times `against` in the median round. */
export const aims = [
  { group: "client", op: "getattr", depth: 64, of: "ours, callback", against: "libnfs", ratio: 1.3 },
  { group: "awake", op: "getattr", depth: 64, of: "ours, callback", against: "libnfs", ratio: 1.3 },
  { group: "client", op: "getattr", depth: 1, of: "ours, callback", against: "libnfs", ratio: 0.85 },
  { group: "client", op: "read", depth: 8, of: "ours, callback", against: "libnfs", ratio: 0.7 },
  { group: "server", op: "getattr", depth: 64, of: "ours, disk", against: "ganesha VFS", ratio: 5 },
];

export function rowName({ op, depth, size }) {
  const what = size === undefined ? "" : ` ${size >= MiB ? `${size / MiB} MiB` : `${size / 1024} KiB`}`;
  return `${op.toUpperCase()}${what} depth ${depth}`;
}
