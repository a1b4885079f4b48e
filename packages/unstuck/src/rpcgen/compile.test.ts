import assert from "node:assert/strict";
import { test } from "node:test";
import { CompileError, type CompileOptions, compile } from "./mod.js";

const problemsOf = (text: string, options?: CompileOptions) => {
  try {
    compile({ name: "in.x", text }, options);
  } catch (error) {
    assert.ok(error instanceof CompileError, String(error));
    return error.problems;
  }
  assert.fail(`this compiled:\n${text}`);
};

const load =
  (files: { readonly [path: string]: string }): NonNullable<CompileOptions["load"]> =>
  (path) => {
    const text = files[path];
    return text === undefined ? undefined : { name: path, text };
  };

/** Source, "line:column: message", hint. */
const errors: [string, string, string?][] = [
  // The grammar.
  ["struct a { int x }", '1:17: expected ";", found "}"'],
  ["struct a { int x; };\nstruct b { int y; }\nstruct c { int z; };", '2:20: expected ";", found "struct"'],
  ["strutc a { int x; };", '1:1: expected a definition, found "strutc"', 'did you mean "struct"?'],
  [
    "42;",
    '1:1: expected a definition, found "42"',
    "a definition starts with const, enum, struct, union, typedef, program",
  ],
  ["struct int { int x; };", '1:8: "int" is a keyword and cannot name the struct'],
  ["struct a { };", "1:10: a struct needs at least one field"],
  ["struct a { void; };", "1:12: a struct's field cannot be void", "leave it out"],
  ["struct a { int 5; };", '1:16: expected a name for the field, found "5"'],
  ["enum e { };", "1:10: an enum needs at least one member"],
  ["struct a { int x", '1:17: expected ";", found the end of the file'],
  ["struct a { string s; };", "1:20: a string needs a bound", 'write <> for "any length", or <255>'],
  ["struct a { opaque o; };", "1:20: opaque needs a length", "write <>, <max> or [length]"],
  ["typedef void v;", "1:1: a typedef cannot be void"],
  [
    "struct a { quadruple q; };",
    "1:12: quadruple is not supported",
    "JavaScript has no 128-bit float: declare it opaque[16]",
  ],
  [
    "union u swich (int x) { case 0: void; };",
    '1:9: expected "switch", found "swich"',
    'did you mean "switch"?',
  ],
  ["union u switch (int x) { int y; };", '1:26: expected "case", "default" or "}", found "int"'],
  ["union u switch (int x) { default: void; default: void; case 1: void; };", "1:41: u has two default arms"],
  ["union u switch (int x) { default: void; };", "1:7: u needs at least one case"],
  ["const a = ;", '1:11: expected a constant, found ";"'],
  [
    "const a = 1.5;",
    '1:11: "1.5" is not a number',
    "constants are decimal, 0x hexadecimal or 0 octal integers",
  ],
  ["struct a { int x; }; /* oops", "1:22: this comment never ends", 'close it with "*/"'],
  ["struct a { int $x; };", '1:16: unexpected character "$"'],
  [
    "program p { version v { int f(int *) = 1; } = 1; } = 1;",
    "1:35: a procedure cannot take a pointer",
    "typedef T *T_ptr; and use T_ptr",
  ],
  [
    "program p { version v { int f(int, void) = 1; } = 1; } = 1;",
    "1:36: void cannot stand among other arguments",
  ],
  // Names.
  [
    "struct fattr3 { int x; };\nstruct b { fatr3 y; };",
    '2:12: unknown type "fatr3"',
    'did you mean "fattr3"?',
  ],
  [
    "const FHSIZE = 64;\ntypedef opaque fh<FHSIZ>;",
    '2:19: unknown constant "FHSIZ"',
    'did you mean "FHSIZE"?',
  ],
  ["struct a { int x; };\nenum a { B };", '2:6: type "a" is defined twice', "the first one is at in.x:1"],
  ["enum a { B };\nenum c { B };", '2:10: "B" is defined twice', "the first one is at in.x:1"],
  ["struct a { int x; int x; };", '1:23: a has two fields "x"', "the first one is at in.x:1"],
  ["const a = b;\nconst b = a;", '1:11: "a" depends on itself'],
  // Numbers.
  ["typedef opaque a[-1];", "1:18: -1 is not a length", "0 to 4294967295"],
  ["typedef opaque a<4294967296>;", "1:18: 4294967296 is not a length", "0 to 4294967295"],
  ["enum e { A = 2147483648 };", "1:10: A = 2147483648 does not fit an enum", "32 bits, signed"],
  // Types that cannot be.
  ["struct a { a b; };", '1:8: "a" contains itself', "make one of its fields optional: T *field"],
  [
    "struct a { b x; }; struct b { a y[2]; };",
    '1:8: "a" contains itself',
    "make one of its fields optional: T *field",
  ],
  ["typedef a a;", '1:11: "a" contains itself', "make one of its fields optional: T *field"],
  [
    "typedef opaque nothing[0];\ntypedef nothing many<>;",
    '2:17: the elements of "many" take no bytes',
    "so no length could be checked",
  ],
  [
    "typedef int *a;\nstruct b { a *c; };",
    '2:15: "c" is an optional of an optional',
    "null could mean either: put a struct between them",
  ],
  [
    "union u switch (hyper h) { case 0: void; };",
    '1:23: u cannot switch on "h"',
    "a discriminant is an int, an unsigned int, a bool or an enum",
  ],
  [
    "union u switch (string s<>) { case 0: void; };",
    '1:24: u cannot switch on "s"',
    "a discriminant is an int, an unsigned int, a bool or an enum",
  ],
  ["union u switch (int i) { case 0: void; case 0: int x; };", "1:45: u has two arms for 0"],
  ["union u switch (bool b) { case 2: void; };", '1:32: 2 does not fit the discriminant "b"'],
  ["union u switch (unsigned int b) { case -1: void; };", '1:40: -1 does not fit the discriminant "b"'],
  [
    "enum e { GOOD }; enum f { BAD };\nunion u switch (e x) { case BAD: void; };",
    "2:29: BAD is not a member of e",
  ],
  // Programs.
  [
    "program p { version v { int f(void) = 1; int g(void) = 1; } = 1; } = 1;",
    '1:56: procedure 1 is "f" already',
    "the first one is at in.x:1",
  ],
  [
    "program p { version v { int f(void) = 1; int f(void) = 2; } = 1; } = 1;",
    '1:46: v has two procedures "f"',
  ],
  [
    "program p { version v { int f(void) = 1; } = 1; version w { int g(void) = 1; } = 1; } = 1;",
    '1:82: version 1 is "v" already',
    "the first one is at in.x:1",
  ],
  [
    "program p { version v { int f(void) = 1; } = 1; } = -1;",
    "1:53: -1 is not a program, version or procedure number",
    "0 to 4294967295",
  ],
  [
    "const p = 1;\nprogram p { version v { int f(void) = 1; } = 1; } = 1;",
    '2:9: "p" is defined twice',
    "the first one is at in.x:1",
  ],
  // The preprocessor.
  ['#include "gone.x"', '1:1: cannot find "gone.x"', "say where with -I"],
  [
    "#frobnicate",
    "1:1: #frobnicate is not supported",
    "known: #include #define #undef #if #ifdef #ifndef #elif #else #endif",
  ],
  [
    "#define MAX(a) a",
    "1:1: a #define can only name a constant here",
    "an integer, or the name of another constant",
  ],
  ["#ifdef A\nconst a = 1;", "1:1: this conditional has no #endif"],
  ["#endif", "1:1: #endif without #if"],
  [
    "#if A > 3\n#endif",
    '1:1: cannot tell whether "A > 3" holds',
    "write 0, 1, defined(NAME) or !defined(NAME)",
  ],
  ["#error no way", "1:1: #error no way"],
];

