/** Who does the items: this thread, or as many as there are cores. */
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type Item, type ItemResult, readResult, runItem } from "./item.js";

export interface Listener {
  /** Called once for each item that was done. */
  found(result: ItemResult): void;
  /** Called for an item that cannot be done, with the reason. */
  failed(item: Item, why: string): void;
}

/** Does the items in any order; ends early, without an error, when the signal is given. */
export type Engine = (items: readonly Item[], listener: Listener, signal: AbortSignal) => Promise<void>;

/** One item after the other, here. */
export const inline: Engine = async (items, listener, signal) => {
  for (const item of items) {
    // Between items only, or a signal is never heard.
    await turn();
    if (signal.aborted) return;
    let result: ItemResult;
    try {
      result = readResult(runItem(item));
    } catch (error) {
      listener.failed(item, (error as Error).message);
      continue;
    }
    listener.found(result);
  }
};

/** `count` items at a time, each in a thread of its own. */
export function threads(count: number): Engine {
  return async (items, listener, signal) => {
    const pool = newPool(count);
    const left = items.values();
    const work = async (): Promise<void> => {
      for (const item of left) {
        let result: ItemResult;
        try {
          result = readResult(await pool.run(item, signal));
        } catch (error) {
          if (signal.aborted) return;
          listener.failed(item, (error as Error).message);
          continue;
        }
        listener.found(result);
      }
    };
    try {
      await Promise.all(Array.from({ length: count }, work));
    } finally {
      await pool.close();
    }
  };
}

const THREAD = fileURLToPath(new URL("./thread.js", import.meta.url));

/** Threads that do items. */
export interface Pool {
  /** The result's bytes. An item that is aborted takes its thread with it. */
  run(item: Item, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** A pool of `count` threads that run `filename`, which are there until it is closed. Threads that cannot be had fail every item. */
export function newPool(count: number, filename = THREAD): Pool {
  const pool = new Piscina<Item, string>({
    filename,
    minThreads: count,
    maxThreads: count,
  });
  let broken: Error | undefined;
  // A thread that dies without an item, as one that cannot be started: Piscina would keep the items waiting for ever.
  pool.on("error", (error: Error) => {
    broken ??= error;
    void pool.destroy();
  });
  return {
    run: async (item, signal) => {
      if (broken !== undefined) throw broken;
      try {
        return await pool.run(item, { signal });
      } catch (error) {
        throw broken ?? error;
      }
    },
    close: () => pool.destroy(),
  };
}
