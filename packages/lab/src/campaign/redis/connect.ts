import { Redis } from "ioredis";
import { NoRedisError } from "../errors.js";

/** Takes a line for people. */
export type Tell = (line: string) => void;

const LONGEST_PAUSE_MS = 2_000;

/**
 * A connection to Redis. Nobody there at the start: throws {@link NoRedisError}. Lost later: it says so and why,
 * tries again until it is back, and commands wait as long.
 */
export async function connectRedis(url: string, tell: Tell): Promise<Redis> {
  const { host, port, where } = addressOf(url);
  let stood = false;
  let lost = false;
  let over = false;
  let why = "no answer";
  const redis = new Redis(url, {
    lazyConnect: true,
    // What BullMQ asks of a connection that workers use.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (stood && !over ? Math.min(100 * times, LONGEST_PAUSE_MS) : null),
  });
  redis.on("error", (error: NodeJS.ErrnoException) => {
    why = error.code ?? error.message;
    if (!stood || lost) return;
    lost = true;
    tell(`redis at ${where}: ${why}; trying until it is back`);
  });
  redis.on("ready", () => {
    if (lost) tell(`redis at ${where}: back`);
    stood = true;
    lost = false;
  });
  // BullMQ's copies of this connection share its options, and have to give up with it.
  redis.once("end", () => {
    over = true;
  });
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    const start = `start one: redis-server --bind ${host} --port ${port} (Debian: apt-get install redis-server)`;
    throw new NoRedisError(`no Redis at ${where} (${why}); ${start}, or give another: --redis URL`, {
      cause: error,
    });
  }
  return redis;
}

/** `where` is the URL without its password. */
function addressOf(url: string): { readonly host: string; readonly port: string; readonly where: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === "")
    throw new NoRedisError(
      `${url} is no address of a Redis: give redis://HOST:PORT, as redis://127.0.0.1:6379`,
    );
  const port = parsed.port || "6379";
  return { host: parsed.hostname, port, where: `${parsed.protocol}//${parsed.hostname}:${port}` };
}
