import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { lab } from "./lab.fixture.js";

test("the line at the end makes the same run again, its step budget too", () => {
  const first = lab("run", "report-rr50", "--seed", "3", "--max-steps", "300").out;
  const again = /^again: unstuck lab (.*)$/m.exec(first)?.[1];
  assert.equal(again, "run report-rr50 --preset el6-279 --variant none --seed 3 --max-steps 300");
  assert.equal(lab(...again.split(" ")).out, first);
});

test("what a command line cannot mean is refused, with what it could", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["run", "report-rr5"], /no scenario is called report-rr5; did you mean report-rr50\?/],
    [["run", "zebra"], /no scenario is called zebra; unstuck lab list/],
    [["run", "report-rr50", "--only", "wire", "--format", "json"], /--only picks lines of the text/],
    [["run", "report-rr50", "--preset", "v3.8"], /no such kernel; did you mean v3\.[67]\?/],
    [["run", "report-rr50", "--variant", "quiet-abot"], /did you mean quiet-abort\?/],
    [["report", "--seed", "1.5"], /whole number/],
    [["conform", "v3.6-rr50", "--rpcdebug", "/dev/null"], /no line of RPC debugging/],
  ];
  for (const [words, message] of cases)
    assert.match(lab(...words).thrown?.message ?? "", message, words.join(" "));
});

test("a log that the model never comes to is refused with a way to take it up later", () => {
  const loop = fileURLToPath(new URL("../../testdata/rpcdebug-3.6.0-loop.txt", import.meta.url));
  const { out } = lab("conform", "v3.6-rr50", "--variant", "eagain-to-connect", "--rpcdebug", loop);
  assert.match(out, /^line 1: no run of the model prints/);
  assert.match(out, /never comes to where the log begins; --from/);
  assert.match(
    lab("conform", "v3.6-rr50", "--rpcdebug", loop, "--from", "zebra").thrown?.message ?? "",
    /no line is like/,
  );
});
