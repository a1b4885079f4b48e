import { decodeUtf8, encodeUtf8 } from "../xdr/mod.js";
import { nearest } from "./nearest.js";
import { OPTION_TABLE } from "./option-table.js";

/** A server and a path, as a person named them. */
export interface NfsSource {
  /** Name or address, without brackets. */
  readonly host: string;
  /** From `nfs://host:port/`. */
  readonly port: number | undefined;
  /** Absolute, percent-decoded, without empty components. */
  readonly path: string;
  /** Options of the URL's query in nfs(5)'s words, for parseOptions. */
  readonly options: readonly string[];
  /** Options of the query that are accepted and change nothing. */
  readonly noEffect: readonly { readonly option: string; readonly why: string }[];
}

/** A source that cannot be read; the message shows the place. */
export class NfsUrlError extends Error {
  override readonly name = "NfsUrlError";
  readonly code = "EINVAL";
  readonly input: string;
  /** Index of the offending character in `input`. */
  readonly at: number;
  constructor(input: string, at: number, problem: string) {
    super(`${problem}\n  ${input}\n  ${" ".repeat(at)}^`);
    this.input = input;
    this.at = at;
  }
}

/** Options that libnfs has in its URLs and nfs(5) has not, or under another name. */
type Libnfs =
  | { readonly as: string }
  | { readonly why: string }
  | { readonly words: { readonly [value: string]: { readonly why: string } | "as asked" } };

const LIBNFS: { readonly [name: string]: Libnfs } = {
  version: { as: "vers" },
  nfsport: { as: "port" },
  "auto-traverse-mounts": { words: { "0": "as asked", "1": { why: "nested exports are not crossed yet" } } },
  dircache: { words: { "0": "as asked", "1": { why: "listings are not cached" } } },
  autoreconnect: {
    words: {
      "-1": "as asked",
      "*": { why: "reconnecting is always on; soft, softerr or deadline bound a call instead" },
    },
  },
  "readdir-buffer": { why: "listings are read in the size the server prefers" },
  "tcp-syncnt": { why: "use connect_timeout to bound a connect" },
  if: { why: "binding to an interface is not built" },
  debug: { why: "use `unstuck ps` to see what a call waits for" },
  readahead: { why: "reading ahead is an argument of chunks()" },
  pagecache: { why: "data is not cached" },
  "pagecache-ttl": { why: "data is not cached" },
  "poll-timeout": { why: "nothing is polled" },
};

const queryNames = [...Object.keys(LIBNFS), ...OPTION_TABLE.map((row) => row.name)];
const known = new Set(queryNames);

/**
 * Reads `host:/path`, `[v6]:/path`, or `nfs://host[:port]/path[?option=value&…]` (RFC 2224, with libnfs's
 * option names beside nfs(5)'s). Throws {@link NfsUrlError}.
 */
export function parseSource(text: string): NfsSource {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme === null) return parseHostPath(text);
  if (scheme[1]!.toLowerCase() !== "nfs") {
    throw new NfsUrlError(text, 0, `the scheme is ${scheme[1]}://, and only nfs:// is known`);
  }
  return parseUrl(text, scheme[0].length);
}

/** `host:/path`, which parseSource reads back to the same host and path. */
export function printSource(host: string, path: string): string {
  return `${host.includes(":") ? `[${host}]` : host}:${path}`;
}

/** Normalised: absolute, no empty components, no trailing slash. */
export function cleanPath(path: string): string {
  return `/${path
    .split("/")
    .filter((name) => name !== "")
    .join("/")}`;
}

function parseHostPath(text: string): NfsSource {
  const { host, end } = hostAt(text, 0);
  if (text[end] !== ":") {
    throw new NfsUrlError(text, end, `expected ":" after the host, as in host:/path or nfs://host/path`);
  }
  if (text[end + 1] !== "/") {
    const port = /^:(\d+):?\//.exec(text.slice(end));
    const hint =
      port === null ? "" : ` (a port is given as -o port=${port[1]}, or as nfs://${host}:${port[1]}/…)`;
    throw new NfsUrlError(text, end + 1, `expected an absolute path after "${host}:"${hint}`);
  }
  return {
    host,
    port: undefined,
    path: pathOf(text, text.slice(end + 1), end + 1),
    options: [],
    noEffect: [],
  };
}

function parseUrl(text: string, start: number): NfsSource {
  const { host, end } = hostAt(text, start);
  let at = end;
  let port: number | undefined;
  if (text[at] === ":") {
    const digits = /^\d*/.exec(text.slice(at + 1))![0];
    port = Number(digits);
    if (digits === "" || port < 1 || port > 65535) {
      throw new NfsUrlError(text, at + 1, "expected a port from 1 to 65535");
    }
    at += 1 + digits.length;
  }
  if (text[at] !== "/") {
    throw new NfsUrlError(
      text,
      at,
      at < text.length ? `expected "/" and the path here` : "the path is missing: nfs://host/path",
    );
  }
  const mark = text.indexOf("?", at);
  const pathEnd = mark < 0 ? text.length : mark;
  const path = pathOf(text, percentDecode(text, at, pathEnd), at);
  const query = mark < 0 ? { options: [], noEffect: [] } : parseQuery(text, mark + 1);
  return { host, port, path, ...query };
}

