/** What TypeScript does not allow as the name of a type or a constant, and what generated code uses itself. */
const TAKEN = new Set(
  (
    "any arguments as async await bigint boolean break catch class const continue debugger default delete do else enum " +
    "eval export extends false finally for function if implements import in instanceof interface let never new null " +
    "number object package private protected public return static string super switch symbol this throw true try type " +
    "typeof undefined unknown var void while with yield Exclude Uint8Array r w v on xdr rpc"
  )
    .split(" ")
    .filter((name) => name !== "type" && name !== "as" && name !== "async"),
);

/** The exported name of a type, constant, program, version or procedure: `_` is added where it must be. */
export function exported(name: string): string {
  return TAKEN.has(name) ? `${name}_` : name;
}

/** A struct's field. */
export function property(name: string): string {
  return name === "__proto__" ? `${name}_` : name;
}

/** An enum's member: the object that holds them is the enum's codec, too. */
export function memberName(name: string): string {
  return ["name", "size", "encode", "decode", "encodeAt", "decodeAt", "shape"].includes(name)
    ? `${name}_`
    : property(name);
}

/** The path of the module that is generated from an included `.x`. */
export function generatedModule(path: string): string {
  const module = `${path.replace(/\.x$/, "")}.gen.js`;
  return module.startsWith("./") || module.startsWith("../") || module.startsWith("/")
    ? module
    : `./${module}`;
}
