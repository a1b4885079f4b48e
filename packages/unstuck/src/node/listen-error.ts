import { errnoOf } from "./line.js";

/** The server could not listen. `code` is the errno's name. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code: string;
  readonly host: string;
  readonly port: number;
  readonly transport: "tcp" | "udp";
  constructor(cause: unknown, transport: "tcp" | "udp", host: string, port: number) {
    const code = errnoOf(cause);
    super(`${transport} ${host}:${port}: ${advice(code)}`, { cause });
    this.code = code;
    this.host = host;
    this.port = port;
    this.transport = transport;
  }
}

function advice(code: string): string {
  switch (code) {
    case "EADDRINUSE":
      return "the port is in use: stop the server that has it, or choose another port (0: any free one)";
    case "EACCES":
      return "not allowed: ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case "EADDRNOTAVAIL":
      return "this host has no such address: choose one of its own, or 0.0.0.0 for all";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host name has no address";
    default:
      return `listening failed with ${code}`;
  }
}