for (const [text, expected, hint] of errors) {
  test(`error: ${expected}`, () => {
    const [first] = problemsOf(text);
    assert.equal(`${first?.line}:${first?.column}: ${first?.message}`, expected);
    assert.equal(first?.hint, hint);
  });
}

test("a problem is shown with its line and a caret, tabs kept", () => {
  assert.throws(() => compile({ name: "dir/in.x", text: "struct a {\n\tfoo bar;\n};\n" }), {
    code: "ERPCGEN",
    message: 'dir/in.x:2:2: unknown type "foo"\n    \tfoo bar;\n    \t^^^',
  });
});

test("one run finds problems of several definitions, in order", () => {
  const found = problemsOf(
    "struct a { int x }\nstruct b { nope y; };\nenum c { };\nunion d switch (float f) { case 0: void; };\n",
  );
  assert.deepEqual(
    found.map((problem) => problem.line),
    [1, 2, 3, 4],
  );
});

test("no source makes the compiler throw anything but a CompileError", () => {
  const whole =
    "enum e { A = 1, B };\nunion u switch (e x) { case A: int y<3>; default: void; };\nprogram p { version v { u f(string, e) = 1; } = 2; } = 3;\n";
  for (let i = 0; i <= whole.length; i++) {
    for (const text of [whole.slice(0, i), whole.slice(i), whole.slice(0, i) + whole.slice(i + 3)]) {
      try {
        compile({ name: "in.x", text });
      } catch (error) {
        assert.ok(error instanceof CompileError, `${text}\n${error}`);
      }
    }
  }
});

