import assert from "node:assert/strict";
import { test } from "node:test";
import { blank, tidy } from "../../tools/tidy.mjs";

const src = "packages/unstuck/src";

/** The rules broken by a tree of files, as `path:line rule`. */
function broken(tree) {
  return tidy(Object.keys(tree), (path) => tree[path]).map(
    ({ path, line, rule }) => `${path}:${line} ${rule}`,
  );
}

const cases = [
  ["a clock in a pure folder", "nfs/a.ts", "\nconst t = Date.now();", [2, "clock"]],
  ["a clock at the edge", "node/a.ts", "const t = Date.now();", undefined],
  ["a name that only ends in Date", "nfs/a.ts", "const upDate = x.Date;", undefined],
  ["dice in a pure folder", "program/a.ts", "const x = Math.random();", [1, "random"]],
  ["dice in a test", "program/a.test.ts", "const x = Math.random();", undefined],
  ["a promise type", "sunrpc/a.ts", "export type A = Promise<void>;", [1, "promise"]],
  ["an async function", "xdr/a.ts", "export async function f() {}", [1, "promise"]],
  ["a promise where they are allowed", "program/a.ts", "export async function f() {}", undefined],
  ["a word in a comment", "sunrpc/a.ts", "// no Promise, no Date, no await", undefined],
  ["a word in a string", "sunrpc/a.ts", 'const a = "await Date";', undefined],
  ["a word in a template's text", "sunrpc/a.ts", "const a = `await ${b} Date`;", undefined],
  ["code in a template's hole", "sunrpc/a.ts", "const a = `x ${Date.now()} y`;", [1, "clock"]],
  ["against the arrows", "xdr/a.ts", 'import { a } from "../sunrpc/mod.js";', [1, "arrow"]],
  ["along the arrows", "sunrpc/a.ts", 'import { a } from "../xdr/mod.js";', undefined],
  [
    "along the arrows from a folder below",
    "program/nfs3/a.ts",
    'import { a } from "../../xdr/mod.js";',
    undefined,
  ],
  ["past a door", "sunrpc/a.ts", 'import { a } from "../xdr/reader.js";', [1, "arrow"]],
  ["past a door by import()", "cli/a.ts", 'const a = await import("../node/tcp.js");', [1, "arrow"]],
  ["an import in a comment", "xdr/a.ts", '// import { a } from "../cli/mod.js";', undefined],
  ["an import over lines", "xdr/a.ts", 'import {\n  a,\n} from "../node/mod.js";', [3, "arrow"]],
  ["within a folder", "sunrpc/clnt/a.ts", 'import { a } from "../record.js";', undefined],
  ["a test against the arrows", "xdr/a.test.ts", 'import { a } from "../node/mod.js";', undefined],
  ["a test past a door", "xdr/a.test.ts", 'import { a } from "../node/tcp.js";', [1, "arrow"]],
  ["node: in a pure folder", "vfs/a.ts", 'import fs from "node:fs";', [1, "arrow"]],
  ["a dependency of the library", "node/a.ts", 'import x from "commander";', [1, "arrow"]],
  ["a dependency of the command", "cli/a.ts", 'import x from "commander";', undefined],
  ["the package by its own name", "cli/a.ts", 'import x from "unstuck/xdr";', [1, "arrow"]],
  ["only one test", "nfs/a.test.ts", 'test.only("x", () => {});', [1, "only"]],
  ["only one test, as an option", "nfs/a.test.ts", 'test("x", { only: true }, () => {});', [1, "only"]],
  ["a machine's path", "node/a.ts", `const a = "${"/"}work/main";`, [1, "machine-path"]],
  ["a long file", "node/a.ts", "\n".repeat(500), [501, "long-file"]],
  ["a long generated file", "node/a.gen.ts", "\n".repeat(500), undefined],
];

for (const [name, path, text, expected] of cases) {
  test(`tidy: ${name} is ${expected ? "found" : "fine"}`, () => {
    const want = expected ? [`${src}/${path}:${expected[0]} ${expected[1]}`] : [];
    assert.deepEqual(broken({ [`${src}/${path}`]: text }), want);
  });
}

test("tidy: a registry's host in the lock file is found", () => {
  const text = `{\n  "${"resolved"}": "https://registry.example/a.tgz"\n}`;
  assert.deepEqual(broken({ "package-lock.json": text }), ["package-lock.json:2 registry-host"]);
});

test("tidy: a dead link is found, a living one is not", () => {
  const tree = {
    "docs/a.md": "[b](b.md) [c](../docs/c.md#there)\n[web](https://example.org)",
    "docs/b.md": "",
  };
  assert.deepEqual(broken(tree), ["docs/a.md:1 dead-link"]);
});

test("blank keeps every position", () => {
  const text = 'const a = /[/"]\\//g; // "b"\nconst c = `x\n${"y" + `z${1}`}`; /* d\n */ e("\\"");';
  const out = blank(text);
  assert.equal(out.length, text.length);
  assert.equal(out.indexOf("e("), text.indexOf("e("));
  assert.doesNotMatch(out, /[bdxyz"]/);
});
