// What neither the compiler nor the linter can refuse (design of the folders: ARCHITECTURE.md). Prints file:line and what to do.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** Which folders a folder of packages/unstuck/src may import, always through their mod.ts. */
export const arrows = {
  xdr: [],
  rpcgen: [],
  sunrpc: ["xdr"],
  vfs: [],
  program: ["xdr", "sunrpc", "vfs"],
  nfs: ["xdr", "sunrpc", "program"],
  node: ["xdr", "sunrpc", "vfs", "program", "nfs"],
  cli: ["xdr", "rpcgen", "sunrpc", "vfs", "program", "nfs", "node"],
};
const pure = new Set(["xdr", "rpcgen", "sunrpc", "vfs", "program", "nfs"]);
const promiseless = new Set(["xdr", "sunrpc"]);
const longFile = 400;

// Written in two halves so that this file does not accuse itself.
const machinePath = new RegExp(
  `(?<![\\w.:/])/(${["work", "root", "home/runner"].join("|")})(/|\\b(?=["'\`\\s]))`,
);
const registryHost = /"resolved":\s*"https?:/;

/**
 * One breach of a rule.
 * @typedef {{ path: string, line: number, rule: string, message: string, warning?: true }} Finding
 */

/** Checks files of a checkout; `read` gives a file's text. Returns every breach, warnings included. */
export function tidy(paths, read) {
  const findings = [];
  for (const path of paths) {
    const text = read(path);
    if (text === undefined || text.includes("\0")) continue;
    const add = (line, rule, message, extra) => findings.push({ path, line, rule, message, ...extra });
    checkText(path, text, add);
    if (/\.(ts|mjs|js)$/.test(path)) checkCode(path, text, add);
    if (path.endsWith(".md")) checkLinks(path, text, new Set(paths), add);
  }
  return findings;
}

function checkText(path, text, add) {
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    if (machinePath.test(line))
      add(
        index + 1,
        "machine-path",
        "names a path of one machine: make it relative, or take it from the caller",
      );
    if (registryHost.test(line)) {
      add(
        index + 1,
        "registry-host",
        "names a registry: .npmrc has omit-lockfile-registry-resolved; run npm install again",
      );
    }
  });
  if (lines.length > longFile && !/\.gen\.ts$|package-lock\.json$|\.(md|txt|x|c)$/.test(path)) {
    add(
      lines.length,
      "long-file",
      `${lines.length} lines: find the second reason in it and give that a file (aim: under 300)`,
      { warning: true },
    );
  }
}

function checkCode(path, text, add) {
  const code = blank(text);
  const test = /\.(test|fixture)\.(ts|mjs|js)$/.test(path);
  const each = (pattern, rule, message) => {
    for (const match of code.matchAll(pattern)) add(lineOf(code, match.index), rule, message);
  };
  if (test)
    each(
      /\b(it|test|describe|suite)\.only\b|\bonly:\s*true\b/g,
      "only",
      "runs one test and hides the others: take the `only` away",
    );

  const folder = /^packages\/unstuck\/src\/([a-z]+)\//.exec(path)?.[1];
  if (folder === undefined) return;
  for (const { specifier, line } of imports(text))
    checkImport(path, folder, test, specifier, (message) => add(line, "arrow", message));
  if (test) return;
  if (pure.has(folder)) {
    each(/(?<![.\w])Date\b/g, "clock", `${folder}/ reads no clock: take \`now\` from the event or the port`);
    each(/\bMath\s*\.\s*random\b/g, "random", `${folder}/ rolls no dice: take \`random\` from the port`);
  }
  if (promiseless.has(folder)) {
    each(
      /(?<![.\w])(Promise|PromiseLike|async|await)\b(?!\s*[:=?])/g,
      "promise",
      `${folder}/ awaits nothing: return an effect, take the answer as an event`,
    );
  }
}