test("names of an included source are imported from what is generated beside it", () => {
  const files = {
    "sub/base.x": "const MAX = 3;\nenum e { A };\nstruct inner { int x; };\ntypedef int unused;",
  };
  const text = '#include "sub/base.x"\nunion u switch (e k) { case A: inner i<MAX>; };';
  const { code } = compile({ name: "in.x", text }, { load: load(files) });
  assert.match(code, /^import \{ MAX, e, inner \} from "\.\/sub\/base\.gen\.js";$/m);
  assert.doesNotMatch(code, /interface inner|unused/);
});

test("a %#include of a header means the .x of that name, if there is one", () => {
  const text = '%#include "base.h"\n%#include "stdio.h"\nstruct a { inner i; };';
  const { code } = compile({ name: "in.x", text }, { load: load({ "base.x": "struct inner { int x; };" }) });
  assert.match(code, /import \{ inner \} from "\.\/base\.gen\.js"/);
});

test("an include cycle is named", () => {
  const files = { "b.x": '#include "in.x"', "in.x": '#include "b.x"' };
  const [first] = problemsOf(files["in.x"], { load: load(files) });
  assert.equal(`${first?.file}:${first?.message}`, 'b.x:"in.x" includes itself: in.x -> b.x -> in.x');
});

test("conditionals choose by what is defined", () => {
  const text =
    "#ifdef A\nconst a = 1;\n#elif defined(B)\nconst b = 1;\n#else\nconst c = 1;\n#endif\n#ifndef A\n#if 1\nconst d = 1;\n#endif\n#endif";
  const names = (defines: string[]) =>
    [...compile({ name: "in.x", text }, { defines }).code.matchAll(/const (\w)/g)]
      .map((match) => match[1])
      .join("");
  assert.equal(names(["A"]), "a");
  assert.match(
    compile({ name: "in.x", text: "#if A\nconst e = 1;\n#endif" }, { defines: ["A"] }).code,
    /const e/,
  );
  assert.equal(names(["B"]), "bd");
  assert.equal(names([]), "cd");
});

test("comments become docs of what they stand at", () => {
  const text =
    "/* A file's licence. */\n\n/* Of a. */\nstruct a {\n  int x; /* of x */\n  // of y\n  int y;\n  int z;\n};\n";
  const { code } = compile({ name: "in.x", text });
  assert.match(
    code,
    /\/\*\* Of a\. \*\/\nexport interface a \{\n {2}\/\*\* of x \*\/\n {2}x: number;\n {2}\/\*\* of y \*\/\n {2}y: number;\n {2}z: number;/,
  );
  assert.doesNotMatch(code, /licence/);
});

test("what is needed early is printed early", () => {
  const text =
    "typedef opaque a[N];\ntypedef later b;\nunion u switch (e x) { case A: void; };\nconst N = 4;\nstruct later { int x; };\nenum e { A };";
  const { code } = compile({ name: "in.x", text });
  const order = [...code.matchAll(/^export const (\w+)/gm)].map((match) => match[1]);
  assert.deepEqual(order, ["N", "a", "later", "b", "e", "u"]);
});

test("the same source compiles to the same text", () => {
  const text = "enum e { A, B = 5, C };\nstruct s { e x; unsigned hyper y; };";
  assert.equal(compile({ name: "in.x", text }).code, compile({ name: "in.x", text }).code);
  assert.match(compile({ name: "in.x", text }, { xdr: "../x.js" }).code, /from "\.\.\/x\.js"/);
});
