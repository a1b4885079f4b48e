/** The core, broken on purpose, in the mill: does it notice? */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type CoreClasses, type Found, hunt, MUTANTS, type Mutant } from "../mill/mod.js";

/** Seeds a world and strategy before a mutant counts as not noticed by chance. */
const SEEDS = 4;

export interface MutantRow {
  readonly name: string;
  /** Undefined: nothing noticed it. */
  readonly found: Found | undefined;
  /** A property noticed it that may. */
  readonly asExpected: boolean;
  readonly seconds: number;
}

/** Hunts all mutants, until the signal; `onRow` is told each. */
export async function runMutants(
  signal: AbortSignal,
  onRow: (row: MutantRow) => void,
): Promise<readonly MutantRow[]> {
  const rows: MutantRow[] = [];
  for (const mutant of MUTANTS) {
    await setImmediate();
    if (signal.aborted) break;
    const core = await loadMutant(mutant);
    const began = performance.now();
    const found = hunt(core, SEEDS);
    const seconds = (performance.now() - began) / 1000;
    const asExpected = found !== undefined && mutant.caughtBy.includes(found.property);
    const row = { name: mutant.name, found, asExpected, seconds };
    rows.push(row);
    onRow(row);
  }
  return rows;
}

/** `rule broken · property that caught it · what that took`, a line a mutant. */
export function mutantsText(rows: readonly MutantRow[]): string {
  const lines = rows.map(({ name, found, asExpected }) => {
    const property = found?.property ?? "NOT CAUGHT";
    return `${name.padEnd(72)} ${(asExpected ? property : `${property} (!)`).padEnd(21)} ${effort(found)}`;
  });
  const head = `${"rule that was broken".padEnd(72)} ${"caught by".padEnd(21)} executions or states until then`;
  const caught = rows.filter(({ asExpected }) => asExpected).length;
  return `${[head, ...lines, "", `${caught} of ${rows.length} caught`].join("\n")}\n`;
}

function effort(found: Found | undefined): string {
  if (found === undefined) return "";
  const { executions, steps, states, where } = found;
  const n = (value: number) => value.toLocaleString("en");
  const chance = `${n(executions)} executions, ${n(steps)} steps`;
  return states === 0 ? `${chance} (${where})` : `${chance}, then ${n(states)} states (${where})`;
}

/** The compiled product, as installed. */
const DIST = new URL("..", import.meta.resolve("unstuck/sunrpc"));

/** Loads a copy of the core with the mutant's edits. Throws when an edit's text does not occur exactly once. */
export async function loadMutant({ name, edits }: Pick<Mutant, "name" | "edits">): Promise<CoreClasses> {
  const folder = mkdtempSync(join(tmpdir(), "unstuck-mutant-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const part of ["xdr", "sunrpc"]) {
      cpSync(fileURLToPath(new URL(`${part}/`, DIST)), join(folder, part), {
        recursive: true,
        filter: (path) => !/\.(map|d\.ts|tsbuildinfo)$|\.(test|fixture)\.js$/.test(path),
      });
    }
    for (const { file, find, put } of edits) {
      const path = join(folder, "sunrpc", file.includes("/") ? file : join("clnt", file));
      const parts = readFileSync(path, "utf8").split(find);
      if (parts.length !== 2) {
        throw new Error(
          `mutant "${name}": its text occurs ${parts.length - 1} times in ${file}; bring it up to date`,
        );
      }
      writeFileSync(path, parts.join(put));
    }
    const cores = pathToFileURL(join(folder, "sunrpc", "mod.js"));
    return (await import(cores.href)) as CoreClasses;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
