import { labCommand } from "./lab.js";

/** What a command line prints and throws, run in this process. */
export function lab(...words: string[]): { out: string; thrown: Error | undefined } {
  let out = "";
  const write = process.stdout.write;
  process.stdout.write = (chunk: unknown) => {
    out += String(chunk);
    return true;
  };
  const exitCode = process.exitCode;
  try {
    const command = labCommand().exitOverride();
    for (const one of command.commands) one.exitOverride().configureOutput({ writeErr: () => {} });
    command.parse(words, { from: "user" });
    return { out, thrown: undefined };
  } catch (error) {
    return { out, thrown: error as Error };
  } finally {
    process.stdout.write = write;
    process.exitCode = exitCode;
  }
}
