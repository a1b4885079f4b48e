import { Command } from "commander";
import type { Target } from "../campaign/mod.js";
import type { Ledger } from "../campaign/redis/mod.js";
import { suggest } from "../lab/mod.js";
import { loadRedis, redisOption, tell, withCampaigns } from "./campaign-options.js";
import { usage } from "./failure.js";

/** `lab campaign status`. */
export function campaignStatusCommand(): Command {
  return new Command("status")
    .description("How far the campaigns in a Redis are")
    .argument("[id]", "only this one")
    .addOption(redisOption())
    .option("--json", "as JSON")
    .action((id: string | undefined, options: { redis: string; json?: true }) =>
      withCampaigns(async (campaigns) => {
        const { connectRedis, newLedger } = await loadRedis();
        const redis = await connectRedis(options.redis, tell);
        const ledger = newLedger(redis);
        try {
          const ids = await ledger.ids();
          if (id !== undefined && !ids.includes(id))
            throw usage(`no campaign ${id} in this Redis: ${suggest(id, ids)}`);
          const rows = [];
          for (const one of id === undefined ? ids : [id]) {
            const row = await statusOf(ledger, one, campaigns.targetWord);
            if (row !== undefined) rows.push(row);
          }
          if (options.json) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
          else process.stdout.write(rows.length === 0 ? "no campaigns\n" : rows.map(text).join(""));
        } finally {
          await ledger.close();
          redis.disconnect();
        }
      }),
    );
}

type Row = NonNullable<Awaited<ReturnType<typeof statusOf>>>;

async function statusOf(ledger: Ledger, id: string, word: (target: Target) => string) {
  const record = await ledger.read(id);
  if (record === undefined) return undefined;
  const { campaign, items } = record;
  return {
    id,
    code: campaign.code,
    targets: campaign.targets.map(word),
    items: items.length,
    done: await ledger.resultCount(id),
    dead: (await ledger.dead(campaign)).map(({ item, why }) => ({
      item: item.id,
      target: word(item.target),
      why,
    })),
    workers: await ledger.workers(campaign.code),
  };
}

function text({ id, code, targets, items, done, dead, workers }: Row): string {
  const lines = [
    `${id}: ${done} of ${items} items done, ${workers} workers of its code ${code}: ${targets.join(" ")}`,
    ...dead.map(
      ({ item, target, why }) => `  given up: ${item} of ${target}: ${why} (start it again to try again)`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
