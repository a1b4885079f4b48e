// Makes a checkout ready to run: installs when the lock file changed, compiles when a source changed.
// Needs Node and npm only. Quick, and works offline, when nothing is to be done.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const installStamp = join(root, "node_modules/.unstuck-install");
const buildStamp = join(root, "packages/unstuck/dist/.unstuck-build");

/** A failure whose message is all a person needs; printed without a stack. */
export class SetupError extends Error {
  name = "SetupError";
}

/** Installs and compiles what is missing or out of date. Says on stderr what it does; silent when there is nothing to do. */
export function setup() {
  requireNode();
  install();
  build();
}

/** Runs `body` for a script of this folder: a SetupError becomes a message and exit code 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `Unstuck needs Node 20.19 or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      "Install a current one from https://nodejs.org and run the same command again.",
  );
}

function install() {
  const wanted = hashOf([process.versions.modules, readFileSync(join(root, "package-lock.json"), "utf8")]);
  if (readStamp(installStamp) === wanted) return;
  if (!installedByHand()) {
    say("installing dependencies (npm ci) …");
    const done = npm(["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
    if (done.error || done.status !== 0) {
      throw new SetupError(
        `npm ci failed${done.error ? ` (${done.error.message})` : ""}. It needs the npm registry once: check the network, a proxy ` +
          "(npm config get proxy) or the registry (npm config get registry), then run the same command again.",
      );
    }
  }
  writeFileSync(installStamp, wanted);
}

/** True when npm's own record of node_modules already holds every package of the lock file that this platform needs. */
function installedByHand() {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record)) return false;
  const have = JSON.parse(readFileSync(record, "utf8")).packages;
  const want = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  return Object.entries(want).every(([path, entry]) => {
    if (!path.startsWith("node_modules/") || entry.optional) return true;
    const got = have[path];
    return got !== undefined && got.version === entry.version && existsSync(join(root, path));
  });
}

function build() {
  const sources = [
    ...sourceFolders().flatMap((src) => files(src, (path) => /\.ts$|tsconfig[^/]*\.json$/.test(path))),
    join(root, "tsconfig.json"),
    join(root, "tsconfig.base.json"),
    installStamp,
  ];
  // mtimes and sizes, not contents: this runs before every command and must cost nothing one notices.
  const wanted = hashOf(sources.map((path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).size}`));
  if (readStamp(buildStamp) === wanted) return;
  say("compiling (tsc -b) …");
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const done = spawnSync(process.execPath, [tsc, "-b"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.error || done.status !== 0) {
    throw new SetupError(
      `tsc -b failed${done.error ? ` (${done.error.message})` : ": the errors above are the compiler's"}.`,
    );
  }
  dropOrphans();
  mkdirSync(dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, wanted);
}

/** A compiled file whose source is gone would still be imported, or run as a test. */
function dropOrphans() {
  for (const src of sourceFolders()) {
    const dist = join(dirname(src), "dist");
    for (const path of files(dist, (name) => /\.(js|d\.ts)(\.map)?$/.test(name))) {
      const source = join(src, relative(dist, path)).replace(/\.(js|d\.ts)(\.map)?$/, ".ts");
      if (!existsSync(source)) rmSync(path);
    }
  }
}

/** The `src` folder of every package of the workspace. */
export function sourceFolders() {
  return readdirSync(join(root, "packages")).map((name) => join(root, "packages", name, "src"));
}

/** Every file under `dir` that `keep` accepts, sorted. */
export function files(dir, keep) {
  const found = [];
  const walk = (at) => {
    if (!existsSync(at)) return;
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (keep(path)) found.push(path);
    }
  };
  walk(dir);
  return found.sort();
}

function npm(args) {
  // Under `npm start` this is the npm that runs us; alone, the one on the PATH.
  const cli = process.env.npm_execpath;
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  return cli?.endsWith(".js")
    ? spawnSync(process.execPath, [cli, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function hashOf(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\n");
  return hash.digest("hex");
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(setup);
