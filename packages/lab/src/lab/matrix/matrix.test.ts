import assert from "node:assert/strict";
import { test } from "node:test";
import { modelRuns, parseSchedule, replay } from "../explore/mod.js";
import { namedModel } from "../models/mod.js";
import { COLUMNS, LETTERS, type Matrix, matrixHtml, matrixOf, ROWS, runRow } from "./mod.js";

let known: Matrix | undefined;
/** The whole matrix of v3.6, once. */
function matrix(): Matrix {
  known ??= matrixOf(
    "v3.6",
    ROWS.map((fixes) => ({ fixes, cells: runRow("v3.6", fixes) })),
  );
  return known;
}

/** By scheduler: the task above the worker, the worker above the task, equal, a CPU each. By outage: as `ENTRIES`. */
const TABLE: readonly (readonly [letters: string, fixes: string])[] = [
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", ""],
  ["HHH·HHHHHHHH sss·ssssssss sss·ssssssss sss·ssssssss", "close-on-close-wait"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "disconnected-on-close-wait"],
  ["·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH", "no-shutdown-on-epipe"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "quiet-abort"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "no-error-callback"],
  ["HHH·HHHHHHHH sss·ssssssss sss·ssssssss sss·ssssssss", "close-on-close-wait disconnected-on-close-wait"],
  ["·HH·HH·HH·HH sss·ssssssss sss·ssssssss sHH·HHsHHsHH", "close-on-close-wait no-shutdown-on-epipe"],
  ["·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH", "disconnected-on-close-wait no-shutdown-on-epipe"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "close-on-close-wait quiet-abort"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "disconnected-on-close-wait quiet-abort"],
  ["·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH", "no-shutdown-on-epipe quiet-abort"],
  ["HHH·HHHHHHHH sss·ssssssss sss·ssssssss sss·ssssssss", "close-on-close-wait no-error-callback"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "disconnected-on-close-wait no-error-callback"],
  ["·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH", "no-shutdown-on-epipe no-error-callback"],
  ["············ ···sss···sss ············ ·sssss·sssss", "quiet-abort no-error-callback"],
  [
    "·HH·HH·HH·HH sss·ssssssss sss·ssssssss sHH·HHsHHsHH",
    "close-on-close-wait disconnected-on-close-wait no-shutdown-on-epipe",
  ],
  [
    "HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss",
    "close-on-close-wait disconnected-on-close-wait quiet-abort",
  ],
  [
    "·HH·HH·HH·HH ssssssssssss ssssssssssss sHHsHHsHHsHH",
    "close-on-close-wait no-shutdown-on-epipe quiet-abort",
  ],
  [
    "·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH",
    "disconnected-on-close-wait no-shutdown-on-epipe quiet-abort",
  ],
  [
    "HHH·HHHHHHHH sss·ssssssss sss·ssssssss sss·ssssssss",
    "close-on-close-wait disconnected-on-close-wait no-error-callback",
  ],
  [
    "·HH·HH·HH·HH sss·ssssssss sss·ssssssss sHH·HHsHHsHH",
    "close-on-close-wait no-shutdown-on-epipe no-error-callback",
  ],
  [
    "·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH",
    "disconnected-on-close-wait no-shutdown-on-epipe no-error-callback",
  ],
  [
    "············ ············ ············ ·ss·ss·ss·ss",
    "close-on-close-wait quiet-abort no-error-callback",
  ],
  [
    "············ ···sss···sss ············ ·sssss·sssss",
    "disconnected-on-close-wait quiet-abort no-error-callback",
  ],
  [
    "············ ···sss···sss ············ ·ssHHH·sssHH",
    "no-shutdown-on-epipe quiet-abort no-error-callback",
  ],
  [
    "·HH·HH·HH·HH ssssssssssss ssssssssssss sHHsHHsHHsHH",
    "close-on-close-wait disconnected-on-close-wait no-shutdown-on-epipe quiet-abort",
  ],
  [
    "·HH·HH·HH·HH sss·ssssssss sss·ssssssss sHH·HHsHHsHH",
    "close-on-close-wait disconnected-on-close-wait no-shutdown-on-epipe no-error-callback",
  ],
  [
    "············ ············ ············ ·ss·ss·ss·ss",
    "close-on-close-wait disconnected-on-close-wait quiet-abort no-error-callback",
  ],
  [
    "············ ············ ············ ·ss·ss·ss·ss",
    "close-on-close-wait no-shutdown-on-epipe quiet-abort no-error-callback",
  ],
  [
    "············ ···sss···sss ············ ·ssHHH·sssHH",
    "disconnected-on-close-wait no-shutdown-on-epipe quiet-abort no-error-callback",
  ],
  [
    "············ ············ ············ ·ss·ss·ss·ss",
    "close-on-close-wait disconnected-on-close-wait no-shutdown-on-epipe quiet-abort no-error-callback",
  ],
  ["·ss·ssssssss ssssssssssss ssssssssssss ssssssssssss", "eagain-to-connect"],
  ["············ ···sss···sss ············ ···!!!···!!!", "no-early-wake"],
  ["············ ············ ············ ···!!!······", "eagain-to-connect no-early-wake"],
];