function hostAt(text: string, start: number): { host: string; end: number } {
  if (text[start] === "[") {
    const close = text.indexOf("]", start);
    if (close < 0) throw new NfsUrlError(text, start, `this "[" is never closed`);
    const host = text.slice(start + 1, close);
    if (!/^[0-9a-fA-F:.]+(%[^\]]+)?$/.test(host) || !host.includes(":")) {
      throw new NfsUrlError(text, start + 1, "expected an IPv6 address between the brackets");
    }
    return { host, end: close + 1 };
  }
  const host = /^[^:/?#[\]@\s]*/.exec(text.slice(start))![0];
  const end = start + host.length;
  if (text[end] === "@")
    throw new NfsUrlError(text, start, "NFS has no user names here; use the options uid= and gid=");
  if (host === "")
    throw new NfsUrlError(text, start, "the host is missing, as in host:/path or nfs://host/path");
  if (/^[0-9a-fA-F]*$/.test(host) && /^(:[0-9a-fA-F]*){2,}/.test(text.slice(end))) {
    throw new NfsUrlError(text, start, "an IPv6 address stands in brackets: [fe80::1]:/path");
  }
  return { host, end };
}

function pathOf(input: string, path: string, at: number): string {
  if (path.includes("\0")) throw new NfsUrlError(input, at, "a path cannot contain a zero byte");
  return cleanPath(path);
}

function parseQuery(text: string, start: number): Pick<NfsSource, "options" | "noEffect"> {
  const options: string[] = [];
  const noEffect: { option: string; why: string }[] = [];
  let at = start;
  for (const pair of text.slice(start).split("&")) {
    const end = at + pair.length;
    const eq = pair.indexOf("=");
    const nameEnd = eq < 0 ? end : at + eq;
    const name = percentDecode(text, at, nameEnd);
    const value = eq < 0 ? undefined : percentDecode(text, nameEnd + 1, end);
    if (pair !== "") addOption(text, at, name, value, options, noEffect);
    at = end + 1;
  }
  return { options, noEffect };
}

function addOption(
  text: string,
  at: number,
  name: string,
  value: string | undefined,
  options: string[],
  noEffect: { option: string; why: string }[],
): void {
  const written = value === undefined ? name : `${name}=${value}`;
  const libnfs = Object.hasOwn(LIBNFS, name) ? LIBNFS[name] : undefined;
  if (libnfs === undefined) {
    const suggestion = known.has(name) ? undefined : nearest(name, queryNames);
    if (suggestion !== undefined) {
      throw new NfsUrlError(text, at, `unknown option ${JSON.stringify(name)}; did you mean ${suggestion}?`);
    }
    options.push(written); // a name that is no option at all is refused by parseOptions
  } else if ("as" in libnfs) {
    options.push(value === undefined ? libnfs.as : `${libnfs.as}=${value}`);
  } else if ("why" in libnfs) {
    noEffect.push({ option: written, why: libnfs.why });
  } else {
    const word = libnfs.words[value ?? ""] ?? libnfs.words["*"];
    if (word === undefined || !/^-?\d+$/.test(value ?? "")) {
      const words = Object.keys(libnfs.words).map((w) => (w === "*" ? "a number" : w));
      throw new NfsUrlError(text, at, `option ${name} is one of ${words.join(", ")}`);
    }
    if (word !== "as asked") noEffect.push({ option: written, why: word.why });
  }
}

/** Bytes that are not UTF-8 survive, as everywhere in this library (see xdr/text.ts). */
function percentDecode(text: string, start: number, end: number): string {
  const raw = text.slice(start, end);
  if (!raw.includes("%")) return raw;
  const bytes = new Uint8Array(raw.length * 3);
  let to = 0;
  for (let i = 0; i < raw.length; ) {
    if (raw[i] === "%") {
      const hex = raw.slice(i + 1, i + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) {
        throw new NfsUrlError(
          text,
          start + i,
          `"%" stands before two hexadecimal digits; a % itself is written %25`,
        );
      }
      bytes[to++] = Number.parseInt(hex, 16);
      i += 3;
    } else {
      const next = raw.indexOf("%", i);
      const plain = raw.slice(i, next < 0 ? raw.length : next);
      to = encodeUtf8(plain, bytes, to);
      if (to < 0)
        throw new NfsUrlError(text, start + i, "this is not Unicode text: a surrogate stands alone");
      i += plain.length;
    }
  }
  return decodeUtf8(bytes, 0, to);
}
