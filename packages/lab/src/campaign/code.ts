import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The compiled code that decides what an item finds: folders beside this one, and our own core. */
const FOLDERS = [
  new URL("../lab/", import.meta.url),
  new URL("../mill/", import.meta.url),
  new URL("./", import.meta.url),
  new URL(".", import.meta.resolve("unstuck/sunrpc")),
  new URL(".", import.meta.resolve("unstuck/xdr")),
];

/** Names the contents of all code that a result depends on: 12 hexadecimal digits of SHA-256, the same wherever it lies. */
export function codeHash(): string {
  const hash = createHash("sha256");
  FOLDERS.forEach((url, row) => {
    const folder = fileURLToPath(url);
    for (const path of scripts(folder)) {
      hash.update(`${row} ${relative(folder, path).replaceAll("\\", "/")}\n`).update(readFileSync(path));
    }
  });
  return hash.digest("hex").slice(0, 12);
}

function scripts(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /(?<!\.test|\.fixture)\.js$/.test(path))
    .sort()
    .map((path) => `${folder}${path}`);
}
