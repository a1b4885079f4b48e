import { check } from "./check.js";
import { type Load, loadModule } from "./module.js";
import { print } from "./print.js";
import { Problems, type Source } from "./source.js";

export interface CompileOptions {
  /** Finds what an `#include` names. Default: nothing is found. */
  readonly load?: Load;
  /** Module that the generated code gets the XDR runtime from. Default `unstuck/xdr`. */
  readonly xdr?: string;
  /** Module that the types Procedure and Program come from. Default `unstuck/sunrpc`. */
  readonly sunrpc?: string;
  /** Names that `#ifdef` finds defined. Default: what C's rpcgen defines for a header and for codecs. */
  readonly defines?: readonly string[];
}

/**
 * Compiles an `.x` source (RFC 4506 §6, RFC 5531 §12) to a TypeScript module. Included sources are
 * compiled on their own; their names are imported from `name.gen.js` beside `name.x`.
 * Throws {@link CompileError} with everything that is wrong.
 */
export function compile(source: Source, options: CompileOptions = {}): { readonly code: string } {
  const problems = new Problems();
  const load = options.load ?? (() => undefined);
  const module = loadModule(source, { load, defines: options.defines ?? ["RPC_HDR", "RPC_XDR"] }, problems);
  check(module, problems);
  problems.throwIfAny();
  const specifiers = { xdr: options.xdr ?? "unstuck/xdr", sunrpc: options.sunrpc ?? "unstuck/sunrpc" };
  return { code: print(module, specifiers) };
}
