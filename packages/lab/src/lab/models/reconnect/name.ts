/** A reconnect's name: enough to build it again, in letters that shells and URLs leave alone. */
import { rulesOf } from "../../linux/rules.js";
import { FIXES, type Fix, PRESETS, type Preset } from "../../scenario/mod.js";
import { POLICIES, type Policy } from "./policy.js";
import type { Reconnect } from "./reconnect.js";
import type { Entry } from "./variables.js";

/** Which kernel with which changes, under which scheduler, after which outage. */
export interface ReconnectSpec {
  readonly preset: Preset;
  readonly fixes: readonly Fix[];
  readonly policy: Policy;
  readonly entry: Entry;
}

/** `reconnect_v3.6_quiet-abort.no-error-callback_smp_rst`: kernel, fixes or `none`, policy, entry. */
export function reconnectName({ preset, fixes, policy, entry }: ReconnectSpec): string {
  return ["reconnect", preset, fixes.join(".") || "none", policy, entryName(entry)].join("_");
}

/** `rst`, `fin.rst`, `rst.rst.rst.refused`: what comes first, the extra resets, the refusals. */
export function entryName({ first, extraRsts, refusals }: Entry): string {
  return [first, ...Array(extraRsts).fill("rst"), ...Array(refusals).fill("refused")].join(".");
}

/** What a name says; a text: what is wrong with it. */
export function parseReconnectName(name: string): ReconnectSpec | string {
  const [head, preset, fixes, policy, entry, ...rest] = name.split("_");
  if (head !== "reconnect" || entry === undefined || rest.length > 0)
    return "a reconnect is reconnect_KERNEL_FIXES_POLICY_ENTRY";
  const isOf = <T extends string>(words: readonly T[], word: string | undefined): word is T =>
    words.some((known) => known === word);
  if (!isOf(PRESETS, preset)) return `no kernel ${preset}: ${PRESETS.join(", ")}`;
  const fixWords = fixes === "none" || fixes === undefined ? [] : fixes.split(".");
  const wrong = fixWords.find((word) => !isOf(FIXES, word));
  if (wrong !== undefined) return `no fix ${wrong}: none, or ${FIXES.join(", ")} with dots between`;
  if (!isOf(POLICIES, policy)) return `no policy ${policy}: ${POLICIES.join(", ")}`;
  const parsed = parseEntry(entry);
  if (parsed === undefined)
    return `no entry ${entry}: rst or fin, then .rst and .refused up to three times each`;
  return { preset, fixes: fixWords.filter((word): word is Fix => isOf(FIXES, word)), policy, entry: parsed };
}

function parseEntry(text: string): Entry | undefined {
  const [, first, rsts = "", refused = ""] =
    /^(rst|fin)((?:\.rst){0,3})((?:\.refused){0,3})$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  return {
    first: first === "fin" ? "fin" : "rst",
    extraRsts: rsts.length / ".rst".length,
    refusals: refused.length / ".refused".length,
  };
}

/** The model's parameters. */
export function reconnectOf(spec: ReconnectSpec): Reconnect {
  const { preset, fixes, policy, entry } = spec;
  return { name: reconnectName(spec), rules: rulesOf(preset, fixes), policy, entry };
}
