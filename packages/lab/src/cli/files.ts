/** Scenarios by file or by name, and files that are written whole or not at all. */
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadScenario, nearest, type Scenario, ScenarioError } from "../lab/mod.js";
import { LabError, usage } from "./failure.js";

const bundled = fileURLToPath(new URL("../../scenarios/", import.meta.url));

export interface Named {
  readonly name: string;
  readonly file: string;
}

/** The scenarios that come with the lab, by name. */
export function scenarios(): readonly Named[] {
  return readdirSync(bundled)
    .filter((file) => /\.(yaml|sh)$/.test(file))
    .map((file) => ({ name: basename(file, extname(file)), file: join(bundled, file) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A scenario from a file, or one that comes with the lab by its name. `-` reads standard input. */
export function readScenario(word: string): {
  readonly scenario: Scenario;
  readonly notes: readonly string[];
} {
  const known = scenarios();
  const file = word === "-" || existsSync(word) ? word : known.find(({ name }) => name === word)?.file;
  if (file === undefined) {
    const meant = nearest(
      word,
      known.map(({ name }) => name),
    );
    const hint = meant === undefined ? "" : ` did you mean ${meant}?`;
    throw usage(`no file and no scenario is called ${word};${hint} unstuck lab list has the scenarios`);
  }
  const text = readText(file);
  try {
    return loadScenario(text, file === "-" ? "standard input" : file);
  } catch (error) {
    if (error instanceof ScenarioError) throw usage(error.message);
    throw error;
  }
}

export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new LabError(`${file}: ${(error as Error).message}`, 1);
  }
}

/** Throws LabError, status 2, where no file can be written: said before long work, not after it. */
export function checkPlace(option: string, file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    // A device is written to whoever owns its folder.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) return;
    throw usage(`${option} ${file}: ${(error as Error).message}`);
  }
}

/** Writes a file; when that fails in the middle (a full disk), nothing half-written keeps its name. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  // A device or a pipe is written to, never replaced.
  const regular = statSync(file, { throwIfNoEntry: false })?.isFile() !== false;
  const part = regular ? `${file}.part` : file;
  try {
    writeFileSync(part, content);
    if (regular) renameSync(part, file);
  } catch (error) {
    if (regular) rmSync(part, { force: true });
    throw new LabError(`${file}: ${(error as Error).message}`, 1);
  }
}
