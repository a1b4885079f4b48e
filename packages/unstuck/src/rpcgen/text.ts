/** A comment as JSDoc lines. */
export function docLines(doc: string | undefined, indent: string): string[] {
  if (doc === undefined || doc === "") return [];
  const lines = doc.replaceAll("*/", "*\\/").split("\n");
  if (lines.length === 1) return [`${indent}/** ${lines[0]} */`];
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}

/** A number as TypeScript has it: a bigint only where a number would lose digits. */
export function literal(value: bigint): string {
  const exact = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return exact ? String(value) : `${value}n`;
}
