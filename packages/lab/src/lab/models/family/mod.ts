/** The family: reconnect bugs of the Linux client, 2008 to 2025, each broken and fixed. Pure. */
import { backoffOfNothingDoubled } from "./backoff-of-nothing-doubled.js";
import { connectedBetweenTestAndSleep } from "./connected-between-test-and-sleep.js";
import { finWhileWaitingForBufferSpace } from "./fin-while-waiting-for-buffer-space.js";
import { portInTimeWait } from "./port-in-time-wait.js";
import { portTakenByAnother } from "./port-taken-by-another.js";
import { refusedWhileSending } from "./refused-while-sending.js";
import { resetThatNobodyReports } from "./reset-that-nobody-reports.js";
import { serverNeverAnswersOurFin } from "./server-never-answers-our-fin.js";
import type { Situation } from "./situation.js";

export type { Situation } from "./situation.js";

/** By name. */
export const FAMILY: readonly Situation[] = [
  backoffOfNothingDoubled,
  connectedBetweenTestAndSleep,
  finWhileWaitingForBufferSpace,
  portInTimeWait,
  portTakenByAnother,
  refusedWhileSending,
  resetThatNobodyReports,
  serverNeverAnswersOurFin,
];
