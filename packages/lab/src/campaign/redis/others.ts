import { setTimeout as pause } from "node:timers/promises";
import type { Tell } from "./connect.js";
import type { Ledger } from "./ledger.js";

const LOOK_MS = 1_000;

/**
 * Says, once of each, which unfinished campaigns this code cannot help with, also of those that are entered later.
 * Until the signal is given.
 */
export async function tellOthers(
  ledger: Ledger,
  code: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Set<string>();
  try {
    while (!signal.aborted) {
      for (const id of await ledger.ids()) {
        if (seen.has(id)) continue;
        const record = await ledger.read(id);
        if (record === undefined) continue;
        seen.add(id);
        const other = record.campaign.code;
        if (other === code || (await ledger.resultCount(id)) >= record.items.length) continue;
        tell(`campaign ${id} is of code ${other}, this is ${code}: build the same commit to help with it`);
      }
      await pause(LOOK_MS, undefined, { signal });
    }
  } catch (error) {
    // The pause that was cut short, or a command on the connection that was closed.
    if (!signal.aborted) throw error;
  }
}
