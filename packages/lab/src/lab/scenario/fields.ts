/** A small table-driven reader of YAML nodes: a table says which keys a mapping has and how each is read. */
import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from "yaml";
import type { Placed, Position, ProblemCode } from "./error.js";
import { suggest } from "./nearest.js";
import type { Parsed } from "./words.js";

/** The file being read. */
export interface Source {
  readonly doc: Document;
  readonly lines: LineCounter;
  readonly report: (at: Position, code: ProblemCode, message: string) => void;
}

/** Reads a node; reports what is wrong with it and gives undefined. `key` is for the message. */
export type Read<T> = (node: Node | null, at: Position, key: string, source: Source) => T | undefined;

export type Fields<T> = { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> };

/** What a mapping had; a key that was absent or wrong is absent. */
export type Found<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

export function positionOf(node: unknown, source: Source, otherwise: Position): Position {
  const range = (node as Node | null | undefined)?.range;
  if (range === null || range === undefined) return otherwise;
  const { line, col } = source.lines.linePos(range[0]);
  return { line, column: col };
}

/** What an alias stands for; reports one that stands for nothing. */
function resolved(node: Node | null, at: Position, source: Source): Node | null | undefined {
  if (!isAlias(node)) return node;
  const meant = node.resolve(source.doc);
  if (meant === undefined)
    source.report(at, "unknown-name", `no anchor &${node.source} above; write the value itself`);
  return meant;
}

function describe(node: Node | null): string {
  if (isMap(node)) return "a mapping";
  return isSeq(node) ? "a list" : "a single value";
}

/** One word or number, as it was written. */
export function scalar<T>(parse: (text: string) => Parsed<T>): Read<T> {
  return (raw, at, key, source) => {
    const node = resolved(raw, at, source);
    if (node === undefined) return undefined;
    if (node === null || (isScalar(node) && node.value === null && !node.source)) {
      return void source.report(at, "bad-value", `${key} is empty; write a value or leave the key out`);
    }
    if (!isScalar(node)) {
      return void source.report(at, "shape", `${key} takes a single value, not ${describe(node)}`);
    }
    const parsed = parse(typeof node.value === "string" ? node.value : (node.source ?? String(node.value)));
    if (parsed.ok) return parsed.value;
    return void source.report(at, parsed.code, `${key}: ${parsed.message}`);
  };
}

/** A list, each item with its place; a wrong item is left out. */
export function list<T>(item: Read<T>): Read<readonly Placed<T>[]> {
  return (raw, at, key, source) => {
    const node = resolved(raw, at, source);
    if (node === undefined) return undefined;
    if (!isSeq(node)) {
      return void source.report(at, "shape", `${key} takes a list ("- …" or […]), not ${describe(node)}`);
    }
    const items: Placed<T>[] = [];
    for (const one of node.items) {
      const place = positionOf(one, source, at);
      const value = item(one as Node | null, place, key, source);
      if (value !== undefined) items.push({ value, at: place });
    }
    return items;
  };
}

/** Keeps the place of a value. */
export function placed<T>(read: Read<T>): Read<Placed<T>> {
  return (node, at, key, source) => {
    const value = read(node, at, key, source);
    return value === undefined ? undefined : { value, at };
  };
}

/** A mapping with the keys of `fields` and no other. `required` keys that are absent are reported. */
export function mapping<T>(
  fields: Fields<T>,
  required: readonly (keyof T & string)[] = [],
): Read<Found<T> & { readonly keys: ReadonlySet<string> }> {
  return (raw, at, key, source) => {
    const node = resolved(raw, at, source);
    if (node === undefined) return undefined;
    if (!isMap(node)) {
      return void source.report(at, "shape", `${key} takes a mapping ("key: value"), not ${describe(node)}`);
    }
    const found: Record<string, unknown> = {};
    const keys = new Set<string>();
    for (const pair of node.items) {
      const place = positionOf(pair.key, source, at);
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      if (!Object.hasOwn(fields, name)) {
        source.report(
          place,
          "unknown-key",
          `no key "${name}" in ${key}; ${suggest(name, Object.keys(fields))}`,
        );
        continue;
      }
      keys.add(name);
      const value = fields[name as keyof T](
        pair.value as Node | null,
        positionOf(pair.value, source, place),
        name,
        source,
      );
      if (value !== undefined) found[name] = value;
    }
    for (const name of required) {
      if (!keys.has(name)) source.report(at, "missing-key", `${key} needs the key "${name}"`);
    }
    return { ...(found as Found<T>), keys };
  };
}
