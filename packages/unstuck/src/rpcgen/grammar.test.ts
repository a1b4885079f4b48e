import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as xdr from "../xdr/mod.js";
import { compile } from "./mod.js";

/** Everything the grammar has, and names that TypeScript would trip over. */
const GRAMMAR = `
%#include "whatever.h"
#define LIMIT 0x10
const NEGATIVE = -5;
const OCTAL = 010;
const HUGE = 0xffffffffffffffff;
const ALIAS = LIMIT;

enum colour { RED, GREEN = 5, BLUE, DARK = NEGATIVE, name = 40, decode = 41, };
typedef enum { ON, OFF } toggle;
typedef colour paint;

struct primitives {
  int a; unsigned int b; unsigned c; hyper d; unsigned hyper e; float f; double g; bool h;
  long i; unsigned long j; u_int k; uint64_t l;
};
struct sized { primitives p; colour c; opaque o[5]; toggle t; };
struct varied {
  opaque a<>; opaque b<LIMIT>; opaque c[3]; string d<>; string e<ALIAS>;
  int f[2]; int g<>; colour h<OCTAL>; sized i<2>; varied *j; paint k; struct sized *l;
};
struct function { int class; int new; string default_<>; };
struct w { function r; };
struct holder { w v; w at; w on; };

struct node { int x; node *next; };
typedef node *nodes;
struct other { string s<>; others rest; };
typedef struct other *others;
struct chained { node required; nodes optional_; others more; node many<3>; };

struct tree { int value; tree *left; tree *right; };
struct forest { tree trees<>; };

union onEnum switch (colour c) { case RED: int a; case GREEN: case BLUE: string b<>; default: void; };
union onPaint switch (paint p) { case RED: int a; case GREEN: void; };
union onBool switch (bool b) { case TRUE: sized s; case FALSE: void; };
union onBoolWhole switch (bool b) { case FALSE: void; case TRUE: int x; default: int y; };
union onEnumWhole switch (toggle t) { case ON: int a; case OFF: void; default: string b<>; };
union onBoolDefault switch (bool b) { case FALSE: void; default: int x; };
union onInt switch (int i) { case -1: int a; case 2: string b<>; };
union onUnsigned switch (unsigned int u) { case 0: int a; case 0xffffffff: string b<>; default: int c; };
union clash switch (int x) { case 0: int x; default: void; };
union deep switch (bool more) { case TRUE: deep next; case FALSE: void; };
struct inlined {
  struct { int x; } point;
  enum { YES = 1, NO = 2 } answer;
  union switch (int k) { case 0: int zero; } choice;
};

/* The types of RFC 4506 section 7. */
const MAXUSERNAME = 32;
const MAXFILELEN = 65535;
const MAXNAMELEN = 255;
enum filekind { TEXT_ = 0, DATA = 1, EXEC = 2 };
union filetype switch (filekind kind) {
case TEXT_: void;
case DATA: string creator<MAXNAMELEN>;
case EXEC: string interpretor<MAXNAMELEN>;
};
struct file { string filename<MAXNAMELEN>; filetype type; string owner<MAXUSERNAME>; opaque data<MAXFILELEN>; };

program FIRST {
  version FIRST_V1 {
    void NOTHING(void) = 0;
    varied SHARED(primitives) = 1;
    string TEXT(string) = 2;
    nodes LIST(others) = 3;
    int MANY(int, string, colour) = 4;
  } = 1;
  version FIRST_V2 {
    varied SHARED(primitives) = 1;
    paint CHANGED(paint) = LIMIT;
  } = 2;
} = 0x20000001;
`;

