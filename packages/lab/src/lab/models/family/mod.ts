/** The family: reconnect bugs of the Linux client, 2008 to 2025, each broken and fixed. Pure. */
import { backchannelRetriesUntilReconnected } from "./backchannel-retries-until-reconnected.js";
import { backoffOfNothingDoubled } from "./backoff-of-nothing-doubled.js";
import { connectFailsAndNobodyIsTold } from "./connect-fails-and-nobody-is-told.js";
import { connectOnASocketTheServerClosed } from "./connect-on-a-socket-the-server-closed.js";
import { connectedBetweenTestAndSleep } from "./connected-between-test-and-sleep.js";
import { deniedConnectNeverSleeps } from "./denied-connect-never-sleeps.js";
import { disconnectMeantForTheLastConnection } from "./disconnect-meant-for-the-last-connection.js";
import { drainedBufferTakenForLackOfMemory } from "./drained-buffer-taken-for-lack-of-memory.js";
import { errorCallbackComesBack } from "./error-callback-comes-back.js";
import { errorToldAfterTheConnectionStands } from "./error-told-after-the-connection-stands.js";
import { everybodyWokenWithEnotconn } from "./everybody-woken-with-enotconn.js";
import { finWhileWaitingForBufferSpace } from "./fin-while-waiting-for-buffer-space.js";
import { idleTimerOlderThanTheConnection } from "./idle-timer-older-than-the-connection.js";
import { killedTaskKeepsTheWriteLock } from "./killed-task-keeps-the-write-lock.js";
import { killedTaskRestartsForEver } from "./killed-task-restarts-for-ever.js";
import { killedWaiterKeepsTheBacklogShut } from "./killed-waiter-keeps-the-backlog-shut.js";
import { lateCloseClearsConnecting } from "./late-close-clears-connecting.js";
import { lateWorkerDropsAGoodConnection } from "./late-worker-drops-a-good-connection.js";
import { lostReplyWaitsThreeSeconds } from "./lost-reply-waits-three-seconds.js";
import { newPortMissesTheReplyCache } from "./new-port-misses-the-reply-cache.js";
import { newcomersOvertakeTheBacklog } from "./newcomers-overtake-the-backlog.js";
import { portInTimeWait } from "./port-in-time-wait.js";
import { portRefusedForEver } from "./port-refused-for-ever.js";
import { portTakenByAnother } from "./port-taken-by-another.js";
import { queuedTaskRuns } from "./queued-task-runs.js";
import { reconnectDoublesTheTimeout } from "./reconnect-doubles-the-timeout.js";
import { refusedWhileSending } from "./refused-while-sending.js";
import { resetThatNobodyReports } from "./reset-that-nobody-reports.js";
import { serverClosesWhileTheLockIsHeld } from "./server-closes-while-the-lock-is-held.js";
import { serverKeepsItsHalfOfTheConnection } from "./server-keeps-its-half-of-the-connection.js";
import { serverNeverAnswersOurFin } from "./server-never-answers-our-fin.js";
import { shutdownUnderTheConnectingWorker } from "./shutdown-under-the-connecting-worker.js";
import type { Situation } from "./situation.js";
import { softConnectNotToldOfTheRefusal } from "./soft-connect-not-told-of-the-refusal.js";
import { spaceFreedBeforeTheWait } from "./space-freed-before-the-wait.js";
import { timerRunsWhileWaitingForSpace } from "./timer-runs-while-waiting-for-space.js";
import { twoTasksRestartEachOthersConnect } from "./two-tasks-restart-each-others-connect.js";
import { wakeLostInTheStoreBuffer } from "./wake-lost-in-the-store-buffer.js";
import { wakerReadsTheQueueTooEarly } from "./waker-reads-the-queue-too-early.js";
import { windowShutsAsTheTransportDisconnects } from "./window-shuts-as-the-transport-disconnects.js";
import { workerWokenAsATask } from "./worker-woken-as-a-task.js";

export type { Situation } from "./situation.js";

/** By name. */
export const FAMILY: readonly Situation[] = [
  backchannelRetriesUntilReconnected,
  backoffOfNothingDoubled,
  connectFailsAndNobodyIsTold,
  connectOnASocketTheServerClosed,
  connectedBetweenTestAndSleep,
  deniedConnectNeverSleeps,
  disconnectMeantForTheLastConnection,
  drainedBufferTakenForLackOfMemory,
  errorCallbackComesBack,
  errorToldAfterTheConnectionStands,
  everybodyWokenWithEnotconn,
  finWhileWaitingForBufferSpace,
  idleTimerOlderThanTheConnection,
  killedTaskKeepsTheWriteLock,
  killedTaskRestartsForEver,
  killedWaiterKeepsTheBacklogShut,
  lateCloseClearsConnecting,
  lateWorkerDropsAGoodConnection,
  lostReplyWaitsThreeSeconds,
  newPortMissesTheReplyCache,
  newcomersOvertakeTheBacklog,
  portInTimeWait,
  portRefusedForEver,
  portTakenByAnother,
  queuedTaskRuns,
  reconnectDoublesTheTimeout,
  refusedWhileSending,
  resetThatNobodyReports,
  serverClosesWhileTheLockIsHeld,
  serverKeepsItsHalfOfTheConnection,
  serverNeverAnswersOurFin,
  shutdownUnderTheConnectingWorker,
  softConnectNotToldOfTheRefusal,
  spaceFreedBeforeTheWait,
  timerRunsWhileWaitingForSpace,
  twoTasksRestartEachOthersConnect,
  wakeLostInTheStoreBuffer,
  wakerReadsTheQueueTooEarly,
  windowShutsAsTheTransportDisconnects,
  workerWokenAsATask,
];
