import { InvalidArgumentError } from "commander";
import { FIXES, type Fix, PRESETS, type Preset, suggest } from "../lab/mod.js";

/** An integer from 0 up. */
export function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError("a whole number from 0 up is needed.");
  return value;
}

export function preset(text: string): Preset {
  const found = PRESETS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`there is no such kernel; ${suggest(text, PRESETS)}`);
}

/** Fixes by name, a comma between them. */
export function variant(text: string): readonly Fix[] {
  return text
    .split(",")
    .filter((name) => name !== "" && name !== "none")
    .map((name) => {
      const found = FIXES.find((fix) => fix === name);
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`there is no change called ${name}; ${suggest(name, FIXES)}`);
    });
}
