import assert from "node:assert/strict";
import { test } from "node:test";
import { allLines, directoryLines, exportLines, hostLines } from "./showmount.format.js";

test("showmount -e pads to the longest path and names everyone", () => {
  assert.deepEqual(
    exportLines([
      { path: "/export/test", groups: ["192.168.1.100", "10.0.0.0/8"] },
      { path: "/mem", groups: [] },
    ]),
    ["/export/test 192.168.1.100,10.0.0.0/8", "/mem         (everyone)"],
  );
  assert.deepEqual(exportLines([]), []);
});

test("showmount -a, -d and none: sorted, each once", () => {
  const mounts = [
    { host: "b", path: "/x" },
    { host: "a", path: "/x" },
    { host: "b", path: "/x" },
  ];
  assert.deepEqual(allLines(mounts), ["a:/x", "b:/x"]);
  assert.deepEqual(directoryLines(mounts), ["/x"]);
  assert.deepEqual(hostLines(mounts), ["a", "b"]);
});

test("names from the server cannot drive the terminal", () => {
  assert.deepEqual(exportLines([{ path: "/a\x1b[2J", groups: ["\x07"] }]), ["/a?[2J ?"]);
});
