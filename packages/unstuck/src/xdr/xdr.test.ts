import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as xdr from "./mod.js";

const hex = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/(.{8})(?!$)/g, "$1 ");
const unhex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const failure = (run: () => unknown): xdr.XdrError => {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof xdr.XdrError, `not an XdrError: ${error}`);
    return error;
  }
  assert.fail("nothing was thrown");
};
const code = (run: () => unknown) => failure(run).code;

const color = xdr.enumeration("color", { RED: 2, YELLOW: 3, BLUE: 5, NEVER: -70000 });

// biome-ignore lint/suspicious/noExplicitAny: rows of different types
const golden: [string, xdr.Codec<any>, unknown, string][] = [
  ["int", xdr.int32, -2, "fffffffe"],
  ["int min", xdr.int32, -0x80000000, "80000000"],
  ["unsigned int", xdr.uint32, 0xffffffff, "ffffffff"],
  ["hyper", xdr.int64, -2n, "ffffffff fffffffe"],
  ["unsigned hyper", xdr.uint64, 2n ** 64n - 1n, "ffffffff ffffffff"],
  ["float", xdr.float, -1.5, "bfc00000"],
  ["double", xdr.double, 0.1, "3fb99999 9999999a"],
  ["double infinity", xdr.double, Number.NEGATIVE_INFINITY, "fff00000 00000000"],
  ["bool", xdr.bool, true, "00000001"],
  ["void", xdr.xdrVoid, undefined, ""],
  ["enum", color, color.BLUE, "00000005"],
  ["negative enum", color, color.NEVER, "fffeee90"],
  ["opaque[3]", xdr.opaqueFixed(3), Uint8Array.of(1, 2, 3), "01020300"],
  ["opaque<>", xdr.opaque(), Uint8Array.of(1, 2, 3, 4, 5), "00000005 01020304 05000000"],
  ["empty opaque<>", xdr.opaque(), new Uint8Array(), "00000000"],
  ["string", xdr.string(), "sillyprog", "00000009 73696c6c 7970726f 67000000"],
  ["string of UTF-8", xdr.string(), "é€😀", "00000009 c3a9e282 acf09f98 80000000"],
  ["string of other bytes", xdr.string(), "a\udcff\udc80", "00000003 61ff8000"],
  ["int[2]", xdr.arrayFixed(() => xdr.int32, 2), [1, -1], "00000001 ffffffff"],
  ["int<>", xdr.array(() => xdr.int32), [7], "00000001 00000007"],
  ["present optional", xdr.optional(() => xdr.uint32), 9, "00000001 00000009"],
  ["absent optional", xdr.optional(() => xdr.uint32), null, "00000000"],
  ["list", xdr.list(() => xdr.uint32), [4, 5], "00000001 00000004 00000001 00000005 00000000"],
  ["chain", xdr.chain(() => xdr.uint32), [4, 5], "00000004 00000001 00000005 00000000"],
];

for (const [name, codec, value, bytes] of golden) {
  test(`golden bytes: ${name}`, () => {
    assert.equal(hex(xdr.encode(codec, value)), bytes);
    assert.deepEqual(xdr.decode(codec, unhex(bytes)), value);
  });
}

test("what is not the type is refused by code", () => {
  assert.equal(
    code(() => xdr.decode(xdr.uint32, unhex("000000"))),
    "XDR_EOF",
  );
  assert.equal(
    code(() => xdr.decode(xdr.uint32, unhex("00000000 00"))),
    "XDR_TRAILING",
  );
  assert.equal(
    code(() => xdr.decode(xdr.bool, unhex("00000002"))),
    "XDR_BAD_BOOL",
  );
  assert.equal(
    code(() => xdr.decode(color, unhex("00000004"))),
    "XDR_BAD_ENUM",
  );
  assert.equal(
    code(() => xdr.decode(xdr.opaque(2), unhex("00000003 01020300"))),
    "XDR_TOO_LONG",
  );
  assert.equal(
    code(() => xdr.decode(xdr.opaqueFixed(3), unhex("01020301"))),
    "XDR_PADDING",
  );
  assert.equal(
    code(() => xdr.decode(xdr.string(), unhex("00000001 61000001"))),
    "XDR_PADDING",
  );
  assert.equal(
    code(() =>
      xdr.decode(
        xdr.array(() => xdr.int32, 1),
        unhex("00000002 00000000 00000000"),
      ),
    ),
    "XDR_TOO_LONG",
  );
});

test("nonzero padding is accepted where the reader is told so", () => {
  const bytes = unhex("01020301");
  assert.deepEqual(xdr.decode(xdr.opaqueFixed(3), bytes, { lenientPadding: true }), Uint8Array.of(1, 2, 3));
});

test("values that the type cannot hold are refused", () => {
  const bad: [xdr.AnyCodec, unknown][] = [
    [xdr.int32, 2 ** 31],
    [xdr.int32, 1.5],
    [xdr.int32, undefined],
    [xdr.uint32, -1],
    [xdr.uint32, Number.NaN],
    [xdr.uint32, "5"],
    [xdr.int64, 2n ** 63n],
    [xdr.int64, 5],
    [xdr.uint64, -1n],
    [xdr.uint64, 2n ** 64n],
    [xdr.float, "x"],
    [xdr.double, 5n],
    [xdr.bool, 1],
    [xdr.opaque(), [1, 2]],
    [xdr.opaqueFixed(2), Uint8Array.of(1)],
    [xdr.string(), 5],
    [xdr.string(), "\ud800"],
    [xdr.string(), "\udc00"],
    [xdr.array(() => xdr.int32), undefined],
    [xdr.arrayFixed(() => xdr.int32, 2), [1]],
    [xdr.chain(() => xdr.int32), []],
    [xdr.optional(() => xdr.int32), undefined],
  ];
  for (const [codec, value] of bad) {
    assert.equal(
      code(() => xdr.encode(codec, value)),
      "XDR_RANGE",
      `${codec.name} took ${String(value)}`,
    );
  }
  assert.equal(
    code(() => xdr.encode(color, 4 as never)),
    "XDR_BAD_ENUM",
  );
  assert.equal(
    code(() => xdr.encode(xdr.string(2), "é€")),
    "XDR_TOO_LONG",
  );
  assert.equal(
    code(() => xdr.encode(xdr.opaque(2), new Uint8Array(3))),
    "XDR_TOO_LONG",
  );
});