/** Does not run: it must type-check. */
const USE = `
import * as g from "./grammar.js";
export function narrow(u: g.onEnum): string | number | undefined {
  if (u.c === g.colour.RED) return u.a;
  if (u.c === g.colour.GREEN || u.c === g.colour.BLUE) return u.b;
  return undefined;
}
export function narrowBool(u: g.onBool): g.sized | undefined {
  return u.b ? u.s : undefined;
}
export function narrowUnsigned(u: g.onUnsigned): number | string | undefined {
  return u.a ?? u.b ?? u.c;
}
export const made: g.onUnsigned[] = [{ u: 0, a: 1 }, { u: 0xffffffff, b: "" }, { u: 7, c: 1 }];
export const chained: g.chained = { required: [{ x: 1 }], optional_: [], more: [{ s: "" }], many: [[{ x: 1 }]] };
// @ts-expect-error a void arm has no field
export const wrong: g.onEnum = { c: g.colour.DARK, a: 1 };
// @ts-expect-error not a member
export const noColour: g.colour = 3;
`;

const root = fileURLToPath(new URL("../../../../", import.meta.url));

test("the whole grammar compiles to TypeScript that is strict, runs, and round-trips", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "rpcgen-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const door = (folder: string) => fileURLToPath(new URL(`../${folder}/mod.js`, import.meta.url));
  const { code } = compile(
    { name: "grammar.x", text: GRAMMAR },
    { xdr: door("xdr"), sunrpc: door("sunrpc") },
  );
  writeFileSync(join(dir, "grammar.ts"), code);
  writeFileSync(join(dir, "use.ts"), USE);
  writeFileSync(join(dir, "package.json"), '{ "type": "module" }');
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: { composite: false },
    include: ["*.ts"],
  };
  writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(config));
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const built = spawnSync(process.execPath, [tsc, "-p", dir], { encoding: "utf8" });
  assert.equal(built.status, 0, built.stdout + built.stderr);

  const generated: { readonly [name: string]: unknown } = await import(
    pathToFileURL(join(dir, "grammar.js")).href
  );
  const codecs = Object.entries(generated).filter(
    (entry): entry is [string, xdr.AnyCodec] =>
      typeof entry[1] === "object" && entry[1] !== null && "shape" in entry[1],
  );
  assert.ok(codecs.length >= 30, `${codecs.length} codecs`);
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  for (const [name, codec] of codecs) {
    for (let i = 0; i < 50; i++) {
      const value = xdr.sample(codec, random, { maxLength: 2, maxDepth: 4 });
      assert.deepEqual(xdr.decode(codec, xdr.encode(codec, value)), value, name);
    }
  }

  const { NEGATIVE, OCTAL, HUGE, ALIAS, colour } = generated as { [name: string]: unknown };
  assert.deepEqual([NEGATIVE, OCTAL, HUGE, ALIAS], [-5, 8, 0xffffffffffffffffn, 16]);
  const members = colour as { readonly [name: string]: unknown };
  assert.deepEqual([members["RED"], members["BLUE"], members["DARK"], members["name_"]], [0, 6, -5, 40]);
  const second = generated["FIRST_V2"] as { procedures: { [name: string]: { vers: number; proc: number } } };
  assert.deepEqual(
    Object.entries(second.procedures).map(([name, { vers, proc }]) => `${name} ${vers} ${proc}`),
    ["SHARED 2 1", "CHANGED 2 16"],
  );

  const silly = {
    filename: "sillyprog",
    type: { kind: 2, interpretor: "lisp" },
    owner: "john",
    data: new TextEncoder().encode("(quit)"),
  };
  assert.equal(
    Buffer.from(xdr.encode(generated["file"] as xdr.AnyCodec, silly)).toString("hex"),
    "0000000973696c6c7970726f67000000000000020000000" +
      "46c697370000000046a6f686e00000006287175697429" +
      "0000",
    "the example of RFC 4506 section 7",
  );

  // A recursive type from the wire is cut off before the stack is.
  const deep = generated["deep"] as xdr.AnyCodec;
  const bytes = new Uint8Array(4_000_000);
  for (let at = 3; at < bytes.length; at += 4) bytes[at] = 1;
  assert.throws(() => xdr.decode(deep, bytes), { code: "XDR_TOO_DEEP" });
  const cyclic: { more: boolean; next?: unknown } = { more: true };
  cyclic.next = cyclic;
  assert.throws(() => xdr.encode(deep, cyclic), { code: "XDR_TOO_DEEP" });
});
