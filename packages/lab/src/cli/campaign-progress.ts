import { performance } from "node:perf_hooks";
import type { Gathering } from "../campaign/mod.js";

/** Between two lines where there is no terminal. */
const QUIET_MS = 10_000;
const LIVE_MS = 100;

export interface Progress {
  /** Something was found. */
  moved(gathering: Gathering, failed: number): void;
  /** Takes the line away. */
  end(): void;
}

/** A line on standard error: how far, how fast, how much longer, and the outcomes so far. */
export function newProgress(
  items: number,
  outcomes: (gathering: Gathering) => ReadonlyMap<string, number>,
): Progress {
  const live = process.stderr.isTTY;
  const began = performance.now();
  let last = began;
  return {
    moved: (gathering, failed) => {
      const now = performance.now();
      if (now - last < (live ? LIVE_MS : QUIET_MS)) return;
      last = now;
      const line = progressLine(gathering.count, items, failed, (now - began) / 1000, outcomes(gathering));
      process.stderr.write(live ? `\r\u001b[K${line.slice(0, process.stderr.columns - 1)}` : `${line}\n`);
    },
    end: () => {
      if (live) process.stderr.write("\r\u001b[K");
    },
  };
}

/** `seconds` since the beginning; `outcomes` the runs of each. */
export function progressLine(
  done: number,
  items: number,
  failed: number,
  seconds: number,
  outcomes: ReadonlyMap<string, number>,
): string {
  const runs = [...outcomes.values()].reduce((sum, some) => sum + some, 0);
  const left = done === 0 ? "" : `, ${duration(((items - done - failed) * seconds) / done)} left`;
  const rate = Math.round(runs / Math.max(seconds, 0.001)).toLocaleString("en");
  const each = [...outcomes].map(([outcome, some]) => `${outcome} ${some.toLocaleString("en")}`);
  const lost = failed === 0 ? "" : `, ${failed} FAILED`;
  return `${done} of ${items} items${lost}, ${rate} runs/s${left}: ${each.join(", ")}`;
}

/** `45 s`, `3 min`, `2.5 h`. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