test("a length is believed only as far as bytes are there", () => {
  const types: xdr.AnyCodec[] = [
    xdr.opaque(),
    xdr.string(),
    xdr.array(() => xdr.uint32),
    xdr.list(() => xdr.uint32),
  ];
  for (const codec of types) {
    assert.equal(
      code(() => xdr.decode(codec, unhex("ffffffff"))),
      codec.name === "list" ? "XDR_BAD_BOOL" : "XDR_EOF",
    );
  }
  assert.equal(
    code(() =>
      xdr.decode(
        xdr.arrayFixed(() => xdr.uint32, 0xffffffff),
        new Uint8Array(64),
      ),
    ),
    "XDR_EOF",
  );
  const endless = new Uint8Array(4 << 20).fill(0);
  for (let at = 3; at < endless.length; at += 4) endless[at] = 1;
  assert.equal(
    code(() =>
      xdr.decode(
        xdr.list(() => xdr.uint32),
        endless,
      ),
    ),
    "XDR_EOF",
  );
});

test("a long list decodes without recursion", () => {
  const values = Array.from({ length: 300_000 }, (_, i) => i);
  const codec = xdr.list(() => xdr.uint32);
  assert.equal(xdr.decode(codec, xdr.encode(codec, values)).length, values.length);
});

test("any bytes survive as a string", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = xdr.decode(xdr.string(), xdr.encode(xdr.opaque(), bytes));
      assert.deepEqual(xdr.decode(xdr.opaque(), xdr.encode(xdr.string(), text)), bytes);
    }),
  );
});

test("well-formed text decodes as the platform decodes it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const bytes = new TextEncoder().encode(text);
      assert.equal(
        xdr.decodeUtf8(bytes, 0, bytes.length),
        new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
      );
    }),
  );
});

test("messages of one slab are contiguous, and a full slab moves the unfinished one", () => {
  const w = new xdr.XdrWriter(64);
  const message = (value: number, words: number) => {
    w.begin();
    for (let i = 0; i < words; i++) w.uint32(value);
    return w.finish();
  };
  const first = message(1, 4);
  const second = message(2, 4);
  assert.equal(first.buffer, second.buffer);
  assert.equal(first.byteOffset + first.length, second.byteOffset);
  const third = message(3, 12);
  assert.notEqual(third.buffer, first.buffer);
  assert.deepEqual([...new Set(third.filter((_, i) => i % 4 === 3))], [3]);
  assert.deepEqual(
    [...new Set(first.filter((_, i) => i % 4 === 3))],
    [1],
    "an earlier message was overwritten",
  );
  assert.equal(third.length, 48);
});

test("begin drops a torso, and what follows is not tainted by it", () => {
  const w = new xdr.XdrWriter(64);
  w.begin();
  w.opaque(new Uint8Array(12).fill(0xff));
  w.begin();
  w.opaque(Uint8Array.of(1));
  w.string("b");
  w.opaqueFixed(Uint8Array.of(2, 3), 2);
  assert.equal(hex(w.finish()), "00000001 01000000 00000001 62000000 02030000");
});

test("patchUint32 counts from the start of the message, also after it moved", () => {
  const w = new xdr.XdrWriter(16);
  w.uint32(7);
  w.finish();
  w.begin();
  w.uint32(0);
  w.opaque(new Uint8Array(100).fill(9));
  w.patchUint32(0, 104);
  const message = w.finish();
  assert.equal(new DataView(message.buffer, message.byteOffset).getUint32(0), 104);
  assert.throws(() => w.patchUint32(0, 1), RangeError);
});

test("a reader is reset onto other bytes, inside a larger buffer too", () => {
  const r = new xdr.XdrReader(unhex("00000001 00000002 00000003"), 4, 8);
  assert.equal(r.uint32(), 2);
  assert.equal(r.remaining, 0);
  assert.equal(
    code(() => r.uint32()),
    "XDR_EOF",
  );
  r.reset(unhex("00000004").subarray(0));
  assert.equal(r.uint32(), 4);
  assert.equal(r.pos, 4);
  assert.throws(() => r.reset(new Uint8Array(4), 0, 5), RangeError);
});

test("opaques are views of what was received", () => {
  const bytes = unhex("00000001 05000000");
  const view = xdr.decode(xdr.opaque(), bytes);
  assert.equal(view.buffer, bytes.buffer);
});

test("the name of an enum's value", () => {
  assert.equal(xdr.nameOf(color, color.BLUE), "BLUE");
  assert.equal(xdr.nameOf(color, 99 as never), undefined);
  assert.throws(() => xdr.nameOf(xdr.uint32, 1), TypeError);
});

test("sample is a function of its random numbers, and fits its type", () => {
  const seeded = (seed: number) => () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  for (const [, codec] of golden) {
    const value = xdr.sample(codec, seeded(5));
    assert.deepEqual(value, xdr.sample(codec, seeded(5)));
    assert.deepEqual(xdr.decode(codec, xdr.encode(codec, value)), value);
  }
});
