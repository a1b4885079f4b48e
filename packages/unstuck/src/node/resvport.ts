import { createServer } from "node:net";
import { XprtError } from "../sunrpc/mod.js";

const LOWEST = 512;
const HIGHEST = 1023;

/** The ports of bindresvport(3), 512 to 1023, each once, from a random one on. */
export class ResvPorts {
  readonly #first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
  #taken = 0;

  /** The next one to try; undefined when all were. */
  next(): number | undefined {
    const count = HIGHEST - LOWEST + 1;
    if (this.#taken === count) return undefined;
    return LOWEST + ((this.#first - LOWEST + this.#taken++) % count);
  }
}

/**
 * Finds out whether this process may bind ports below 1024. Throws XprtError EACCES when not: a
 * client would otherwise try for ever.
 */
export async function checkResvport(): Promise<void> {
  const ports = new ResvPorts();
  for (let port = ports.next(); port !== undefined; port = ports.next()) {
    const code = await tryBind(port);
    if (code === undefined) return;
    if (code === "EADDRINUSE") continue;
    throw new XprtError(
      "EACCES",
      "never",
      `binding source port ${port} failed (${code}): resvport needs root or CAP_NET_BIND_SERVICE; use noresvport, and allow high ports on the server (export option "insecure")`,
    );
  }
  throw new XprtError("EADDRINUSE", "never", "all source ports from 512 to 1023 are in use: use noresvport");
}

function tryBind(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "EIO"));
    server.listen({ port, host: "0.0.0.0", exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
