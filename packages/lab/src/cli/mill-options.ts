import { InvalidArgumentError } from "commander";
import { nearest, suggest } from "../lab/mod.js";
import {
  LARGE,
  SEARCHED,
  SERVER_WORLDS,
  type Strategy,
  WORK_POLICIES,
  type WorkPolicy,
} from "../mill/mod.js";

/** `uniform` or `pct:DEPTH`. */
export function strategy(text: string): Strategy {
  const [name = "", depth = "3", ...rest] = text.split(":");
  const value = Number(depth);
  if (name === "uniform" && text === name) return { kind: "uniform" };
  if (name === "pct" && rest.length === 0 && Number.isSafeInteger(value) && value >= 1)
    return { kind: "pct", depth: value };
  throw new InvalidArgumentError(
    `${suggest(name, ["uniform", "pct"])} A strategy is uniform, or pct:DEPTH as pct:3.`,
  );
}

/** {@link strategy} undone. */
export function strategyWord(one: Strategy): string {
  return one.kind === "uniform" ? one.kind : `pct:${one.depth}`;
}

/** Orders of work by name, a comma between them. */
export function orders(text: string): readonly WorkPolicy[] {
  return text.split(",").map((word) => {
    const found = WORK_POLICIES.find((name) => name === word);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`there is no such order of work; ${suggest(word, WORK_POLICIES)}`);
  });
}

/** Worlds by name, a comma between them. */
export function scenarios(text: string): readonly string[] {
  const names = [...new Set([...SEARCHED, ...LARGE, ...SERVER_WORLDS].map(({ name }) => name))];
  return text.split(",").map((word) => {
    if (names.includes(word)) return word;
    const meant = nearest(word, names);
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    throw new InvalidArgumentError(
      `no world is called ${word}${hint} (all of them: unstuck lab mill --list).`,
    );
  });
}
