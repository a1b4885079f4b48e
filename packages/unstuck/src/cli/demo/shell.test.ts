import assert from "node:assert/strict";
import { test } from "node:test";
import { Shell } from "./shell.js";

test("a command that fails rejects with what it printed", async () => {
  const shell = await Shell.open([]);
  try {
    await shell.run("true");
    await assert.rejects(shell.run("echo no such thing >&2; false"), /no such thing/);
    await shell.run("true"); // and it goes on
  } finally {
    await shell.close();
  }
});

test("a prefix that cannot be run rejects at once, and says why", async () => {
  await assert.rejects(Shell.open(["/nonexistent/unshare"]), /ENOENT/);
  await assert.rejects(
    Shell.open(["sh", "-c", "echo Operation not permitted >&2; exit 1"]),
    /Operation not permitted/,
  );
});

test("after close nothing runs", async () => {
  const shell = await Shell.open([]);
  await shell.close();
  await assert.rejects(shell.run("true"));
});
