/** A duration as people read it: `0.42 ms`, `37 ms`, `1.25 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return "-";
  if (ms < 9.995) return `${ms.toFixed(2)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const s = Math.round(ms / 1000);
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
}

/** A whole number of bytes, in powers of 1024: `17 B`, `1.5 KiB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const names = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let value = n / 1024;
  let i = 0;
  while (value >= 1024 && i < names.length - 1) {
    value /= 1024;
    i++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${names[i]}`;
}

/** The ten characters of `ls -l`: file type and permissions, from a mode with its S_IFMT bits. */
export function modeText(mode: number): string {
  const types: { readonly [ifmt: number]: string } = {
    1: "p",
    2: "c",
    4: "d",
    6: "b",
    8: "-",
    10: "l",
    12: "s",
  };
  const special = (bit: number, x: boolean, letter: string, plain: string): string => {
    if ((mode & bit) === 0) return x ? "x" : "-";
    return x ? letter : plain;
  };
  const rw = (shift: number): string => ((mode >> shift) & 4 ? "r" : "-") + ((mode >> shift) & 2 ? "w" : "-");
  return (
    (types[(mode >> 12) & 15] ?? "?") +
    rw(6) +
    special(0o4000, (mode & 0o100) !== 0, "s", "S") +
    rw(3) +
    special(0o2000, (mode & 0o010) !== 0, "s", "S") +
    rw(0) +
    special(0o1000, (mode & 0o001) !== 0, "t", "T")
  );
}

/** Local time of day with milliseconds, `19:04:05.123`. */
export function clock(epochMs: number): string {
  const d = new Date(epochMs);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, "0")}`;
}

/** Local date and minute as `ls -l --time-style=long-iso` prints it. */
export function dateMinute(epochMs: number): string {
  const d = new Date(epochMs);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** The middle value (mean of the two for an even count); NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
