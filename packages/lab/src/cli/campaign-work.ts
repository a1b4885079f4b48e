import { once } from "node:events";
import { Command } from "commander";
import {
  leave,
  loadRedis,
  lockOption,
  redisOption,
  stopSignal,
  tell,
  threadsOption,
  withCampaigns,
} from "./campaign-options.js";

interface WorkOptions {
  readonly redis: string;
  readonly threads: number;
  readonly lockSeconds: number;
}

/** `lab campaign work`. */
export function campaignWorkCommand(): Command {
  return new Command("work")
    .description("Help with the campaigns in a Redis, until Ctrl-C")
    .addOption(redisOption())
    .addOption(threadsOption())
    .addOption(lockOption().hideHelp())
    .action((options: WorkOptions) =>
      withCampaigns(async (campaigns) => {
        const signal = stopSignal();
        const code = campaigns.codeHash();
        const { connectRedis, joinWork, newLedger, tellOthers } = await loadRedis();
        const redis = await connectRedis(options.redis, tell);
        const ledger = newLedger(redis);
        const log = (line: string) => process.stdout.write(`${line}\n`);
        const lockMs = options.lockSeconds * 1000;
        const work = joinWork({ redis, ledger, code, threads: options.threads, lockMs, tell, log });
        log(`waiting for items of code ${code}, ${options.threads} at a time`);
        const stopped = signal.aborted ? Promise.resolve() : once(signal, "abort");
        const telling = tellOthers(ledger, code, tell, signal);
        await Promise.race([stopped, telling]);
        await work.stop();
        redis.disconnect();
        leave();
      }),
    );
}
