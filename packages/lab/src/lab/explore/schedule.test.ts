import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatSchedule, parseSchedule, type Schedule, ScheduleTextError } from "./schedule.js";

const LASSO: Schedule = {
  model: "reconnect",
  fingerprint: "k3f09a",
  steps: ["T.send", "net.rst", "net.rst", "net.loss@2", "T.connect", "net.rst"],
  loopAt: 4,
};

test("a schedule reads as a line of names", () => {
  assert.equal(formatSchedule(LASSO), "reconnect~k3f09a:T.send,net.rst*2,net.loss@2;T.connect,net.rst");
  assert.equal(formatSchedule({ model: "m", fingerprint: "", steps: [], loopAt: undefined }), "m:");
});

test("a line reads back as it was, whatever the names, and a URL can carry it", () => {
  const name = fc.oneof(
    fc.constantFrom("a", "b.c", "net.syn-ack", "x@2", "*3", "~", ";", ":", ",", "50%", "ä b", "#"),
    fc.string({ minLength: 1, unit: "grapheme" }),
  );
  const schedules = fc
    .tuple(name, fc.string(), fc.array(name, { minLength: 1, maxLength: 12 }), fc.option(fc.nat()))
    .map(([model, fingerprint, steps, loop]): Schedule => {
      const loopAt = loop === null ? undefined : loop % steps.length;
      return { model, fingerprint, steps, loopAt };
    });
  fc.assert(
    fc.property(schedules, (schedule) => {
      const line = formatSchedule(schedule);
      assert.deepEqual(parseSchedule(line), schedule);
      assert.equal(new URL(`https://host/#${line}`).hash, `#${line}`);
    }),
  );
});

const BAD: readonly (readonly [line: string, column: number])[] = [
  ["reconnect", 10],
  [":a", 1],
  ["m~x~y:a", 1],
  ["m:a,,b", 5],
  ["m:a*0", 3],
  ["m:a;b;c", 6],
  ["m:a;", 4],
  ["m:a,%zz", 5],
  ["m:a*99999999999", 3],
];
for (const [line, column] of BAD) {
  test(`${line} is refused at column ${column}`, () => {
    assert.throws(
      () => parseSchedule(line),
      (error) => error instanceof ScheduleTextError && error.column === column,
    );
  });
}
