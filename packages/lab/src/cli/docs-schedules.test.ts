/** The pages about all schedules against the program. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { FIXES, LETTERS, ROWS, runRow } from "../lab/mod.js";
import { exploreCommand } from "./explore.js";

const ROOT = new URL("../../../../", import.meta.url);
const BIN = fileURLToPath(new URL("packages/unstuck/bin/unstuck.js", ROOT));
const page = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const EVERY = page("docs/internals/every-schedule.md");

const EXCERPTS = [
  ...page("docs/guide/commands.md").matchAll(/^```\n\$ npx unstuck (lab .*)\n((?:.*\n)*?)```$/gm),
];

test("there are excerpts to check", () => assert.equal(EXCERPTS.length, 6));

for (const [, command = "", lines = ""] of EXCERPTS) {
  test(`unstuck ${command.slice(0, 60)}: what the guide shows of it is printed, in that order`, () => {
    const { stdout, stderr } = spawnSync(process.execPath, [BIN, ...command.split(" ")], {
      encoding: "utf8",
    });
    const printed = stdout.split("\n");
    let at = 0;
    for (const line of lines.trimEnd().split("\n")) {
      const place = printed.indexOf(line, at);
      assert.notEqual(place, -1, `not printed: ${line}\nbut: ${stdout}${stderr}`);
      at = place + 1;
    }
  });
}

test("the hang has as many states, and its cycle as many steps, as the page says", async () => {
  const said = /the model of 3\.6 has (\d+) states(?:.|\n)*The cycle is (\d+) steps/.exec(EVERY);
  let json = "";
  const print = {
    out: (text: string) => {
      json += text;
    },
    err: () => {},
  };
  await exploreCommand(print).parseAsync(["reconnect_v3.6_none_task-above-worker_rst", "--json"], {
    from: "user",
  });
  process.exitCode = 0;
  const { states, schedule } = JSON.parse(json) as { states: number; schedule: { repeats: boolean }[] };
  const cycle = schedule.filter(({ repeats }) => repeats).length;
  assert.deepEqual([said?.[1], said?.[2]], [`${states}`, `${cycle}`]);
});

test("the rows of the page are rows of the matrix", () => {
  const rows = [...EVERY.matchAll(/^([·sHc!]{12}(?: +[·sHc!]{12}){3}) +(.*)$/gm)];
  assert.equal(rows.length, 10);
  for (const [line, letters = "", words = ""] of rows) {
    const all = words.includes("all five") ? ROWS.find((row) => row.length === 5) : undefined;
    const both = words === "both of the report's" ? ROWS.at(-1) : undefined;
    const fixes = all ?? both ?? FIXES.filter((fix) => words.split(" ").includes(fix));
    const cells = runRow("v3.6", fixes).map(({ verdict }) => LETTERS[verdict]);
    assert.equal(cells.join(""), letters.replaceAll(" ", ""), line);
  }
});
