/** Reads packets as `tcpdump -n` prints them, into lines that are compared as those of a log are. */
import { type LogLine, LogSyntaxError, type RecordedLog } from "./log.js";

const PACKET = /^(\d\d):(\d\d):(\d\d)\.(\d{6}) IP (\S+) > (\S+): Flags \[([A-Z.]+|none)\], (.*)$/;
/** What the model's capture adds to a packet that never got anywhere; no tcpdump has seen it. */
const DROPPED = /\(dropped: .*\)$/;

/**
 * One line per packet: `fn` is `tcp`, `form` its flags, the fields its endpoints and relative sequence numbers; those
 * of a SYN are absolute and left out. Lines may be cut after their numbers; `truncated` is a last line without its
 * newline. The time is that of the day, µs.
 * @throws LogSyntaxError naming the line that is no packet of TCP over IPv4.
 */
export function parseTcpdump(text: string): RecordedLog {
  const rows = text.split("\n").map((row) => row.replace(/\r$/, ""));
  const tail = rows.pop() ?? "";
  const lines: LogLine[] = [];
  for (const [i, row] of rows.entries()) {
    if (row.trim() === "" || DROPPED.test(row)) continue;
    const packet = PACKET.exec(row);
    if (packet === null) throw new LogSyntaxError(i + 1, "not a packet as tcpdump prints it", row);
    lines.push(lineOf(packet, i + 1));
  }
  return { lines, truncated: tail === "" ? undefined : tail };
}

function lineOf(packet: RegExpExecArray, line: number): LogLine {
  const [, hours, minutes, seconds, micros, from = "", to = "", flags = "", rest = ""] = packet;
  const atUs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e6 + Number(micros);
  const fields: { [name: string]: string | number } = { from, to, flags };
  if (!flags.includes("S")) {
    for (const name of ["seq", "ack"]) {
      const value = new RegExp(`(?:^|, )${name} (\\d+(?::\\d+)?)(?=,|$)`).exec(rest)?.[1];
      if (value !== undefined) fields[name] = value;
    }
  }
  const numbers = rest.replace(/, (?:win|options) .*/, "");
  const said = `${from} > ${to}: Flags [${flags}], ${numbers}`;
  return { atUs, line, task: undefined, fn: "tcp", form: `Flags [${flags}]`, fields, text: said };
}
