import { createHash } from "node:crypto";

/** JSON whose keys are in order, so that equal data is equal text. */
export function canonicalJson(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** The name of some data: 16 hexadecimal digits of SHA-256 over its canonical JSON. */
export function nameOf(data: unknown): string {
  return createHash("sha256").update(canonicalJson(data)).digest("hex").slice(0, 16);
}
