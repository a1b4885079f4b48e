import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Explored, explore, type Model } from "../explore/mod.js";
import { FAMILY } from "../models/mod.js";
import { check } from "./check.js";
import { layout } from "./layout.js";
import { compile, type GuardedProgram } from "./mod.js";
import { samplePrograms } from "./programs.fixture.js";
import { randomProgram, TWO_WRITERS } from "./reduce.fixture.js";
import { twoPhaseProgram } from "./two-phase-commit.js";

type Compile = (program: GuardedProgram) => Model;

/** What a reduction must not change; of the breadth-first search the length of the shortest way to what is broken, too. */
function findings({ broken, deadEnd, goal }: Explored, order: string): string {
  const way =
    broken === undefined
      ? "nothing broken"
      : order === "bfs"
        ? `broken after ${broken.choices.length}`
        : "broken";
  return `${way}, ${deadEnd === undefined ? "no dead end" : "a dead end"}, ${goal > 0 ? "a goal" : "no goal"}`;
}

const WAYS = [
  { order: "bfs", store: "exact" },
  { order: "dfs", store: "exact" },
  { order: "bfs", store: "compact" },
  { order: "dfs", store: "compact" },
] as const;

/** What a search with the reduction says otherwise than one without; and the states of both. */
function compare(make: Compile, program: GuardedProgram, ways: (typeof WAYS)[number][]) {
  const model = make(program);
  const differs: string[] = [];
  let [whole, less] = [0, 0];
  for (const way of ways) {
    const all = explore(model, way);
    const some = explore(model, { ...way, reduce: true });
    assert.equal(all.complete && some.complete, true);
    const [expected, got] = [findings(all, way.order), findings(some, way.order)];
    if (expected !== got)
      differs.push(`${program.name}, ${way.order} ${way.store}: ${got}, and there is ${expected}`);
    whole += all.distinct;
    less += some.distinct;
  }
  return { differs, whole, less };
}

function* programs(): Generator<GuardedProgram> {
  yield TWO_WRITERS;
  for (let seed = 0; seed < 1_500; seed++) yield randomProgram(seed);
}

test("a reduced search finds in random programs what a whole one finds, as near", () => {
  let [whole, less] = [0, 0];
  const seen = new Map<string, number>();
  for (const program of programs()) {
    const found = compare(compile, program, [...WAYS]);
    assert.deepEqual(found.differs, []);
    whole += found.whole;
    less += found.less;
    const what = findings(explore(compile(program), {}), "dfs");
    seen.set(what, (seen.get(what) ?? 0) + 1);
  }
  assert(less < 0.9 * whole, `${less} of ${whole} states: the programs have become too dense`);
  for (const [what, times] of seen) assert(times >= 10, `${what}: only ${times} programs`);
  assert.equal(seen.size, 8, "every combination of findings occurs");
});

test("so it does in the models of the kernel and its family", (t) => {
  const programs = [
    ...samplePrograms().map(({ program }) => program),
    ...FAMILY.flatMap(({ broken, fixed }) => [broken, fixed]),
  ];
  let [whole, less] = [0, 0];
  for (const program of programs) {
    const found = compare(compile, program, [...WAYS]);
    assert.deepEqual(found.differs, []);
    whole += found.whole;
    less += found.less;
  }
  t.diagnostic(`${less} states of ${whole}`);
});

test("two-phase commit needs this many of its states", () => {
  const counts = [3, 5, 7].map((n) => {
    const model = compile(twoPhaseProgram(n));
    return [explore(model).distinct, explore(model, { reduce: true }).distinct];
  });
  assert.deepEqual(counts, [
    [288, 209],
    [8_832, 3_626],
    [296_448, 61_191],
  ]);
});

test("a model that does not know what commutes cannot be reduced", () => {
  const { reduce: _, ...model } = compile(twoPhaseProgram(3));
  assert.throws(() => explore(model, { reduce: true }), /does not know which of its steps commute/);
});

/** Rules of the reduction, taken out by an edit of its compiled text. */
const WRONG: readonly [rule: string, find: string, put: string][] = [
  ["what does not commute comes along", "return dependents[row];", "return new Int32Array(words);"],
  [
    "what may enable a step comes along",
    "return conditions[row].helpers[part];",
    "return new Int32Array(words);",
  ],
  ["what the properties wait for comes along", "i < wanted.length", "i < 0"],
  [
    "an urgent step is in the way of others",
    ", ...blockers[row].flatMap((b) => [...placesOf([steps[b].when])])",
    "",
  ],
  [
    "what clears the way comes along",
    "return unblockers[",
    "return [new Int32Array(words)][0] ?? unblockers[",
  ],
  ["a step that writes what another writes does not commute with it", " || mine.has(place)) ||", ") ||"],
  ["some step is taken", "if (fewest === 0)\n            fewest = closeWithOne(out);", ""],
];

for (const [rule, find, put] of WRONG) {
  test(`without this rule something is missed: ${rule}`, async (t) => {
    const make = await edited(find, put);
    for (const program of programs()) {
      const { differs } = compare(make, program, [...WAYS]);
      if (differs.length === 0) continue;
      t.diagnostic(differs[0]!);
      return;
    }
    assert.fail("nothing was");
  });
}

/** Models whose reduction is that of an edited text. */
async function edited(find: string, put: string): Promise<Compile> {
  const here = new URL("./", import.meta.url);
  const parts = readFileSync(fileURLToPath(new URL("reduce.js", here)), "utf8").split(find);
  assert.equal(parts.length, 2, `"${find}" occurs ${parts.length - 1} times; bring it up to date`);
  const text = parts.join(put).replaceAll('from "./', `from "${here.href}`);
  const folder = mkdtempSync(join(tmpdir(), "unstuck-reduce-"));
  try {
    const path = join(folder, "reduce.mjs");
    writeFileSync(path, text);
    const { reduction } = (await import(pathToFileURL(path).href)) as typeof import("./reduce.js");
    return (program) => {
      const checked = check(program);
      return { ...compile(program), reduce: reduction(checked, layout(checked.places)) };
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
