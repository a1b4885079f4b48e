import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { exploreCommand } from "./explore.js";
import { LabError } from "./failure.js";
import { shrinkCommand } from "./shrink.js";

const BIN = fileURLToPath(new URL("./bin/unstuck.js", import.meta.resolve("unstuck/package.json")));
const HANG = "reconnect_v3.6_none_task-above-worker_rst";

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line within this process: `explore …` or `shrink …`. */
async function lab(line: string): Promise<Ran> {
  const ran = { status: 0, stdout: "", stderr: "" };
  const print = {
    out: (text: string) => {
      ran.stdout += text;
    },
    err: (text: string) => {
      ran.stderr += text;
    },
  };
  const [name, ...args] = line.split(" ").filter((word) => word !== "");
  const command = (name === "explore" ? exploreCommand : shrinkCommand)(print);
  command.exitOverride().configureOutput({ writeErr: print.err });
  process.exitCode = 0;
  try {
    await command.parseAsync(args, { from: "user" });
    ran.status = Number(process.exitCode);
  } catch (error) {
    if (error instanceof LabError) {
      ran.stderr += error.message;
      ran.status = error.status;
    } else if (error instanceof CommanderError) ran.status = 2;
    else throw error;
  } finally {
    process.exitCode = 0;
  }
  return ran;
}

/** One command line as the user has it. */
function spawned(args: readonly string[], input: string): Ran {
  const ran = spawnSync(process.execPath, [BIN, "lab", ...args], { input, encoding: "utf8" });
  return { ...ran, status: ran.status ?? -1 };
}

function folder(t: { after(fn: () => void): void }): string {
  const dir = mkdtempSync(join(tmpdir(), "unstuck-explore-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

test("the exit status is the verdict's, and nothing but the result is written to a pipe", async () => {
  for (const [args, status, says] of [
    ["explore two-phase-commit_3", 0, /recovers\n/],
    [`explore ${HANG}`, 1, /hangs\n/],
    ["explore two-phase-commit_6 --max-states 500", 1, /undecided\n.*[\s\S]*incomplete: 500 states/],
    ["explore two-phase-commit_4 --safety", 0, /safe\n/],
  ] as const) {
    const ran = await lab(args);
    assert.equal(ran.status, status, args);
    assert.match(ran.stdout, says);
    assert.equal(ran.stderr, "");
  }
});

test("words that mean nothing, or do not go together, are refused before any search", async () => {
  for (const [args, says] of [
    ["", /missing required argument/],
    ["nonsense", /a model is/],
    ["two-phase-commit_3 nonsense", /a model is/],
    ["two-phase-commit_3 --max-states 0", /from 1 up/],
    ["two-phase-commit_3 --max-states 1.5", /from 1 up/],
    ["two-phase-commit_3 --max-seconds -1", /above 0/],
    ["two-phase-commit_3 --max-megabytes lots", /from 1 up/],
    ["two-phase-commit_3 --format pdf", /text, json/],
    ["two-phase-commit_3 --json --format itf", /one of them/],
    ["two-phase-commit_3 two-phase-commit_4 --format html", /one model/],
    ["two-phase-commit_3 --order dfs", /goes with --safety/],
    [
      "two-phase-commit_3 --reduce",
      /goes with --safety: what it leaves out may be what a fair schedule owes/,
    ],
    ["two-phase-commit_3 --resume /nowhere/x", /--resume: ENOENT/],
    ["two-phase-commit_3 --safety --resume /nowhere/x", /ENOENT/],
    ["two-phase-commit_3 --safety --checkpoint /nowhere/x", /ENOENT/],
    ["two-phase-commit_3 two-phase-commit_4 --safety --checkpoint /tmp/x", /one model/],
    ["two-phase-commit_3 -o /nowhere/x", /-o \/nowhere\/x: ENOENT/],
  ] as const) {
    const ran = await lab(`explore ${args}`);
    assert.equal(ran.status, 2, args);
    assert.match(ran.stderr, says);
    assert.equal(ran.stdout, "");
  }
});

test("of several models there is a line each, or a list, and the worst decides", async () => {
  const models = `two-phase-commit_3 ${HANG}`;
  const text = await lab(`explore ${models}`);
  assert.equal(text.status, 1);
  assert.deepEqual(
    text.stdout
      .trim()
      .split("\n")
      .map((line) => line.split(",")[0]),
    ["two-phase-commit_3: recovers", `${HANG}: hangs`],
  );
  const list = JSON.parse((await lab(`explore ${models} --json`)).stdout) as { verdict: string }[];
  assert.deepEqual(
    list.map(({ verdict }) => verdict),
    ["recovers", "hangs"],
  );
});

test("Ctrl-C ends a search, which tells how far it came and leaves a checkpoint", async (t) => {
  const dir = folder(t);
  const [file, out] = [join(dir, "checkpoint"), join(dir, "out.json")];
  // The runner has a handler of its own, which would end this process.
  const others = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  t.after(() => {
    for (const other of others) process.on("SIGINT", other);
  });
  process.once("newListener", () => setImmediate(() => process.emit("SIGINT")));
  const ran = await lab(`explore two-phase-commit_11 two-phase-commit_3 --json -o ${out}`);
  assert.equal(ran.status, 130);
  assert.match(ran.stderr, /not begun: two-phase-commit_3/);
  const [{ why, complete, verdict }] = JSON.parse(readFileSync(out, "utf8"));
  assert.deepEqual({ why, complete, verdict }, { why: "interrupted", complete: false, verdict: "undecided" });
  process.once("newListener", () => setImmediate(() => process.emit("SIGINT")));
  const safety = await lab(`explore two-phase-commit_11 --safety --checkpoint ${file}`);
  assert.equal(safety.status, 130);
  assert.match(safety.stdout, /incomplete: interrupted/);
  assert.equal(existsSync(file), true);
  assert.deepEqual(process.listeners("SIGINT"), []);
});

test("a trace of nothing is not written", async (t) => {
  const out = join(folder(t), "trace");
  const ran = await lab(`explore two-phase-commit_3 --format itf -o ${out}`);
  assert.equal(ran.status, 0);
  assert.equal(existsSync(out), false);
  assert.match(ran.stderr, /no schedule to show: two-phase-commit_3: recovers/);
});

test("a story goes through a pipe to replay and to shrink", async () => {
  const { stdout: story } = await lab(`explore ${HANG}`);
  const replayed = spawned(["replay", "-", "--times", "100"], story);
  assert.equal(replayed.status, 0);
  assert.match(replayed.stdout, /100 times the same digest of every state/);
  const shrunk = spawned(["shrink", "-"], story);
  assert.equal(shrunk.status, 0);
  assert.match(
    shrunk.stdout,
    /cycle, where nothing leads to the goal[\s\S]*before[\s\S]*after[\s\S]*replays/,
  );
  assert.equal(spawned(["replay", "-"], "\n").status, 2);
});

test("a schedule that shows nothing is not shrunk; one that hangs becomes no other", async () => {
  const model = "family_killed-task-keeps-the-write-lock_broken";
  const { line } = JSON.parse((await lab(`explore ${model} --json`)).stdout) as { line: string };
  const open = await lab(`shrink ${line.split(",").slice(0, 2).join(",")}`);
  assert.equal(open.status, 1);
  assert.match(open.stderr, /still in reach/);
  assert.equal((await lab("shrink xx")).status, 2);
  const { complete, shows, before, after } = JSON.parse((await lab(`shrink ${line} --json`)).stdout);
  assert.equal(complete, true);
  assert.ok(after.steps <= before.steps);
  assert.match(shows, /nothing leads to the goal/);
});
