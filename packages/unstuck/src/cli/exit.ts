import { CommanderError } from "commander";

/** What the command's exit status means (documented in `unstuck --help`). */
export const exit = {
  ok: 0,
  /** The server answered and said no, or a local file did. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Nobody answered: timed out, refused, unreachable, unknown host. */
  unreachable: 3,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const;

/** An error that is already a line for people, with its exit status. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code = "ECLI";
  readonly status: number;
  constructor(message: string, status: number = exit.failed, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The command line is wrong: status 2. */
export function usage(message: string): CliError {
  return new CliError(message, exit.usage);
}

/** What to do about an error of the operating system; the library's own errors mostly say it themselves. */
const advice: { readonly [code: string]: string } = {
  ECONNREFUSED: "nothing listens there: is the server running, is the port right?",
  EHOSTUNREACH: "no route to the host: check the address and the network",
  ENETUNREACH: "no route to the network: check the address and the network",
  ENOTFOUND: "unknown host: check the name",
  EAI_AGAIN: "the name server does not answer: try again, or use an address",
  ENOENT: "no such file or directory: check the path",
  EACCES: "permission denied",
};

const unreachable = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EPROTO",
]);

/** The stable `code` of any error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export interface Explained {
  /** No prefix, no newline at the end. One line, unless it shows a place in what was given. */
  readonly line: string;
  readonly status: number;
}

/** Any error as the one line a person reads, and the status the command ends with. */
export function explain(error: unknown): Explained {
  if (!(error instanceof Error)) return { line: String(error), status: exit.failed };
  // The places that these show under the line are worth more than the one-line rule.
  if (error.name === "NfsUrlError") return { line: error.message, status: exit.usage };
  if (error.name === "LabError") return { line: error.message, status: statusOfLab(error) };
  if (error.name === "CompileError") return { line: error.message, status: exit.failed };
  const message = oneLine(error.message) || error.name;
  if (error instanceof CliError) return { line: message, status: error.status };
  if (error instanceof CommanderError) return { line: message, status: exit.usage };
  if (error.name === "MountOptionError") return { line: message, status: exit.usage };
  const code = codeOf(error);
  const status = statusOf(error, code);
  const hint =
    code === undefined || message.includes("nobody listens") ? undefined : hintFor(error.name, code);
  return { line: hint === undefined ? message : `${message} (${hint})`, status };
}

function hintFor(name: string, code: string): string | undefined {
  return name === "Error" || (name === "XprtError" && unreachable.has(code)) ? advice[code] : undefined;
}

/** The lab is loaded from its own package, so its errors are known by name; they bring their status. */
function statusOfLab(error: Error): number {
  return (error as { status?: unknown }).status === exit.usage ? exit.usage : exit.failed;
}

function statusOf(error: Error, code: string | undefined): number {
  if (code === "EPROGUNAVAIL") return exit.failed;
  if (code !== undefined && unreachable.has(code)) return exit.unreachable;
  return error.name === "XprtError" ? exit.unreachable : exit.failed;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}
