import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { type CompileOptions, compile, type Source } from "../rpcgen/mod.js";
import { CliError, usage } from "./exit.js";

interface RpcgenOptions {
  readonly output?: string;
  readonly xdr: string;
  readonly sunrpc: string;
  readonly include: readonly string[];
  readonly define?: readonly string[];
  readonly check?: boolean;
}

/** `unstuck rpcgen in.x`. Fails where the source does not compile, and where `--check` finds a difference. */
export function rpcgenCommand(): Command {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  return new Command("rpcgen")
    .description("compile an .x file (RFC 4506, RFC 5531) to a TypeScript module")
    .argument("<in.x>", "the source; - reads standard input")
    .option("-o, --output <file>", "write there instead of to standard output")
    .option("-I, --include <dir>", "look for #include files there, too (may be repeated)", collect, [])
    .option("-D, --define <name>", "a name that #ifdef finds defined (may be repeated)", collect)
    .option("--xdr <specifier>", "module of the XDR runtime", "unstuck/xdr")
    .option("--sunrpc <specifier>", "module of the types Procedure and Program", "unstuck/sunrpc")
    .option("--check", "write nothing; fail if the output file is not current (needs -o)")
    .addHelpText(
      "after",
      `
Includes in the source's own folder are found without -I; each is compiled by a call of its own.
Exit status: 1 if the source does not compile (every problem is shown with its place), or --check finds a difference.

Examples:
  $ unstuck rpcgen ping.x -o ping.ts
  $ unstuck rpcgen ping.x -o ping.ts --check     in a test: is the committed file current?`,
    )
    .action((input: string, options: RpcgenOptions) => {
      if (options.check && options.output === undefined) throw usage("--check needs -o FILE");
      const name = input === "-" ? "standard input" : input;
      if (input !== "-" && !existsSync(input)) throw new CliError(`no such file: ${input}`);
      const text = readFileSync(input === "-" ? 0 : input, "utf8");
      const { code } = compile({ name, text }, compileOptions(options));
      if (options.output === undefined) process.stdout.write(code);
      else if (!options.check) writeFileSync(options.output, code);
      else if (!existsSync(options.output) || readFileSync(options.output, "utf8") !== code) {
        throw new CliError(`${options.output} is not what ${name} compiles to; run this without --check`);
      }
    });
}

function compileOptions({ include, define, xdr, sunrpc }: RpcgenOptions): CompileOptions {
  const load = (path: string, from: Source): Source | undefined => {
    const found = [dirname(from.name), ...include]
      .map((dir) => resolve(dir, path))
      .find((file) => existsSync(file));
    return found === undefined ? undefined : { name: found, text: readFileSync(found, "utf8") };
  };
  return { load, xdr, sunrpc, ...(define && { defines: define }) };
}
