// Golden files: captured exchanges as text, every line some bytes of a message and what tshark reads there.
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL(".", import.meta.url);
const ROW_BYTES = 32;

/**
 * A call and its reply, without record marks, as two programs exchanged them.
 * @typedef {{ at: number, size: number, name: string, show: string | undefined }} Field `show`: undefined where tshark only shows the bytes
 * @typedef {{ bytes: Uint8Array, fields: Field[] }} Message
 * @typedef {{ file: string, title: string, transport: "tcp" | "udp", call: Message, reply: Message }} Exchange
 */

/** Every exchange of every golden file. */
export function exchanges() {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort();
  return files.flatMap((name) => parse(name, readFileSync(new URL(name, folder), "utf8")));
}

export function print(head, list) {
  const parts = list.map(({ title, transport, call, reply }) =>
    [`## ${title} over ${transport}`, "call", ...rows(call), "reply", ...rows(reply), ""].join("\n"),
  );
  return [...head.map((line) => `# ${line}`), "", ...parts].join("\n");
}

/** One row for each field, and one for the bytes between two. */
function rows({ bytes, fields }) {
  const out = [];
  let end = 0;
  for (const field of fields) {
    if (field.at < end) continue;
    if (field.at > end) out.push(...row(bytes, { at: end, size: field.at - end }));
    out.push(...row(bytes, field));
    end = field.at + field.size;
  }
  if (end < bytes.length) out.push(...row(bytes, { at: end, size: bytes.length - end }));
  return out;
}

function row(bytes, { at, size, name, show }) {
  const hex = Buffer.from(bytes.subarray(at, at + size)).toString("hex");
  const lines = hex.match(new RegExp(`.{1,${2 * ROW_BYTES}}`, "g"));
  // Bytes once more, or a text that tshark could not show: the name says enough.
  const plain = show === undefined || show.replaceAll(":", "") === hex || !/^[ -~]+$/.test(show);
  const said = name === undefined ? "" : plain ? ` ${name}` : ` ${name} = ${show}`;
  return lines.map((line, i) => (i === 0 ? `${String(at).padStart(5)} ${line}${said}` : `      ${line}`));
}

function parse(file, text) {
  const found = [];
  let message;
  for (const line of text.split("\n")) {
    const title = /^## (.*) over (tcp|udp)$/.exec(line);
    const first = /^ *(\d+) ([0-9a-f]+)(?: (\S+)(?: = (.*))?)?$/.exec(line);
    const more = /^ {6}([0-9a-f]+)$/.exec(line);
    if (title) found.push({ file, title: title[1], transport: title[2], call: empty(), reply: empty() });
    else if (line === "call" || line === "reply") message = found.at(-1)[line];
    else if (more) extend(message, more[1]);
    else if (first) {
      const at = Number(first[1]);
      if (at !== message.hex.length / 2) throw new Error(`${file}: a hole before ${line}`);
      if (first[3] !== undefined) message.fields.push({ at, size: 0, name: first[3], show: first[4] });
      message.named = first[3] !== undefined;
      extend(message, first[2]);
    } else if (line !== "" && !line.startsWith("#")) throw new Error(`${file}: not a row: ${line}`);
  }
  return found.map(({ call, reply, ...rest }) => ({ ...rest, call: closed(call), reply: closed(reply) }));
}

function empty() {
  return { hex: "", fields: [], named: false };
}

function extend(message, hex) {
  message.hex += hex;
  if (message.named) message.fields.at(-1).size += hex.length / 2;
}

function closed({ hex, fields }) {
  return { bytes: Uint8Array.from(Buffer.from(hex, "hex")), fields };
}
