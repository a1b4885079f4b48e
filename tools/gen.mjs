// Compiles every .x file of the library to the .gen.ts beside it.
// --check: writes nothing; exits 1 and names the files that are not current.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "packages/unstuck/src");
const check = process.argv.includes("--check");

// The compiler stands alone (no other folder, no generated code): build it first, then use it.
execFileSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-b", join(source, "rpcgen")],
  {
    stdio: "inherit",
  },
);
const { compile } = await import(new URL("../packages/unstuck/dist/rpcgen/mod.js", import.meta.url).href);

/** A folder's door as a module specifier, seen from `file`. */
function door(file, folder) {
  return relative(dirname(file), join(source, folder, "mod.js")).replaceAll("\\", "/");
}

function load(path, from) {
  const file = resolve(root, dirname(from.name), path);
  return existsSync(file) ? { name: relative(root, file), text: readFileSync(file, "utf8") } : undefined;
}

let stale = 0;
const files = readdirSync(source, { recursive: true })
  .filter((name) => name.endsWith(".x"))
  .sort();
for (const name of files) {
  const file = join(source, name);
  const target = file.replace(/\.x$/, ".gen.ts");
  let code;
  try {
    const input = { name: relative(root, file), text: readFileSync(file, "utf8") };
    ({ code } = compile(input, { load, xdr: door(file, "xdr"), sunrpc: door(file, "sunrpc") }));
  } catch (error) {
    if (error.code !== "ERPCGEN") throw error;
    console.error(error.message);
    process.exitCode = 1;
    continue;
  }
  const before = existsSync(target) ? readFileSync(target, "utf8") : undefined;
  if (before === code) continue;
  const shown = relative(root, target);
  if (check) {
    stale++;
    const line = code.split("\n").findIndex((text, i) => text !== before?.split("\n")[i]) + 1;
    console.error(
      before === undefined ? `${shown}: missing` : `${shown}:${line}: not what its .x compiles to`,
    );
  } else {
    writeFileSync(target, code);
    console.log(`wrote ${shown}`);
  }
}
if (stale > 0) {
  console.error("run `npm run gen` and commit the result");
  process.exitCode = 1;
}
