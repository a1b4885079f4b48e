import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import {
  type Cell,
  conclusions,
  entryNames,
  type Fix,
  LEGEND,
  LETTERS,
  type Matrix,
  matrixHtml,
  matrixOf,
  POLICIES,
  type Preset,
  ROWS,
  type Row,
} from "../lab/mod.js";
import { checkPlace, writeWhole } from "./files.js";
import { preset } from "./options.js";

/** `lab matrix`. */
export function matrixCommand(): Command {
  return new Command("matrix")
    .description("Every set of fixes under every scheduler after every outage: all schedules of each")
    .option("--preset <kernel>", "the kernel that is changed", preset, "v3.6")
    .option("--html <file>", "write a page to look at, with the schedule of every cell")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
A row is a set of changes: all 32 sets of the five upstream commits of 2012, then what the report proposed.
A column is a scheduler and an outage; \`unstuck lab explore\` tells one cell's story, \`unstuck lab models\` how they are named.`,
    )
    .action(async (options: { preset: Preset; html?: string; json?: true }) => {
      if (options.html !== undefined) checkPlace("--html", options.html);
      const began = performance.now();
      const rows = await allRows(options.preset);
      const seconds = (performance.now() - began) / 1000;
      const matrix = matrixOf(options.preset, rows);
      if (options.html !== undefined) writeWhole(options.html, matrixHtml(matrix));
      if (options.json) process.stdout.write(`${JSON.stringify({ seconds, ...matrix }, undefined, 2)}\n`);
      else process.stdout.write(text(matrix, seconds));
    });
}

/** Every row, as many at a time as there are cores. */
async function allRows(kernel: Preset): Promise<readonly Row[]> {
  const { Piscina } = await import("piscina");
  const pool = new Piscina<{ preset: Preset; fixes: readonly Fix[] }, readonly Cell[]>({
    filename: fileURLToPath(new URL("./matrix-thread.js", import.meta.url)),
    maxThreads: availableParallelism(),
  });
  let done = 0;
  try {
    return await Promise.all(
      ROWS.map(async (fixes): Promise<Row> => {
        const cells = await pool.run({ preset: kernel, fixes });
        if (process.stderr.isTTY) process.stderr.write(`\r${++done} of ${ROWS.length} rows`);
        return { fixes, cells };
      }),
    );
  } finally {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    await pool.destroy();
  }
}

function text(matrix: Matrix, seconds: number): string {
  const entries = entryNames();
  const cells = matrix.rows.flatMap((row) => row.cells);
  const states = cells.reduce((sum, cell) => sum + cell.states, 0);
  const lines = [
    `${matrix.preset}; columns of each scheduler: ${entries.join(" ")}`,
    "",
    POLICIES.map((policy) => policy.padEnd(entries.length + 6)).join(""),
    ...matrix.rows.map(({ fixes, cells: row }) => {
      const letters = POLICIES.map((_, p) =>
        row
          .slice(p * entries.length, (p + 1) * entries.length)
          .map(({ verdict }) => LETTERS[verdict])
          .join(""),
      );
      return `${letters.map((some) => some.padEnd(entries.length + 6)).join("")}${fixes.join(" ") || "no change"}`;
    }),
    "",
    ...LEGEND,
    "",
    ...conclusions(matrix),
    "",
    `${cells.length} cells, ${states.toLocaleString("en")} states, ${seconds.toFixed(1)} s`,
    `the model: ${matrix.limits}`,
    "one cell: unstuck lab explore reconnect_v3.6_none_task-above-worker_rst",
  ];
  return `${lines.join("\n")}\n`;
}
