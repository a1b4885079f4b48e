/** A process that does items from Redis until it is stopped. */
import { type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { newPool } from "../engine.js";
import { CodeMismatchError } from "../errors.js";
import type { Tell } from "./connect.js";
import { type Ledger, QUEUE_PREFIX, queueName, type Task } from "./ledger.js";

export interface WorkOptions {
  readonly redis: Redis;
  readonly ledger: Ledger;
  /** Only items of this code are taken. */
  readonly code: string;
  readonly threads: number;
  /** A worker that is not heard of for so long has lost its items to the others. */
  readonly lockMs: number;
  /** Told of troubles. */
  readonly tell: Tell;
  /** Told of each item that is begun or done. */
  readonly log: Tell;
}

export interface Work {
  /** Ends at once: items that are under way go back to the queue. */
  stop(): Promise<void>;
}

/** An item that this many workers were lost with is given up: it may be what kills them. */
const LOST_WORKERS = 3;
const STOP_MS = 3_000;
/** How soon it asks again after Redis was gone. */
const RETRY_MS = 1_000;

/** Takes items as long as there are any, and waits for more. The search is in threads, so this one is free to renew locks. */
export function joinWork({ redis, ledger, code, threads, lockMs, tell, log }: WorkOptions): Work {
  const pool = newPool(threads);
  const stopping = new AbortController();
  const doTask = async (job: Job<Task>, token?: string): Promise<void> => {
    const { campaign, item } = job.data;
    if (item.code !== code) throw new UnrecoverableError(new CodeMismatchError(code, item.code).message);
    if (await ledger.hasResult(campaign, item.id)) return;
    log(`${campaign} ${item.id} begun`);
    let bytes: string;
    try {
      bytes = await pool.run(item, stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
      await job.moveToWait(token);
      throw new WaitingError();
    }
    await ledger.keepResult(campaign, item.id, bytes);
    log(`${campaign} ${item.id} done`);
  };
  const worker = new Worker<Task>(queueName(code), doTask, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    concurrency: threads,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: LOST_WORKERS,
    runRetryDelay: RETRY_MS,
  });
  worker.on("stalled", (job) => tell(`${job.replace("~", " ")} lost with its worker, queued again`));
  worker.on("failed", (job, error) => {
    if (job !== undefined) tell(`${job.data.campaign} ${job.data.item.id} failed: ${error.message}`);
  });
  // The connection tells of its own troubles; a lock that was lost means that somebody else does the item.
  worker.on("error", () => {});
  return {
    stop: async () => {
      const closed = worker.close().catch(() => {});
      stopping.abort();
      const { promise: late, cancel } = after(STOP_MS);
      // Nobody can be told that we go: the locks will run out.
      const gone = late.then(() => void worker.disconnect().catch(() => {}));
      await Promise.race([closed, gone]);
      cancel();
      await pool.close();
    },
  };
}

function after(ms: number): { readonly promise: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
