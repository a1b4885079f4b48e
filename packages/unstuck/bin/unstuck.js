#!/usr/bin/env node
try {
  await import("../dist/cli/main.js");
} catch (error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND" || !error.url?.endsWith("/dist/cli/main.js")) throw error;
  process.stderr.write("unstuck: this checkout is not compiled yet: npm install && npm run build\n");
  process.exitCode = 1;
}
