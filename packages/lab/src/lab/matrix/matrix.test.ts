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
  ["HHH·HHHHHHHH sss·ssssssss sss·ssssssss sss·ssssssss", "close-on-close-wait quiet-abort"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "disconnected-on-close-wait quiet-abort"],
  ["·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH", "no-shutdown-on-epipe quiet-abort"],
  ["HHH·HHHHHHHH sss·ssssssss sss·ssssssss sss·ssssssss", "close-on-close-wait no-error-callback"],
  ["HHHHHHHHHHHH ssssssssssss ssssssssssss ssssssssssss", "disconnected-on-close-wait no-error-callback"],
  ["·HHHHH·HH·HH ssssssssssss ssssssssssss sHHHHHsHHsHH", "no-shutdown-on-epipe no-error-callback"],
  ["············ ············ ············ ·ss·ss·ss·ss", "quiet-abort no-error-callback"],
  [
    "·HH·HH·HH·HH sss·ssssssss sss·ssssssss sHH·HHsHHsHH",
    "close-on-close-wait disconnected-on-close-wait no-shutdown-on-epipe",
  ],
  [
    "HHH·HHHHHHHH sss·ssssssss sss·ssssssss sss·ssssssss",
    "close-on-close-wait disconnected-on-close-wait quiet-abort",
  ],
  [
    "·HH·HH·HH·HH sss·ssssssss sss·ssssssss sHH·HHsHHsHH",
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
    "············ ············ ············ ·ss·ss·ss·ss",
    "disconnected-on-close-wait quiet-abort no-error-callback",
  ],
  [
    "············ ············ ············ ·ss·ss·ss·ss",
    "no-shutdown-on-epipe quiet-abort no-error-callback",
  ],
  [
    "·HH·HH·HH·HH sss·ssssssss sss·ssssssss sHH·HHsHHsHH",
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
    "············ ············ ············ ·ss·ss·ss·ss",
    "disconnected-on-close-wait no-shutdown-on-epipe quiet-abort no-error-callback",
  ],
  [
    "············ ············ ············ ·ss·ss·ss·ss",
    "close-on-close-wait disconnected-on-close-wait no-shutdown-on-epipe quiet-abort no-error-callback",
  ],
  ["············ ssssssssssss ssssssssssss ssssssssssss", "eagain-to-connect"],
  ["············ ············ ············ ············", "no-early-wake"],
  ["············ ············ ············ ············", "eagain-to-connect no-early-wake"],
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
  assert.deepEqual(enough.spoilt, []);
  assert.equal(enough.proposed.length, 3);
});

test("none of them keeps a lost wake-up from costing a minute, but the report's right fix does", () => {
  const always = matrix().sufficient.find(
    ({ aim, policy }) => aim === "always recovers" && policy === "any",
  )!;
  assert.deepEqual(always.sets, []);
  assert.deepEqual(always.proposed, [["no-early-wake"], ["eagain-to-connect", "no-early-wake"]]);
});

test("not shutting down on EPIPE alone makes things worse", () => {
  assert.deepEqual(
    matrix().regressions.map(({ fix, from, to }) => `${fix}: ${from} to ${to}`),
    ["no-shutdown-on-epipe: stalls to hangs"],
  );
});

test("the line of every cell plays, and ends as its verdict says", () => {
  const outcomes = new Map<string, Set<string>>();
  for (const { cells } of matrix().rows.slice(0, 12)) {
    for (const { line, model, verdict } of cells.slice(0, 40)) {
      if (line === undefined) continue;
      const { outcome, misfits, edited } = replay(modelRuns(namedModel(model)), parseSchedule(line));
      assert.deepEqual([misfits, edited], [[], false], model);
      outcomes.set(verdict, (outcomes.get(verdict) ?? new Set()).add(outcome));
    }
  }
  assert.deepEqual([...outcomes.get("hangs")!], ["cycle"]);
  assert.deepEqual([...outcomes.get("stalls")!], ["open"]);
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
