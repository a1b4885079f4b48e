import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, columns, fit, fitEnd, printable, wrap } from "./terminal.js";
import { bytes, duration, median, modeText } from "./units.js";

test("durations", () => {
  const table: readonly (readonly [number, string])[] = [
    [0, "0.00 ms"],
    [0.42, "0.42 ms"],
    [9.994, "9.99 ms"],
    [9.996, "10 ms"],
    [999.4, "999 ms"],
    [999.6, "1.00 s"],
    [12_345, "12.3 s"],
    [59_960, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [3_720_000, "1 h 02 min"],
  ];
  for (const [ms, text] of table) assert.equal(duration(ms), text);
});

test("sizes", () => {
  assert.equal(bytes(1023), "1023 B");
  assert.equal(bytes(1536), "1.5 KiB");
  assert.equal(bytes(131072), "128 KiB");
});

test("modes as ls -l shows them", () => {
  assert.equal(modeText(0o100644), "-rw-r--r--");
  assert.equal(modeText(0o040755), "drwxr-xr-x");
  assert.equal(modeText(0o104711), "-rws--x--x");
  assert.equal(modeText(0o041777), "drwxrwxrwt");
  assert.equal(modeText(0o102644), "-rw-r-Sr--");
  assert.equal(modeText(0o120777), "lrwxrwxrwx");
});

test("the median of nothing, odd and even counts", () => {
  assert.equal(Number.isNaN(median([])), true);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test("text is cut by columns, colours not counted and always closed", () => {
  assert.equal(fit("abcdef", 6), "abcdef");
  assert.equal(fit("abcdef", 4), "abc…");
  assert.equal(fit("日本語", 4), "日…");
  assert.equal(columns("\x1b[31m日本\x1b[39m"), 4);
  const cut = fit("\x1b[31mabcdef\x1b[39m", 4);
  assert.equal(cut, "\x1b[31mabc\x1b[39m…");
  assert.equal(cell("ab", 4), "ab  ");
});

test("names from outside lose what could drive a terminal", () => {
  assert.equal(printable("a\nb\x1b\udc80"), "a?b??");
});

test("a path keeps its end, a sentence its words", () => {
  assert.equal(fitEnd("/a/b/c.txt", 10), "/a/b/c.txt");
  assert.equal(fitEnd("/a/b/c.txt", 6), "…c.txt");
  assert.deepEqual(wrap("one two three", 7, 2), ["one two", "three"]);
  assert.deepEqual(wrap("one two three four", 7, 2), ["one two", "three …"]);
});
