import { type Cell, type Fix, type Preset, runRow } from "../lab/mod.js";

/** A row of the matrix, in a thread of its own. */
export default function row({ preset, fixes }: { preset: Preset; fixes: readonly Fix[] }): readonly Cell[] {
  return runRow(preset, fixes);
}
