/** What Redis knows of campaigns: which there are, their items, what was found, what cannot be done. */
import { type Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Campaign } from "../campaign.js";
import { canonicalJson } from "../canonical.js";
import { CodeMismatchError, OtherCampaignError } from "../errors.js";
import type { Item } from "../item.js";

const KEYS = "unstuck:lab";
/** Where BullMQ keeps what is its own. */
export const QUEUE_PREFIX = `${KEYS}:queue`;

const campaignsKey = `${KEYS}:campaigns`;
const recordKey = (id: string) => `${KEYS}:campaign:${id}`;
const resultsKey = (id: string) => `${KEYS}:results:${id}`;

/** The queue of one edition of the code: who has another one never gets its items. */
export const queueName = (code: string) => `items-${code}`;

/** What a worker is given. */
export interface Task {
  readonly campaign: string;
  readonly item: Item;
}

/** An item that was given up. */
export interface Dead {
  readonly item: Item;
  readonly why: string;
}

export interface CampaignRecord {
  readonly campaign: Campaign;
  readonly items: readonly Item[];
}

/** A worker that dies with an item twice in a row may be killed by it; a thrown error is the same each time. */
const ATTEMPTS = 2;

export interface Ledger {
  /** The campaigns by id. */
  ids(): Promise<readonly string[]>;
  read(id: string): Promise<CampaignRecord | undefined>;
  has(id: string): Promise<boolean>;
  /**
   * Enters the campaign, cut into `items`, unless it is there, and returns how it is cut: whoever comes first says.
   * Throws CodeMismatchError and OtherCampaignError if the id is taken.
   */
  enter(campaign: Campaign, items: readonly Item[]): Promise<readonly Item[]>;
  /** Queues the items that have no result and are not queued; those that were given up get another chance. */
  enqueue(campaign: Campaign, items: readonly Item[]): Promise<void>;
  /** Results' bytes by item, of the items that `wanted` accepts. */
  results(id: string, wanted: (item: string) => boolean): Promise<ReadonlyMap<string, string>>;
  resultCount(id: string): Promise<number>;
  hasResult(id: string, item: string): Promise<boolean>;
  keepResult(id: string, item: string, bytes: string): Promise<void>;
  dropResult(id: string, item: string): Promise<void>;
  dead(campaign: Campaign): Promise<readonly Dead[]>;
  /** Processes that wait for items of that code, or do them. */
  workers(code: string): Promise<number>;
  close(): Promise<void>;
}

export function newLedger(redis: Redis): Ledger {
  const queues = new Map<string, Queue>();
  const queueOf = (code: string): Queue => {
    const known = queues.get(code);
    if (known !== undefined) return known;
    const queue = new Queue(queueName(code), { connection: redis, prefix: QUEUE_PREFIX });
    // The connection tells of its troubles itself.
    queue.on("error", () => {});
    queues.set(code, queue);
    return queue;
  };
  const read = async (id: string): Promise<CampaignRecord | undefined> => {
    const text = await redis.get(recordKey(id));
    return text === null ? undefined : (JSON.parse(text) as CampaignRecord);
  };
  const failed = async ({ id, code }: Campaign): Promise<readonly Job<Task>[]> =>
    ((await queueOf(code).getFailed()) as Job<Task>[]).filter((job) => job?.data.campaign === id);
  return {
    ids: async () => (await redis.smembers(campaignsKey)).sort(),
    read,
    has: async (id) => (await redis.exists(recordKey(id))) === 1,
    enter: async (campaign, items) => {
      await redis.sadd(campaignsKey, campaign.id);
      if ((await redis.setnx(recordKey(campaign.id), canonicalJson({ campaign, items }))) === 1) return items;
      const known = await read(campaign.id);
      if (known === undefined) return items;
      if (known.campaign.code !== campaign.code)
        throw new CodeMismatchError(campaign.code, known.campaign.code);
      if (canonicalJson(known.campaign) !== canonicalJson(campaign))
        throw new OtherCampaignError(
          `${campaign.id} is a campaign that searches something else: give another --id`,
        );
      return known.items;
    },
    enqueue: async (campaign, items) => {
      const done = new Set(await redis.hkeys(resultsKey(campaign.id)));
      const queue = queueOf(campaign.code);
      for (const job of await failed(campaign))
        if (!done.has(job.data.item.id))
          await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
      const options = (item: Item) => ({
        jobId: `${campaign.id}~${item.id}`,
        attempts: ATTEMPTS,
        removeOnComplete: true,
      });
      const tasks = items
        .filter(({ id }) => !done.has(id))
        .map((item) => ({ name: "item", data: { campaign: campaign.id, item }, opts: options(item) }));
      await queue.addBulk(tasks);
    },
    results: async (id, wanted) => {
      const names = (await redis.hkeys(resultsKey(id))).filter(wanted);
      const found = new Map<string, string>();
      for (const name of names) {
        const bytes = await redis.hget(resultsKey(id), name);
        if (bytes !== null) found.set(name, bytes);
      }
      return found;
    },
    resultCount: (id) => redis.hlen(resultsKey(id)),
    hasResult: async (id, item) => (await redis.hexists(resultsKey(id), item)) === 1,
    keepResult: async (id, item, bytes) => void (await redis.hset(resultsKey(id), item, bytes)),
    dropResult: async (id, item) => void (await redis.hdel(resultsKey(id), item)),
    dead: async (campaign) =>
      (await failed(campaign)).map(({ data, failedReason }) => ({ item: data.item, why: failedReason })),
    workers: (code) => queueOf(code).getWorkersCount(),
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}
