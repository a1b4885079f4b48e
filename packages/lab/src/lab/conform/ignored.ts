/** Lines that are skipped in both logs, and where a log is taken up. */
import type { LogLine } from "./log.js";

/** By the function that prints them: why they say nothing about the race. */
export const IGNORED: { readonly [fn: string]: string } = {
  rpcauth_lookupcred: "the model has no credentials",
  rpcauth_refreshcred: "the model has no credentials",
  rpcauth_marshcred: "the model has no credentials",
  rpcauth_wrap_req: "the model has no credentials",
  rpcauth_checkverf: "the model has no credentials",
  rpcauth_unwrap_resp: "the model has no credentials",
  rpc_new_task: "memory and process ids; __rpc_execute says that the task begins",
  rpc_malloc: "memory",
  rpc_free: "memory",
  __rpc_add_wait_queue: "repeats sleep_on, which comes just before",
  __rpc_remove_wait_queue: "repeats the wake-up, which comes just before",
  rpc_show_tasks: "an operator asked for the list of tasks; the client did nothing",
};

export type LineTest = (line: LogLine) => boolean;

export const isIgnored: LineTest = (line) => Object.hasOwn(IGNORED, line.fn);

/**
 * A test for lines from what a person writes: a function and fields, as `xs_tcp_state_change state=8`.
 * Numbers are decimal.
 */
export function lineTest(query: string): LineTest {
  const [fn = "", ...conditions] = query.trim().split(/\s+/);
  const wanted = conditions.map((condition) => condition.split("=", 2));
  return (line) =>
    line.fn === fn &&
    wanted.every(
      ([name = "", value = ""]) => String(name === "task" ? line.task : line.fields[name]) === value,
    );
}

/** The log from the first line that passes, and how many lines come before it; none passes: nothing is left. */
export function startingAt(
  lines: readonly LogLine[],
  from: LineTest | undefined,
): { readonly lines: readonly LogLine[]; readonly skipped: number } {
  if (from === undefined) return { lines, skipped: 0 };
  const at = lines.findIndex(from);
  const skipped = at < 0 ? lines.length : at;
  return { lines: lines.slice(skipped), skipped };
}
