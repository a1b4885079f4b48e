import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunResult } from "./event.js";
import { openNetwork } from "./network.js";
import { expectedMs, planOf } from "./plan.js";

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));
const SHORT = ["--healthy", "0.3", "--outage", "1.5", "--after", "2", "--interval", "0.2"];

async function withTemporary(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "unstuck-test-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function demo(temporary: string, ...args: string[]): ChildProcess {
  const env = { ...process.env, TMPDIR: temporary, XDG_RUNTIME_DIR: temporary };
  return spawn(process.execPath, [MAIN, "demo", ...args], { stdio: ["ignore", "pipe", "pipe"], env });
}

async function output(child: ChildProcess): Promise<{ out: string; err: string; status: number | null }> {
  let out = "";
  let err = "";
  child.stdout!.on("data", (b: Buffer) => {
    out += b.toString();
  });
  child.stderr!.on("data", (b: Buffer) => {
    err += b.toString();
  });
  const [status] = (await once(child, "close")) as [number | null];
  return { out, err, status };
}

/** Processes whose environment or command line names `folder`: none may outlive a demo. */
async function processesOf(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)("ps", ["axeww", "-o", "pid,args"]);
  return stdout
    .split("\n")
    .filter((line) => line.includes(folder) && !line.includes("ps axeww"))
    .join("\n");
}

async function untilGone(folder: string): Promise<void> {
  for (const end = Date.now() + 10_000; ; ) {
    const [processes, files] = [await processesOf(folder), await readdir(folder)];
    const left = files.filter((name) => name.startsWith("unstuck-demo-"));
    if (processes === "" && left.length === 0) return;
    if (Date.now() > end) assert.fail(`left behind: ${left.join(", ")} ${processes}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function assertGood(result: RunResult): void {
  assert.equal(result.lost, 0);
  assert.equal(result.duplicates, 0);
  assert.equal(result.answered, result.calls);
  assert.ok(result.executed >= result.calls, `${result.executed} executed for ${result.calls} stats`);
  assert.equal(result.xidKept, true);
  assert.ok(result.healToAnswerMs !== undefined && result.healToAnswerMs >= 0);
}

test("through the relay: nothing lost, nothing twice, and nothing left behind", async () => {
  await withTemporary(async (folder) => {
    const { out, err, status } = await output(
      demo(folder, ...SHORT, "--fault", "proxy", "--json", "--seed", "1"),
    );
    assert.equal(status, 0, err + out);
    const result = JSON.parse(out) as RunResult;
    assertGood(result);
    assert.equal(result.method, "proxy");
    await untilGone(folder);
  });
});

test("through network namespaces and a real blackhole route: the same", async (t) => {
  try {
    await (await openNetwork("netns")).network.close();
  } catch (error) {
    t.skip(
      `NOT TESTED, this machine allows no network namespaces: ${error instanceof Error ? error.message : error}`,
    );
    return;
  }
  await withTemporary(async (folder) => {
    const { out, err, status } = await output(demo(folder, ...SHORT, "--fault", "netns", "--seed", "2"));
    assert.equal(status, 0, err + out);
    assert.match(out, /client# ip route add blackhole 192\.168\.1\.200\/32/);
    assert.match(
      out,
      /mount -o ro,relatime,vers=3,\S*timeo=600,retrans=2,sec=sys 192\.168\.1\.200:\/export\/test/,
    );
    assert.match(out, /connection \d+ could not connect.*EINVAL/);
    assert.match(out, /calls .* 0 lost\n.* 0 twice\n/);
    assert.match(out, /first answer .* after the heal/);
    await untilGone(folder);
  });
});

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  test(`${signal} in the middle of an outage leaves no process and no file behind`, async () => {
    await withTemporary(async (folder) => {
      const child = demo(folder, "--healthy", "0.1", "--interval", "0.2", "--outage", "60", "--plain");
      const ended = output(child);
      await new Promise<void>((resolve, reject) => {
        let text = "";
        child.stdout!.on("data", (b: Buffer) => {
          text += b.toString();
          if (text.includes("server down")) resolve();
        });
        child.on("close", () => reject(new Error(`ended early: ${text}`)));
      });
      child.kill(signal);
      assert.equal((await ended).status, signal === "SIGINT" ? 130 : null);
      await untilGone(folder);
    });
  });
}

test("demo watch: the user's own server, without faults", async () => {
  await withTemporary(async (folder) => {
    const child = demo(folder, "watch", "nfs://127.0.0.1:1/x?mountport=1&retry=0");
    const { err, status } = await output(child);
    assert.equal(status, 3);
    assert.match(err, /^unstuck: .*ECONNREFUSED/);
  });
});

test("a seed gives one timeline, and its lengths stay near what was asked for", () => {
  const options = { intervalS: 1, healthyS: 4, outageS: 10, after: 4 };
  assert.deepEqual(planOf({ seed: 7, ...options }), planOf({ seed: 7, ...options }));
  for (let seed = 0; seed < 200; seed++) {
    const plan = planOf({ seed, ...options });
    assert.ok(expectedMs(plan) < 30_000);
    assert.ok(plan.healthyMs >= 4000 && plan.healthyMs <= 5000);
    assert.ok(plan.intervalMs + plan.strickenMs + plan.downMs + plan.backMs < plan.outageMs);
  }
});
