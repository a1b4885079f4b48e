/** The shapes of a program whose names are looked up, whose constants are folded and whose dead actions are gone. */
import type { Actor } from "../explore/mod.js";
import { type BinaryOperator, levels, type UnaryOperator } from "./syntax.js";

/** A variable as numbers: an enumerated one counts its values from 0. */
export interface Place {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  /** Names of an enumerated one's values. */
  readonly values: readonly string[] | undefined;
}

/** `lo` and `hi`: no value lies outside, whatever the variables hold. A condition is 0 or 1. */
export type Expression =
  | { readonly kind: "number"; readonly lo: number; readonly hi: number; readonly label: string | undefined }
  | { readonly kind: "variable"; readonly lo: number; readonly hi: number; readonly place: Place }
  | {
      readonly kind: "unary";
      readonly lo: number;
      readonly hi: number;
      readonly op: UnaryOperator;
      readonly of: Expression;
    }
  | {
      readonly kind: "binary";
      readonly lo: number;
      readonly hi: number;
      readonly op: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Statement =
  | { readonly kind: "assign"; readonly place: Place; readonly value: Expression }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly does: readonly Statement[];
      readonly otherwise: readonly Statement[];
    };

export interface Step {
  readonly name: string;
  /** Row of the program's actors. */
  readonly actor: number;
  readonly when: Expression;
  readonly does: readonly Statement[];
  readonly after: number;
  readonly unrelated: boolean;
}

export interface Checked {
  readonly name: string;
  readonly places: readonly Place[];
  readonly actors: readonly Actor[];
  /** In the order of the program's actions, without those that can never happen. */
  readonly steps: readonly Step[];
  readonly goal: Expression;
  readonly never: readonly { readonly name: string; readonly when: Expression }[];
}

/** Whether it is a condition: 0 or 1 by its form. */
export function isCondition(e: Expression): boolean {
  return e.kind === "unary" ? e.op === "!" : e.kind === "binary" && levels[e.op] <= levels["<"];
}

/** The value of a number, undefined of anything else. */
export function decided(e: Expression): number | undefined {
  return e.kind === "number" ? e.lo : undefined;
}

/** A number; `label` is how the program called it. */
export function number(value: number, label?: string): Expression {
  return { kind: "number", lo: value, hi: value, label };
}

/** Every place some statement may write, in the order of first writing. */
export function written(statements: readonly Statement[]): readonly Place[] {
  const places = new Set<Place>();
  const visit = (s: Statement): void => {
    if (s.kind === "assign") places.add(s.place);
    else for (const inner of [...s.does, ...s.otherwise]) visit(inner);
  };
  statements.forEach(visit);
  return [...places];
}

/** Every place an expression reads, added to `places`. */
export function readBy(e: Expression, places: Set<Place>): void {
  if (e.kind === "variable") places.add(e.place);
  if (e.kind === "unary") readBy(e.of, places);
  if (e.kind === "binary") {
    readBy(e.left, places);
    readBy(e.right, places);
  }
}

/** Whether a value of `e` may be one that `place` cannot have. */
export function mayMiss(place: Place, e: Expression): boolean {
  return e.lo < place.min || e.hi > place.max;
}
