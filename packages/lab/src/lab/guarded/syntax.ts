/** The shapes of expressions and statements as they were written: names are not looked up yet. */

export const binaryOperators = ["||", "&&", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*"] as const;
export type BinaryOperator = (typeof binaryOperators)[number];
export type UnaryOperator = "!" | "-";

/** How tightly an operator binds, as in C, JavaScript and Promela. A unary one binds at `unaryLevel`. */
export const levels: Readonly<Record<BinaryOperator, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
};
export const unaryLevel = 7;

/** `at`: index into the text, of the name, number or operator. */
export type Written =
  | { readonly kind: "number"; readonly at: number; readonly value: number }
  | { readonly kind: "name"; readonly at: number; readonly name: string }
  | { readonly kind: "unary"; readonly at: number; readonly op: UnaryOperator; readonly of: Written }
  | {
      readonly kind: "binary";
      readonly at: number;
      readonly op: BinaryOperator;
      readonly left: Written;
      readonly right: Written;
    };

export type WrittenStatement =
  | { readonly kind: "assign"; readonly at: number; readonly name: string; readonly value: Written }
  | {
      readonly kind: "if";
      readonly condition: Written;
      readonly does: readonly WrittenStatement[];
      readonly otherwise: readonly WrittenStatement[];
    };
