import { OPTION_TABLE, type OptionRow, REFUSED_OPTIONS } from "./option-table.js";
import type { MountOptions } from "./options.js";

/** The options in force as one line, in the order and spelling of /proc/mounts. Reads back to the same options. */
export function printOptions(o: MountOptions): string {
  const words: (string | undefined)[] = [
    o.readOnly ? "ro" : "rw",
    `vers=${o.vers}`,
    number("rsize", o.rsize),
    number("wsize", o.wsize),
    number("namlen", o.namlen),
    ...attrTimes(o),
    o.mode,
    o.cto ? undefined : "nocto",
    o.rdirplus ? undefined : "nordirplus",
    o.lookupcache === "all" ? undefined : `lookupcache=${o.lookupcache}`,
    o.resvport ? "resvport" : "noresvport",
    o.relookup ? "relookup" : undefined,
    `proto=${o.proto}`,
    number("port", o.port),
    o.nconnect === 1 ? undefined : `nconnect=${o.nconnect}`,
    `timeo=${o.timeoMs / 100}`,
    `retrans=${o.retrans}`,
    number("deadline", seconds(o.deadlineMs)),
    `connect_timeout=${o.connectTimeoutMs / 1000}`,
    o.retryMs === 0 ? undefined : `retry=${o.retryMs / 60_000}`,
    o.sec === undefined ? undefined : `sec=${o.sec.join(":")}`,
    number("uid", o.uid),
    number("gid", o.gid),
    o.mountHost === undefined ? undefined : `mounthost=${o.mountHost}`,
    `mountvers=${o.mountVers}`,
    number("mountport", o.mountPort),
    `mountproto=${o.mountProto}`,
    o.addr === undefined ? undefined : `addr=${o.addr}`,
  ];
  return words.filter((w) => w !== undefined).join(",");
}

const number = (name: string, value: number | undefined) =>
  value === undefined ? undefined : `${name}=${value}`;
const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

function attrTimes(o: MountOptions): string[] {
  return [
    `acregmin=${o.acregminMs / 1000}`,
    `acregmax=${o.acregmaxMs / 1000}`,
    `acdirmin=${o.acdirminMs / 1000}`,
    `acdirmax=${o.acdirmaxMs / 1000}`,
  ];
}

/** The reference page of the mount options, as Markdown, made from the table. */
export function optionsReference(): string {
  const lines = [
    "# Mount options",
    "",
    "<!-- Made from src/nfs/option-table.ts; a test compares. To renew it: UPDATE=1 node --test packages/unstuck/dist/nfs/options.test.js -->",
    "",
    "Names and meanings are nfs(5)'s. An unknown option, a value out of range, and two options that contradict",
    "each other are errors; where a command takes options from a URL and from `-o`, those of `-o` win.",
    "An accepted option that changes nothing is listed by `mount.options.noEffect`, with the reason.",
    "",
    "| option | value | default | meaning |",
    "|---|---|---|---|",
    ...OPTION_TABLE.filter((r) => r.noEffect === undefined).map(
      (r) => `| \`${r.name}\` | ${valueText(r)} | ${r.fallback} | ${r.meaning} |`,
    ),
    "",
    "## Accepted, without effect",
    "",
    "| option | value | why |",
    "|---|---|---|",
    ...OPTION_TABLE.filter((r) => r.noEffect !== undefined).map(
      (r) => `| \`${r.name}\` | ${valueText(r)} | ${r.noEffect} |`,
    ),
    "",
    "## Refused",
    "",
    "| option | why |",
    "|---|---|",
    ...Object.entries(REFUSED_OPTIONS).map(([name, why]) => `| \`${name}\` | ${why} |`),
    ...OPTION_TABLE.flatMap((r) =>
      Object.entries(r.refused ?? {}).map(([word, why]) => `| \`${r.name}=${word}\` | ${why} |`),
    ),
    "",
  ];
  return lines.join("\n");
}

function valueText(row: OptionRow): string {
  const v = row.value;
  switch (v.kind) {
    case "flag":
      return "";
    case "int":
      return `${v.min} to ${v.max}${v.unit === undefined ? "" : ` ${v.unit}`}`;
    case "seconds":
      return `${v.min} to ${v.max} s, decimals allowed`;
    case "word":
      return v.words.join(", ");
    case "words":
      return `${v.words.join(", ")} (several: \`a:b\`)`;
    case "text":
      return "text";
  }
}
