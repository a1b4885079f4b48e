import { existsSync } from "node:fs";
import { Command } from "commander";
import type { Report } from "../campaign/mod.js";
import { suggest } from "../lab/mod.js";
import { type CampaignModule, loadRedis, redisOption, tell, withCampaigns } from "./campaign-options.js";
import { campaignText } from "./campaign-text.js";
import { usage } from "./failure.js";
import { readText } from "./files.js";

/** `lab campaign report`. */
export function campaignReportCommand(): Command {
  return new Command("report")
    .description("What a campaign found: counts, first seeds, schedules to replay, how much was new")
    .argument("<id>", "a campaign in a Redis, or the file of `start -o`")
    .addOption(redisOption())
    .option("--json", "as JSON: the same bytes from whatever machines it was put together")
    .action((id: string, options: { redis: string; json?: true }) =>
      withCampaigns(async (campaigns) => {
        const report = existsSync(id)
          ? campaigns.readReport(readText(id), id)
          : await fromRedis(campaigns, id, options.redis);
        const text = options.json
          ? campaigns.reportText(report)
          : campaignText(campaigns, report, campaigns.codeHash());
        process.stdout.write(text);
      }),
    );
}

async function fromRedis(campaigns: CampaignModule, id: string, url: string): Promise<Report> {
  const { connectRedis, newLedger } = await loadRedis();
  const redis = await connectRedis(url, tell);
  const ledger = newLedger(redis);
  try {
    const record = await ledger.read(id);
    if (record === undefined)
      throw usage(
        `no file and no campaign in this Redis is called ${id}: ${suggest(id, await ledger.ids())}`,
      );
    const gathering = campaigns.newGathering(record.campaign);
    const items = new Set(record.items.map((item) => item.id));
    for (const bytes of (await ledger.results(id, (item) => items.has(item))).values())
      gathering.add(campaigns.readResult(bytes));
    return gathering.report(gathering.count === items.size);
  } finally {
    await ledger.close();
    redis.disconnect();
  }
}
