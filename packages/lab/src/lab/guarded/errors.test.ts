import assert from "node:assert/strict";
import { test } from "node:test";
import { newSuccessors } from "../explore/mod.js";
import { type Action, compile, GuardedError, type GuardedProgram, type Variable } from "./mod.js";

function program(action: Partial<Action>, more: Partial<GuardedProgram> = {}): GuardedProgram {
  return {
    name: "bad",
    constants: { LIMIT: 3, NO: 0 },
    variables: [
      { name: "door", values: ["open", "shut"], initial: "shut" },
      { name: "lamp", values: ["dark", "lit"], initial: "dark" },
      { name: "gate", values: ["shut", "open"], initial: "open" },
      { name: "count", min: 0, max: 3, initial: 0 },
    ],
    actors: [{ name: "T", kind: "thread", fairness: "weak" }],
    actions: [{ name: "T.go", actor: "T", when: "count < 3", does: "", ...action }],
    goal: "count == 3",
    never: {},
    ...more,
  };
}

function refusal(bad: GuardedProgram): GuardedError {
  try {
    compile(bad);
  } catch (error) {
    assert.ok(error instanceof GuardedError, String(error));
    return error;
  }
  assert.fail("it compiled");
}

/** Text of `when`, and the message: the problem, the text, the caret. */
const conditions: readonly [text: string, code: GuardedError["code"], problem: RegExp, column: number][] = [
  ["", "syntax", /expected a name, a number or \(, not the end/, 1],
  ["count <", "syntax", /not the end/, 8],
  ["(count", "syntax", /expected \), not the end/, 7],
  ["count = 1", "syntax", /expected an operator or the end, not =/, 7],
  ["count & 1", "syntax", /unexpected &: and is &&/, 7],
  ["count / 2", "syntax", /no division/, 7],
  ["2x == count", "syntax", /unexpected 2/, 1],
  ["else", "syntax", /not else/, 1],
  ["conut < 3", "unknown-name", /unknown name conut: did you mean count\?/, 1],
  ["count < 3 && door == opne", "unknown-name", /unknown name opne: did you mean open\?/, 22],
  ["door == lit", "wrong-value", /door is never lit: it is one of open, shut/, 9],
  ["lit != door", "wrong-value", /door is never lit/, 1],
  ["door == 1", "wrong-value", /not a number/, 9],
  ["door == count", "wrong-value", /door is never count/, 9],
  ["door == gate", "wrong-value", /gate and door have different values/, 9],
  ["door", "wrong-type", /door is enumerated.*door == open/, 1],
  ["door < shut", "wrong-type", /door is enumerated/, 1],
  ["!lit", "wrong-type", /lit is a value of lamp/, 2],
  ["open == shut", "wrong-type", /open is a value of door, gate/, 1],
  ["count * 2147483647 > 0", "out-of-range", /0 to 6442450941/, 7],
  ["count < 2147483648", "out-of-range", /2147483648/, 9],
];

for (const [text, code, problem, column] of conditions) {
  test(`the condition \`${text}\` is refused (${code})`, () => {
    const error = refusal(program({ when: text }));
    assert.equal(error.code, code);
    assert.match(error.message, problem);
    assert.deepEqual(
      [error.where, error.action, error.text, error.line, error.column],
      ["action T.go, when", "T.go", text, 1, column],
    );
    assert.ok(error.message.endsWith(`\n  ${text}\n  ${" ".repeat(column - 1)}^`), error.message);
  });
}

const bodies: readonly [text: string, code: GuardedError["code"], problem: RegExp][] = [
  ["count = 1", "syntax", /expected ;/],
  ["count == 1;", "syntax", /expected =, not ==/],
  ["if (count) count = 1;", "syntax", /expected \{/],
  ["if (count) { count = 1;", "syntax", /expected \}|expected a statement|not the end/],
  ["1;", "syntax", /a statement/],
  ["LIMIT = 1;", "assignment-to-constant", /LIMIT is a constant/],
  ["open = 1;", "assignment-to-constant", /open is a value/],
  ["cuont = 1;", "unknown-name", /did you mean count\?/],
  ["count = LIMIT + 1;", "out-of-range", /count is 0 to 3, and this is 4/],
  ["count = -1 - count;", "out-of-range", /count is 0 to 3, and this is -4 to -1/],
  ["door = lit;", "wrong-value", /door is never lit/],
  ["door = 0;", "wrong-value", /not a number/],
  ["door = gate;", "wrong-value", /different values/],
  ["count = door;", "wrong-type", /door is enumerated/],
  ["if (NO) { count = nuoc; }", "unknown-name", /nuoc/],
];

for (const [text, code, problem] of bodies) {
  test(`the statements \`${text}\` are refused (${code})`, () => {
    const error = refusal(program({ does: text }));
    assert.deepEqual([error.code, error.where, error.action], [code, "action T.go, does", "T.go"]);
    assert.match(error.message, problem);
  });
}