test("every cell of the matrix is as it was", () => {
  const rows = matrix().rows.map(({ fixes, cells }) => {
    const letters = cells.map(({ verdict }, i) => (i > 0 && i % 12 === 0 ? " " : "") + LETTERS[verdict]);
    return [letters.join(""), fixes.join(" ")];
  });
  assert.deepEqual(rows, TABLE);
});

test("two of the five upstream changes end the hang, and no fewer do", () => {
  const enough = matrix().sufficient.find(({ aim, policy }) => aim === "never hangs" && policy === "any")!;
  assert.deepEqual(enough.sets, [["quiet-abort", "no-error-callback"]]);
  // Without the real close on a FIN, a bit that a shutdown left may meet a task that only tries again.
  const spoilt = ["no-shutdown-on-epipe", "quiet-abort", "no-error-callback"];
  assert.deepEqual(enough.spoilt, [spoilt, ["disconnected-on-close-wait", ...spoilt]]);
  assert.deepEqual(enough.proposed, [["eagain-to-connect"]]);
});

test("none of them keeps a lost wake-up from costing a minute; what the report proposed does on one CPU", () => {
  const always = matrix().sufficient.filter(({ aim }) => aim === "always recovers");
  assert.deepEqual(always.find(({ policy }) => policy === "any")?.sets, []);
  assert.deepEqual(
    always.map(({ policy, proposed }) => [policy, proposed]),
    [
      ["any", []],
      ["task-above-worker", [["no-early-wake"], ["eagain-to-connect", "no-early-wake"]]],
      ["worker-above-task", [["eagain-to-connect", "no-early-wake"]]],
      ["equal", [["no-early-wake"], ["eagain-to-connect", "no-early-wake"]]],
      ["smp", []],
    ],
  );
});

test("the report's right fix may send a call twice where the worker has a CPU of its own", () => {
  const smp = matrix()
    .rows.filter(({ fixes }) => fixes.includes("no-early-wake"))
    .flatMap(({ cells }) => cells.filter((_, i) => COLUMNS[i]!.policy === "smp"));
  const broken = smp.filter(({ verdict }) => verdict === "breaks");
  assert.equal(broken.length, 9);
  for (const { property } of broken) assert.equal(property, "a call goes out twice on a live connection");
});

test("two of them make things worse without the others", () => {
  assert.deepEqual(
    matrix().regressions.map(({ fix, cells, from, to }) => `${fix}: ${cells} cells from ${from} to ${to}`),
    [
      "no-shutdown-on-epipe: 112 cells from stalls to hangs",
      // Its new flag reset undoes the close that a FIN asked for, when a RST comes after it.
      "quiet-abort: 2 cells from recovers to hangs",
      "quiet-abort: 12 cells from recovers to stalls",
    ],
  );
});

test("the lines of the cells play, and end as their verdicts say", () => {
  const outcomes = new Map<string, Set<string>>();
  for (const [row, { cells }] of matrix().rows.entries()) {
    for (const [column, { line, model, verdict }] of cells.entries()) {
      // All of them take long; so every row and every column has its turn.
      if (line === undefined || (row + column) % 13 !== 0) continue;
      const { outcome, misfits, edited } = replay(modelRuns(namedModel(model)), parseSchedule(line));
      assert.deepEqual([misfits, edited], [[], false], model);
      outcomes.set(verdict, (outcomes.get(verdict) ?? new Set()).add(outcome));
    }
  }
  assert.deepEqual([...outcomes.get("hangs")!], ["cycle"]);
  assert.deepEqual([...outcomes.get("stalls")!], ["open"]);
  assert.match([...outcomes.get("breaks")!].join(), /^broken/);
});

test("a missing row is told", () => {
  assert.throws(() => matrixOf("v3.6", matrix().rows.slice(1)), /the row without changes is missing/);
});

test("the page has every cell, and no mark-up of anybody else's", () => {
  const page = matrixHtml(matrix());
  assert.equal(page.match(/data-cell=/g)?.length, ROWS.length * COLUMNS.length);
  assert.doesNotMatch(page, /src=|href=/);
  const cells = [...page.matchAll(/data-cell="([^"]*)"/g)].map(([, text]) =>
    JSON.parse(text!.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))),
  );
  assert.equal(
    cells.filter(({ verdict }) => verdict === "hangs").length,
    page.match(/class="hangs"/g)?.length,
  );
});
