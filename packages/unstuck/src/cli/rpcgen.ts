import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { CompileError, compile, type Source } from "../rpcgen/mod.js";
import { CliError, exit, usage } from "./exit.js";

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
    .action((input: string, options: RpcgenOptions, command: Command) => {
      if (options.check && options.output === undefined) throw usage("--check needs -o FILE");
      const name = input === "-" ? "standard input" : input;
      if (input !== "-" && !existsSync(input)) throw new CliError(`no such file: ${input}`);
      const code = compileOrFail(
        command,
        { name, text: readFileSync(input === "-" ? 0 : input, "utf8") },
        options,
      );
      if (options.output === undefined) process.stdout.write(code);
      else if (!options.check) writeFileSync(options.output, code);
      else if (!existsSync(options.output) || readFileSync(options.output, "utf8") !== code) {
        throw new CliError(`${options.output} is not what ${name} compiles to; run this without --check`);
      }
    });
}

function compileOrFail(command: Command, source: Source, options: RpcgenOptions): string {
  const load = (path: string, from: Source): Source | undefined => {
    const found = [dirname(from.name), ...options.include]
      .map((dir) => resolve(dir, path))
      .find((file) => existsSync(file));
    return found === undefined ? undefined : { name: found, text: readFileSync(found, "utf8") };
  };
  try {
    const { xdr, sunrpc, define } = options;
    return compile(source, { load, xdr, sunrpc, ...(define && { defines: define }) }).code;
  } catch (error) {
    if (error instanceof CompileError) command.error(error.message, { exitCode: exit.failed });
    throw error;
  }
}