function checkImport(path, folder, test, specifier, add) {
  if (specifier.startsWith("node:")) {
    if (pure.has(folder) && !test)
      add(`${folder}/ is pure and cannot import ${specifier}: take what you need through a port`);
    return;
  }
  if (!specifier.startsWith(".")) {
    if (specifier.startsWith("unstuck")) add(`import "${specifier}" by its relative path inside the package`);
    else if (folder !== "cli" && !test)
      add(`only cli/ may have runtime dependencies, and this imports ${specifier}`);
    return;
  }
  const target = posix.join(posix.dirname(path), specifier);
  const [, to, rest] = /^packages\/unstuck\/src\/([a-z]+)\/(.*)$/.exec(target) ?? [];
  if (to === undefined || to === folder) return;
  if (rest !== "mod.js" && !(test && rest.endsWith(".gen.js")))
    add(`${specifier} goes past a folder's door: import ${to}/mod.js, and export there what is missing`);
  // A test may look at the layers above its own; only what ships has to keep to the arrows.
  if (!test && !arrows[folder]?.includes(to))
    add(`${folder}/ may not import ${to}/ (the arrows are in ARCHITECTURE.md)`);
}

function checkLinks(path, text, known, add) {
  text.split("\n").forEach((line, index) => {
    for (const [, href] of line.replace(/`[^`]*`/g, "").matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(href)) continue;
      const target = posix.normalize(posix.join(posix.dirname(path), href)).replace(/\/$/, "");
      const found = known.has(target) || [...known].some((file) => file.startsWith(`${target}/`));
      if (!found) add(index + 1, "dead-link", `${href} is not in the repository`);
    }
  });
}

function imports(text) {
  const found = [];
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)(["'])([^"'\n]+)\1/gm;
  const commentless = blank(text, { keepStrings: true });
  for (const match of commentless.matchAll(pattern))
    found.push({ specifier: match[2], line: lineOf(text, match.index + match[0].length) });
  return found;
}

/** The source with comments (and strings) turned into spaces, so that positions stay. Code inside `${}` stays code. */
export function blank(text, { keepStrings = false } = {}) {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=[(,=:[!&|?{};]\s*|return\s+)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|`/g;
  let out = "";
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) return out + text.slice(at);
    out += text.slice(at, match.index);
    if (match[0] === "`") {
      const [blanked, end] = template(text, match.index, keepStrings);
      out += blanked;
      at = end;
    } else {
      const comment = match[0].startsWith("//") || match[0].startsWith("/*");
      out += keepStrings && !comment ? match[0] : spaces(match[0]);
      at = match.index + match[0].length;
    }
  }
}

function template(text, start, keepStrings) {
  let out = " ";
  let at = start + 1;
  while (at < text.length && text[at] !== "`") {
    if (text[at] === "\\") {
      out += "  ";
      at += 2;
    } else if (text.startsWith("${", at)) {
      let depth = 1;
      let end = at + 2;
      while (end < text.length && depth > 0) {
        if (text[end] === "{") depth++;
        if (text[end] === "}") depth--;
        if (text[end] === "`") end = template(text, end, keepStrings)[1] - 1;
        end++;
      }
      out += `  ${blank(text.slice(at + 2, end - 1), { keepStrings })} `;
      at = end;
    } else {
      out += text[at] === "\n" ? "\n" : " ";
      at++;
    }
  }
  return [`${out} `, at + 1];
}

function spaces(text) {
  return text.replace(/[^\n]/g, " ");
}

function lineOf(text, index) {
  return text.slice(0, index).split("\n").length;
}

/** The files git knows or would add. */
export function listed(root) {
  const out = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return [...new Set(out.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path))).sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const read = (path) => {
    try {
      return readFileSync(join(root, path), "utf8");
    } catch (error) {
      // Taken away between the listing and now.
      if (error.code === "ENOENT") return undefined;
      throw error;
    }
  };
  const findings = tidy(listed(root), read);
  for (const { path, line, rule, message, warning } of findings) {
    process.stdout.write(`${path}:${line}: ${warning ? "warning: " : ""}${message} [${rule}]\n`);
  }
  process.exitCode = findings.some((finding) => !finding.warning) ? 1 : 0;
}
