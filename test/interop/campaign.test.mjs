// Campaigns over a real Redis, by processes that stand for machines and that are killed: nothing may be lost, and what
// they find together has to be the bytes that one process finds.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  codeHash,
  newCampaign,
  newGathering,
  parseTarget,
  reportText,
  splitCampaign,
} from "../../packages/lab/dist/campaign/mod.js";
import {
  connectRedis,
  joinWork,
  newLedger,
  overRedis,
  tellOthers,
} from "../../packages/lab/dist/campaign/redis/mod.js";
import { onPath } from "../peers/namespace.mjs";
import { run, start, until } from "../peers/process.mjs";

const skip = !onPath("redis-server") && "needs redis-server: apt-get install redis-server";
const unstuck = fileURLToPath(new URL("../../packages/unstuck/bin/unstuck.js", import.meta.url));
const campaign = (...words) => [unstuck, "lab", "campaign", ...words];
const WHAT = ["mill:calm", "family_port-in-time-wait_broken", "--seeds", "1..800"];

describe("a campaign over Redis", { skip, timeout: 60_000 }, () => {
  let dir;
  let redis;
  let url;
  let expected;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "campaign-"));
    redis = await startRedis(dir, await freePort());
    url = redis.url;
    const inline = await run(process.execPath, campaign("start", ...WHAT, "--engine", "inline", "--json"));
    assert.equal(inline.code, 0, inline.stderr);
    expected = inline.stdout;
  });
  after(async () => {
    await redis?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const starter = (id, file, at = url) =>
    start(
      process.execPath,
      campaign(
        "start",
        ...WHAT,
        ...["--engine", "bullmq", "--no-work", "--item-seconds", "0.05"],
        ...["--id", id, "--redis", at, "-o", join(dir, file)],
      ),
    );
  const worker = (lockSeconds, at = url) =>
    start(
      process.execPath,
      campaign("work", "--redis", at, "--threads", "1", "--lock-seconds", `${lockSeconds}`),
    );
  /** What one process found, but for the campaign's name. */
  const same = (text, id) => assert.equal(text.replace(`"id":"${id}"`, idOf(expected)), expected);

  test("a worker is killed in the middle of an item, another joins: the same bytes", async () => {
    const starting = starter("killed", "killed.json");
    await line(starting, /campaign killed: (\d+) items/);
    const victim = worker(1);
    const [, item] = await line(victim, /killed (\w+) begun/);
    victim.child.kill("SIGKILL");
    const others = [worker(1), worker(1)];
    assert.equal(await ended(starting), 0, starting.output);
    same(readFileSync(join(dir, "killed.json"), "utf8"), "killed");
    assert.ok(others.some(({ output }) => output.includes(`killed ${item} begun`)));
    const report = await run(process.execPath, campaign("report", "killed", "--json", "--redis", url));
    same(report.stdout, "killed");
    for (const other of others) await other.stop();
    assert.deepEqual(
      others.map(({ child }) => child.exitCode),
      [143, 143],
    );
  });

  test("a worker that is stopped gives its item back at once", async () => {
    const starting = starter("stopped", "stopped.json");
    const leaver = worker(3600);
    await line(leaver, /stopped \w+ begun/);
    await leaver.stop("SIGINT");
    assert.equal(leaver.child.exitCode, 130, leaver.output);
    const stayer = worker(3600);
    assert.equal(await ended(starting), 0, starting.output);
    same(readFileSync(join(dir, "stopped.json"), "utf8"), "stopped");
    await stayer.stop();
  });

  test("Redis is killed and comes back without its data: said, entered again, the same bytes", async () => {
    const own = await startRedis(dir, await freePort());
    const starting = starter("forgotten", "forgotten.json", own.url);
    await line(starting, /campaign forgotten: \d+ items/);
    await own.stop("SIGKILL");
    await line(starting, /redis at .*: \w+; trying until it is back/);
    const again = await startRedis(dir, own.port);
    await line(starting, /forgotten: Redis has forgotten it/);
    const working = worker(30, again.url);
    assert.equal(await ended(starting), 0, starting.output);
    same(readFileSync(join(dir, "forgotten.json"), "utf8"), "forgotten");
    await working.stop();
    await again.stop();
  });

  test("an item that cannot be done is given up by name, and tried again by the next start", async () => {
    await inside(async ({ connection, ledger, code, cleaning }) => {
      const [good] = WHAT;
      const search = {
        kind: "random",
        plan: {
          strategy: { kind: "walk" },
          limits: { unfairSteps: 9, maxSteps: 99 },
          sketchSize: 8,
          countStates: false,
        },
        seeds: [1, 9],
      };
      const doomed = newCampaign(code, [parseTarget(good)], search, "doomed");
      const items = [...splitCampaign(doomed, 4, () => 0)];
      const bad = { ...items[0], id: "bad", target: { kind: "mill", name: "nowhere" } };
      const entered = await ledger.enter(doomed, [bad, ...items]);
      const begun = [];
      const tell = () => {};
      const log = (line) => begun.push(line);
      const work = joinWork({ redis: connection, ledger, code, threads: 1, lockMs: 30_000, tell, log });
      cleaning.push(() => work.stop());
      for (let round = 0; round < 2; round++) {
        const gathering = newGathering(doomed);
        const failed = [];
        const listener = {
          found: (result) => gathering.add(result),
          failed: (item, why) => failed.push(`${item.id}: ${why.split(":")[0]}`),
        };
        await overRedis(doomed, ledger, tell)(entered, listener, new AbortController().signal);
        assert.deepEqual(failed, ["bad: no world of the mill is called nowhere"]);
        assert.equal(begun.filter((line) => line === "doomed bad begun").length, 2 * (round + 1));
        assert.match(reportText(gathering.report(false)), /"runs":8/);
      }
      const dead = await ledger.dead(doomed);
      assert.deepEqual(
        dead.map(({ item }) => item.id),
        ["bad"],
      );
    });
  });

  test("an id that is taken by other code, or by another search, is an error", async () => {
    await inside(async ({ ledger, code }) => {
      const ours = newCampaign(code, [], { kind: "tree", depth: 3, prefix: [] }, "taken");
      await ledger.enter(ours, []);
      await assert.rejects(ledger.enter({ ...ours, code: "0ther" }, []), { name: "CodeMismatchError" });
      const other = { ...ours, search: { ...ours.search, depth: 4 } };
      await assert.rejects(ledger.enter(other, []), { name: "OtherCampaignError" });
      assert.deepEqual(await ledger.enter(ours, []), []);
    });
  });

  test("a worker of other code says so of a campaign that is entered after it came", async () => {
    await inside(async ({ ledger, code }) => {
      const told = [];
      const stop = new AbortController();
      const telling = tellOthers(ledger, "0ther", (line) => told.push(line), stop.signal);
      await ledger.ids();
      const search = { kind: "tree", depth: 3, prefix: [] };
      await ledger.enter(newCampaign(code, [], search, "later"), [{ id: "open" }]);
      await ledger.enter(newCampaign(code, [], search, "finished"), []);
      await until("a word", () => told.some((line) => line.startsWith("campaign later")));
      stop.abort();
      await telling;
      assert.match(
        told.find((line) => line.includes("later")),
        new RegExp(`of code ${code}, this is 0ther`),
      );
      assert.ok(told.every((line) => !line.includes("finished")));
    });
  });

  test("without a Redis the message says how to get one", async () => {
    const nobody = `redis://127.0.0.1:${await freePort()}`;
    await assert.rejects(
      connectRedis(nobody, () => {}),
      { name: "NoRedisError", message: /no Redis at .* \(ECONNREFUSED\); start one: redis-server / },
    );
  });

  async function inside(body) {
    const connection = await connectRedis(url, () => {});
    const ledger = newLedger(connection);
    const cleaning = [];
    try {
      await body({ connection, ledger, code: codeHash(), cleaning });
    } finally {
      for (const clean of cleaning) await clean();
      await ledger.close();
      connection.disconnect();
    }
  }
});

const idOf = (text) => /"id":"[^"]*"/.exec(text)[0];

/** The first match in what a process of ours prints. */
async function line(daemon, pattern) {
  for (;;) {
    const found = pattern.exec(daemon.output);
    if (found !== null) return found;
    assert.ok(!daemon.exited, `ended without ${pattern}: ${daemon.output}`);
    await Promise.race(
      [daemon.child.stdout, daemon.child.stderr, daemon.child].map(
        (from) => new Promise((resolve) => from.once(from === daemon.child ? "close" : "data", resolve)),
      ),
    );
  }
}

async function ended({ child }) {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once("close", resolve));
  return child.exitCode;
}

async function startRedis(dir, port) {
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir];
  const daemon = start("redis-server", args);
  await until("Redis", () => {
    assert.ok(!daemon.exited, daemon.output);
    return daemon.output.includes("Ready to accept connections");
  });
  return { port, url: `redis://127.0.0.1:${port}`, stop: daemon.stop };
}

/** A port that nobody listens on. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
