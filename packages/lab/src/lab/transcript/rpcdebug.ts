import type { TraceEvent } from "../trace.js";
import { seconds } from "./clock.js";

/** The kernel's RPC debug log (`rpcdebug -m rpc -s all`), lines as printk writes them; ends with a newline unless empty. */
export function rpcdebugLog(events: readonly TraceEvent[]): string {
  let log = "";
  for (const event of events) {
    if (event.type !== "rpcdebug") continue;
    log += `[${seconds(event.at).padStart(12)}] RPC:${event.text}\n`;
  }
  return log;
}

/** The task a line of the debug log is about, and what it says of it; undefined: about none (`RPC:       text`). */
export function taskLine(text: string): { readonly task: number; readonly says: string } | undefined {
  const parts = /^ *(\d+) (.*)$/.exec(text);
  return parts === null ? undefined : { task: Number(parts[1]), says: parts[2]! };
}
