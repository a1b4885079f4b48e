import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import { askToStop, type Control, newControl, readGauge } from "./explore-control.js";
import type { Found, Job } from "./explore-job.js";
import { progressLine } from "./explore-progress.js";
import type { Answer } from "./explore-thread.js";
import { LabError } from "./failure.js";

const INTERRUPTED = 130;
const EVERY_MS = 200;
const CLEAR = "\r\u001b[K";

/**
 * Runs the jobs one after another, each in a thread, and hands out what each has found. Progress goes to a terminal.
 * Ctrl-C ends the search that runs, which then tells how far it came, and those after it are not begun; a second
 * Ctrl-C ends the process.
 */
export async function runJobs(jobs: readonly Job[], onFound: (found: Found) => void): Promise<void> {
  for (const job of jobs) {
    const found = await runJob(job, newControl());
    onFound(found);
    if (found.interrupted) break;
  }
}

async function runJob(job: Job, control: Control): Promise<Found> {
  const progress = showProgress(job.model, control);
  let asked = false;
  const onInterrupt = (): void => {
    if (asked) {
      progress.end();
      process.exit(INTERRUPTED);
    }
    asked = true;
    askToStop(control);
  };
  process.on("SIGINT", onInterrupt);
  const worker = new Worker(new URL("./explore-thread.js", import.meta.url), {
    workerData: { job, control },
  });
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new LabError(`${job.model}: the search ended with ${code}`, 1)));
    });
    if ("failed" in answer) throw new LabError(answer.failed, answer.status);
    return answer.found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_WORKER_OUT_OF_MEMORY") throw error;
    throw new LabError(`${job.model}: memory ran out: set --max-megabytes or --max-states`, 1);
  } finally {
    progress.end();
    process.off("SIGINT", onInterrupt);
    await worker.terminate();
  }
}

function showProgress(model: string, control: Control): { end(): void } {
  const { stderr } = process;
  if (!stderr.isTTY) return { end: () => undefined };
  const began = performance.now();
  const timer = setInterval(() => {
    const line = progressLine(model, readGauge(control), (performance.now() - began) / 1000, stderr.columns);
    stderr.write(`${CLEAR}${line}`);
  }, EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      stderr.write(CLEAR);
    },
  };
}
