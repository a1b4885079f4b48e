import { existsSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { Command, Option } from "commander";
import type { Campaign, Engine, Gathering, Item, Report, Search } from "../campaign/mod.js";
import {
  type CampaignModule,
  campaignId,
  leave,
  loadRedis,
  lockOption,
  positive,
  redisOption,
  seconds,
  seeds,
  stopSignal,
  tell,
  threadsOption,
  type Way,
  way,
  withCampaigns,
} from "./campaign-options.js";
import { newProgress } from "./campaign-progress.js";
import { campaignText } from "./campaign-text.js";
import { LabError } from "./failure.js";
import { checkPlace, readText, writeWhole } from "./files.js";

interface StartOptions {
  readonly strategy: Way;
  readonly seeds: readonly [number, number];
  readonly unfairSteps: number;
  readonly maxSteps: number;
  readonly states: boolean;
  readonly engine: "inline" | "threads" | "bullmq";
  readonly threads: number;
  readonly redis: string;
  readonly work: boolean;
  readonly lockSeconds: number;
  readonly itemSeconds: number;
  readonly id?: string;
  readonly output?: string;
  readonly json?: true;
}

/** `lab campaign start`. */
export function campaignStartCommand(): Command {
  return new Command("start")
    .description("Search, and report; the same command goes on where it was stopped")
    .argument("<target...>", "models (unstuck lab models), and worlds of our own core as mill:NAME")
    .addOption(
      new Option("--strategy <way>", "walk, pct:DEPTH, pos; all:STEPS for every schedule of so many")
        .argParser(way)
        .default(way("walk"), "walk"),
    )
    .addOption(
      new Option("--seeds <range>", "first and last seed")
        .argParser(seeds)
        .default(seeds("1..10000"), "1..10000"),
    )
    .option("--unfair-steps <number>", "steps by chance before everybody gets his turn", positive, 200)
    .option("--max-steps <number>", "a run that is longer ends as open", positive, 10_000)
    .option("--no-states", "count only different last states: faster")
    .addOption(
      new Option("--engine <engine>", "who works: this thread, all cores, many machines")
        .choices(["inline", "threads", "bullmq"])
        .default("threads"),
    )
    .addOption(threadsOption())
    .addOption(redisOption())
    .option("--no-work", "bullmq: leave the work to `campaign work`")
    .addOption(lockOption().hideHelp())
    .addOption(
      new Option("--item-seconds <seconds>", "size of an item").argParser(seconds).default(4).hideHelp(),
    )
    .option("--id <id>", "the campaign's name; unless told, one made of all that is searched", campaignId)
    .option("-o, --output <file>", "keep the results there; it is gone on with if it is there")
    .option("--json", "the report as JSON")
    .action((words: readonly string[], options: StartOptions) =>
      withCampaigns((campaigns) => start(campaigns, words, options)),
    );
}

async function start(
  campaigns: CampaignModule,
  words: readonly string[],
  options: StartOptions,
): Promise<void> {
  if (options.output !== undefined) checkPlace("-o", options.output);
  const code = campaigns.codeHash();
  const targets = words.map(campaigns.parseTarget);
  const campaign = campaigns.newCampaign(code, targets, searchOf(options), options.id);
  const done = options.output === undefined ? undefined : kept(campaigns, campaign, options.output);
  const signal = stopSignal();
  const report = done?.complete === true ? done : await onEngine(campaigns, campaign, options, done, signal);
  if (options.json) process.stdout.write(campaigns.reportText(report));
  else process.stdout.write(campaignText(campaigns, report, code));
}

function searchOf({ strategy, seeds: range, ...limits }: StartOptions): Search {
  if (strategy.kind === "tree") return { kind: "tree", depth: strategy.depth, prefix: [] };
  const { unfairSteps, maxSteps, states } = limits;
  const plan = {
    strategy: strategy.strategy,
    limits: { unfairSteps, maxSteps },
    // A quarter of the explorer's own: an item's result travels, and 3 % is enough for a curve.
    sketchSize: 1024,
    countStates: states,
  };
  return { kind: "random", plan, seeds: range };
}

/** What an earlier start kept in the file. */
function kept(campaigns: CampaignModule, campaign: Campaign, file: string): Report | undefined {
  if (!existsSync(file) || file.startsWith("/dev/")) return undefined;
  const report = campaigns.readReport(readText(file), file);
  campaigns.checkSame(campaign, report, file);
  return report;
}

async function onEngine(
  campaigns: CampaignModule,
  campaign: Campaign,
  options: StartOptions,
  done: Report | undefined,
  signal: AbortSignal,
): Promise<Report> {
  const clock = () => performance.now() / 1000;
  const split = (from?: Report) => campaigns.splitCampaign(campaign, options.itemSeconds, clock, from);
  if (options.engine !== "bullmq") {
    const engine = options.engine === "inline" ? campaigns.inline : campaigns.threads(options.threads);
    return gather(campaigns, campaign, split(done), engine, options, signal, done);
  }
  const { connectRedis, joinWork, newLedger, overRedis } = await loadRedis();
  const redis = await connectRedis(options.redis, tell);
  const ledger = newLedger(redis);
  try {
    // What Redis knows counts, not the file: other machines may have gone on since.
    const items = (await ledger.read(campaign.id))?.items ?? split();
    const entered = await ledger.enter(campaign, items);
    tell(
      `campaign ${campaign.id}: ${entered.length} items; others join with: unstuck lab campaign work --redis …`,
    );
    const shared = { redis, ledger, code: campaign.code, threads: options.threads };
    const work = options.work
      ? joinWork({ ...shared, lockMs: options.lockSeconds * 1000, tell, log: () => {} })
      : undefined;
    try {
      const engine = overRedis(campaign, ledger, tell);
      return await gather(campaigns, campaign, entered, engine, options, signal);
    } finally {
      await work?.stop();
    }
  } finally {
    if (!signal.aborted) await ledger.close();
    redis.disconnect();
    if (signal.aborted) leave();
  }
}

/** Between two times that the file is written. */
const KEEP_MS = 5_000;

async function gather(
  campaigns: CampaignModule,
  campaign: Campaign,
  items: readonly Item[],
  engine: Engine,
  options: StartOptions,
  signal: AbortSignal,
  done?: Report,
): Promise<Report> {
  const gathering = campaigns.newGathering(campaign, done);
  const progress = newProgress(items.length, (so) => outcomesOf(campaigns, so));
  const { output } = options;
  let failed = 0;
  let keptAt = performance.now();
  const keep = (report: Report): void => {
    if (output !== undefined) writeWhole(output, campaigns.reportText(report));
  };
  await engine(
    items,
    {
      found: (result) => {
        gathering.add(result);
        progress.moved(gathering, failed);
        if (performance.now() - keptAt < KEEP_MS) return;
        keptAt = performance.now();
        try {
          keep(gathering.report(false));
        } catch (error) {
          // The last good file is still there, and the disk may have room again at the end.
          if (!(error instanceof LabError)) throw error;
          tell(`not kept for now: ${error.message}`);
        }
      },
      failed: (item, why) => {
        failed++;
        tell(`item ${item.id} of ${campaigns.targetWord(item.target)} FAILED: ${why}`);
      },
    },
    signal,
  );
  progress.end();
  const report = gathering.report(gathering.count === items.length);
  try {
    keep(report);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    // What was found is still worth printing.
    tell(`NOT KEPT: ${error.message}`);
    process.exitCode = 1;
  }
  if (!report.complete) {
    if (!signal.aborted) process.exitCode = 1;
    const why = failed > 0 ? `${failed} items failed` : "stopped";
    const kept = options.engine === "bullmq" || output !== undefined;
    tell(
      `${why}; the same command ${kept ? "goes on with it" : "begins again (with -o FILE it would go on)"}`,
    );
  }
  return report;
}

function outcomesOf(campaigns: CampaignModule, gathering: Gathering): ReadonlyMap<string, number> {
  const runs = new Map<string, number>();
  for (const { found } of gathering.report(false).targets) {
    if (found === undefined) continue;
    for (const row of campaigns.summarizeFound(found).outcomes)
      runs.set(row.outcome, (runs.get(row.outcome) ?? 0) + row.runs);
  }
  return runs;
}
