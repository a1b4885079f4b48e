/** The engine of many machines: items go to Redis, results come from there, whoever did them. */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Campaign } from "../campaign.js";
import type { Engine, Listener } from "../engine.js";
import { BadResultError } from "../errors.js";
import { type Item, readResult } from "../item.js";
import type { Tell } from "./connect.js";
import type { Ledger } from "./ledger.js";

const LOOK_MS = 250;
/** Looks without a worker before that is said. */
const LONELY_LOOKS = 20;

/** Queues what is to be done, and listens until each item has a result or was given up. `ledger.enter` comes first. */
export function overRedis(campaign: Campaign, ledger: Ledger, tell: Tell): Engine {
  return async (items, listener, signal) => {
    if (signal.aborted) return;
    const watching = watch(campaign, ledger, tell, items, listener, signal).catch((error: unknown) => {
      // Commands that were waiting when the connection was closed.
      if (!signal.aborted) throw error;
    });
    await Promise.race([watching, once(signal, "abort")]);
  };
}

async function watch(
  campaign: Campaign,
  ledger: Ledger,
  tell: Tell,
  items: readonly Item[],
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const open = new Map(items.map((item) => [item.id, item]));
  const kept = new Map<string, string>();
  let lonely = 0;
  await ledger.enqueue(campaign, items);
  for (;;) {
    for (const [id, bytes] of await ledger.results(campaign.id, (name) => open.has(name))) {
      if (signal.aborted) return;
      const item = open.get(id)!;
      try {
        const result = readResult(bytes);
        if (result.item !== id) throw new BadResultError(`a result of ${result.item} lies under ${id}`);
        listener.found(result);
        kept.set(id, bytes);
        open.delete(id);
      } catch (error) {
        if (!(error instanceof BadResultError)) throw error;
        tell(`${campaign.id} ${id}: ${error.message}; queued again`);
        await ledger.dropResult(campaign.id, id);
        await ledger.enqueue(campaign, [item]);
      }
    }
    for (const { item, why } of await ledger.dead(campaign)) {
      if (open.delete(item.id)) listener.failed(item, why);
    }
    if (open.size === 0) return;
    if (!(await ledger.has(campaign.id))) {
      tell(`${campaign.id}: Redis has forgotten it (started again without its data?); entered again`);
      await ledger.enter(campaign, items);
      for (const [id, bytes] of kept) await ledger.keepResult(campaign.id, id, bytes);
      await ledger.enqueue(campaign, [...open.values()]);
    }
    lonely = (await ledger.workers(campaign.code)) === 0 ? lonely + 1 : 0;
    if (lonely === LONELY_LOOKS)
      tell(
        `${campaign.id}: nobody works on it; run \`unstuck lab campaign work\` with this build (code ${campaign.code})`,
      );
    await pause(LOOK_MS, undefined, { signal });
  }
}
