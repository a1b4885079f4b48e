import assert from "node:assert/strict";
import { test } from "node:test";
import { episodes, episodeText, type HistoryLine, HistoryTeller } from "./history.js";

const line = (cookie: number, what: string, detail?: string): HistoryLine => ({
  cookie,
  what,
  localPort: 812,
  detail,
});
const outage = [
  line(1, "connecting"),
  line(1, "established"),
  line(1, "fin-received"),
  ...[2, 3, 4].flatMap((n) => [line(n, "connecting"), line(n, "connect-failed", "EINVAL")]),
  line(5, "connecting"),
  line(5, "connect-failed", "ECONNREFUSED"),
  line(6, "connecting"),
  line(6, "established"),
];
const expected = [
  "connection 1 established, port 812",
  "connection 1 closed by the server (FIN), port 812",
  "connection 4 could not connect, port 812: EINVAL (3 times since connection 2)",
  "connection 5 could not connect, port 812: ECONNREFUSED",
  "connection 6 established, port 812",
];

test("a row of equal failures is one line; attempts whose outcome follows are none", () => {
  assert.deepEqual(episodes(outage).map(episodeText), expected);
});

test("an attempt without an outcome yet is told", () => {
  assert.deepEqual(episodes(outage.slice(0, 1)).map(episodeText), ["connection 1 connecting, port 812"]);
});

test("equal closes are not failures: each counts", () => {
  assert.equal(episodes([line(1, "fin-received"), line(2, "fin-received")]).length, 2);
});

test("as a stream: the first of a row at once, the count at its end", () => {
  const teller = new HistoryTeller();
  assert.deepEqual(
    outage.flatMap((each) => teller.tell(each)),
    [
      expected[0],
      expected[1],
      "connection 2 could not connect, port 812: EINVAL",
      "… 3 times in all",
      expected[3],
      expected[4],
    ],
  );
});
