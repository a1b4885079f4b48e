/** What the names of a program are called in Promela, where some words and the names of all kinds are one space. */
import type { Checked, Place } from "./checked.js";
import { urgencies } from "./generate.js";

export interface Idents {
  readonly places: ReadonlyMap<Place, string>;
  /** Enumerated values, in the order they are declared. */
  readonly values: ReadonlyMap<string, string>;
  /** Row by row of the actors. */
  readonly actors: readonly string[];
  /** By urgency, the most urgent first: whether an action of it is enabled. */
  readonly enabled: ReadonlyMap<number, string>;
}

/** Words of Promela and of C (variables become members of a C struct), and names that a C preprocessor has defined. */
const taken = `
  active assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan cond_expr d_proctype d_step
  D_proctype do else empty enabled end eval false fi for full get_priority goto hidden if init int inline ltl len
  local mtype nempty never nfull notrace np_ od of pc_value pid printf printm priority proctype provided return run
  select set_priority short show skip STDIN timeout trace true typedef unless unsigned xr xs
  always eventually until weakuntil stronguntil release implies equivalent next W U V X
  auto case char const continue default double enum extern float long register restrict signed sizeof static struct
  switch union void volatile while asm typeof linux unix i386 main
  FAIR CHANGING something
`;

/** Names for Promela: their own wherever that can be. */
export function idents(checked: Checked): Idents {
  const used = new Set(taken.trim().split(/\s+/));
  const unique = (wanted: string): string => {
    let name = wanted.replaceAll(/\W/g, "_").replace(/^(?=[\d_])/, "x");
    while (used.has(name)) name += "_";
    used.add(name);
    return name;
  };
  const valueNames = new Set(checked.places.flatMap((p) => p.values ?? []));
  // A member of a C struct in capitals could meet a macro of Spin's verifier.
  const member = (name: string): string => unique(/[a-z]/.test(name) ? name : `${name}_`);
  return {
    places: new Map(checked.places.map((p) => [p, member(p.name)])),
    values: new Map([...valueNames].map((name) => [name, unique(name)])),
    actors: checked.actors.map((actor) => unique(actor.name)),
    enabled: new Map(urgencies(checked).map((after) => [after, unique(`enabled_${after}`)])),
  };
}
