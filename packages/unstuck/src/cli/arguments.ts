import { InvalidArgumentError } from "commander";

/** Argument parsers for commander: each returns a value or says what would have been right. */

/** A server's name or address. An IPv6 address may stand in brackets, as in URLs. */
export function hostName(text: string): string {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (/^[^\s/[\]]+$/.test(bare)) return bare;
  throw new InvalidArgumentError("a host is a name or an address, such as server, 192.168.1.200 or fe80::1");
}

export function portNumber(text: string): number {
  return integer(text, 0, 65535, "a port is a whole number from 0 (any free one) to 65535");
}

export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0 || value > 31_536_000) {
    throw new InvalidArgumentError("a time is a number of seconds, such as 10 or 0.5");
  }
  return value;
}

export function positiveSeconds(text: string): number {
  const value = seconds(text);
  if (value === 0) throw new InvalidArgumentError("a time above 0 seconds is needed, such as 10 or 0.5");
  return value;
}

export function count(text: string): number {
  return integer(text, 1, 1_000_000_000, "a count is a whole number from 1");
}

export function uint32(text: string): number {
  return integer(text, 0, 0xffff_ffff, "a whole number from 0 to 4294967295 is needed");
}

/** Collects an option that may be given several times. */
export function several(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

function integer(text: string, min: number, max: number, message: string): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < min || value > max) throw new InvalidArgumentError(message);
  return value;
}