test("an error in a later line shows that line, with the caret below its tabs", () => {
  const error = refusal(program({ does: "count = 1;\n\tif (count) {\n\t\tcount = 9;\n\t}" }));
  assert.deepEqual([error.line, error.column], [3, 3]);
  assert.ok(error.message.endsWith("\n  \t\tcount = 9;\n  \t\t^"), JSON.stringify(error.message));
});

const flag = (name: string, more: Partial<{ min: number; max: number; initial: number }> = {}): Variable => ({
  name,
  min: 0,
  max: 1,
  initial: 0,
  ...more,
});
const words = (name: string, values: readonly string[], initial = values[0]!): Variable => ({
  name,
  values,
  initial,
});
const actor = { name: "T", kind: "thread", fairness: "weak" } as const;
const action = { name: "T.go", actor: "T", when: "1", does: "" };

const wholes: readonly [
  title: string,
  more: Partial<GuardedProgram>,
  code: GuardedError["code"],
  problem: RegExp,
][] = [
  ["two variables of a name", { variables: [flag("a"), flag("a")] }, "duplicate-name", /two variables a/],
  ["a variable like a constant", { variables: [flag("NO")] }, "duplicate-name", /constant already/],
  [
    "a value like a variable",
    { variables: [flag("a"), words("b", ["a"])] },
    "duplicate-name",
    /a variable too/,
  ],
  ["a value like a constant", { variables: [words("b", ["NO"])] }, "duplicate-name", /a constant too/],
  ["a value twice", { variables: [words("b", ["x", "x"])] }, "duplicate-name", /value x twice/],
  ["two actors of a name", { actors: [actor, actor] }, "duplicate-name", /two of this name/],
  ["two actions of a name", { actions: [action, action] }, "duplicate-name", /two of this name/],
  ["a variable called else", { variables: [flag("else")] }, "bad-name", /word of the language/],
  ["a variable with a dash", { variables: [flag("a-b")] }, "bad-name", /letters, digits/],
  ["a value that is a number", { variables: [words("b", ["1st"])] }, "bad-name", /no digit first/],
  ["an action with a space", { actions: [{ ...action, name: "T go" }] }, "bad-name", /without spaces/],
  ["a range upside down", { variables: [flag("a", { min: 2 })] }, "out-of-range", /min <= max/],
  ["a range too wide", { variables: [flag("a", { max: 2 ** 31 })] }, "out-of-range", /31 bits/],
  ["a range of parts", { variables: [flag("a", { max: 1.5 })] }, "out-of-range", /whole numbers/],
  [
    "a beginning outside",
    { variables: [flag("a", { initial: 2 })] },
    "out-of-range",
    /begins outside of 0 to 1/,
  ],
  [
    "a beginning that is no value",
    { variables: [words("b", ["one"], "on")] },
    "wrong-value",
    /did you mean one/,
  ],
  ["a constant with a fraction", { constants: { HALF: 0.5 } }, "out-of-range", /whole number/],
  ["an actor nobody is", { actions: [{ ...action, actor: "W" }] }, "unknown-name", /unknown actor W/],
  ["an urgency below 0", { actions: [{ ...action, after: -1 }] }, "out-of-range", /0 the most urgent/],
  ["a goal of unknown names", { goal: "done" }, "unknown-name", /^goal: unknown name done/],
  ["a never of unknown names", { never: { fire: "fier" } }, "unknown-name", /^never fire: unknown name fier/],
];

for (const [title, more, code, problem] of wholes) {
  test(`a program with ${title} is refused (${code})`, () => {
    const error = refusal(program({}, { variables: [], goal: "0", actions: [], ...more }));
    assert.equal(error.code, code);
    assert.match(error.message, problem);
  });
}

test("what constants forbid is dropped, and its numbers need not fit", () => {
  const actions = [
    { ...action, name: "T.dead", when: "NO && count < 3", does: "count = LIMIT + 1;" },
    {
      ...action,
      name: "T.live",
      when: "!NO || count < 3",
      does: "if (NO) { count = 9; } else { count = 2; }",
    },
  ];
  const model = compile(program({}, { actions }));
  assert.deepEqual(model.choices, [{ name: "T.live", actor: 0, unrelated: false }]);
  const out = newSuccessors(model);
  model.expand(model.initial(), 0, out);
  assert.equal(out.count, 1);
  assert.equal(model.print(out.words, 0)["count"], "2");
});

test("a value that leaves its range while searching names the action and the variable", () => {
  const model = compile(
    program({ when: "door == shut", does: "if (count == 3) { door = open; }\ncount = count + 1;" }),
  );
  const out = newSuccessors(model);
  model.expand(model.initial(), 0, out);
  for (let i = 0; i < 2; i++) model.expand(out.words.slice(), 0, out);
  assert.throws(
    () => model.expand(out.words.slice(), 0, out),
    (error) => {
      assert.ok(error instanceof GuardedError);
      assert.deepEqual([error.code, error.action, error.line], ["out-of-range", "T.go", 2]);
      assert.match(error.message, /^action T.go, does: variable count is 0 to 3, and it was given 4\n/);
      return true;
    },
  );
});
