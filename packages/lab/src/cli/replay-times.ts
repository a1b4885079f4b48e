import { type modelRuns, replay, type Schedule } from "../lab/mod.js";

type Run = ReturnType<ReturnType<typeof modelRuns>>;
type Digest = number | string;

/** Where one replay of a schedule is not like the first. */
export interface Difference {
  /** Which replay, and after which step, both from 1; step 0: before any. */
  readonly time: number;
  readonly step: number;
  readonly was: Digest | undefined;
  readonly is: Digest | undefined;
}

/**
 * Replays `schedule` so many times and compares the digest of every state with the first time's. Undefined: all are
 * equal. Throws as `replay`.
 */
export function replayTimes(
  newRun: (time: number) => Run,
  schedule: Schedule,
  times: number,
  lenient: boolean,
): Difference | undefined {
  const digestsOf = (time: number): Digest[] => {
    const digests: Digest[] = [];
    replay(() => newRun(time), schedule, { lenient, onStep: (run) => digests.push(run.digest()) });
    return digests;
  };
  const first = digestsOf(1);
  for (let time = 2; time <= times; time++) {
    const again = digestsOf(time);
    const length = Math.max(first.length, again.length);
    for (let step = 0; step < length; step++) {
      if (first[step] !== again[step]) return { time, step, was: first[step], is: again[step] };
    }
  }
  return undefined;
}
