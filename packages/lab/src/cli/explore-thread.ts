/** The thread a search runs in, so that the command hears Ctrl-C while it goes on. */
import { parentPort, workerData } from "node:worker_threads";
import type { Control } from "./explore-control.js";
import type { Found, Job } from "./explore-job.js";
import { search } from "./explore-search.js";
import { LabError } from "./failure.js";

/** What the thread sends, once. */
export type Answer = { readonly found: Found } | { readonly failed: string; readonly status: 1 | 2 };

function answer({ job, control }: { readonly job: Job; readonly control: Control }): Answer {
  try {
    return { found: search(job, control) };
  } catch (error) {
    if (error instanceof LabError) return { failed: error.message, status: error.status };
    if (error instanceof RangeError && /alloc|length|memory/i.test(error.message)) {
      return { failed: `${job.model}: memory ran out (${error.message}): set --max-megabytes`, status: 1 };
    }
    throw error;
  }
}

parentPort?.postMessage(answer(workerData));
