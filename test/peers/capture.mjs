// What went over the wire, by a program that is not ours.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { start, until } from "./process.mjs";

/** Captures the loopback device from when this resolves until `stop()`, which resolves to the file's path (pcap). */
export async function startCapture(dir) {
  const file = join(dir, "capture.pcap");
  const dumpcap = start("dumpcap", ["-P", "-q", "-i", "lo", "-w", file]);
  await marked(file, dumpcap, "the capture has begun");
  return {
    async stop() {
      await marked(file, dumpcap, "the capture may end");
      await dumpcap.stop("SIGINT");
      return file;
    },
  };
}

/** dumpcap starts and writes when it likes: packets with a text are sent until one of them is in the file. */
async function marked(file, dumpcap, text) {
  const socket = createSocket("udp4");
  socket.on("error", () => {}); // nobody listens there
  await until("packets in the capture", () => {
    if (dumpcap.exited) throw new Error(`dumpcap ended at once: ${dumpcap.output}`);
    socket.send(text, 9, "127.0.0.1");
    return contents(file).includes(text);
  });
  socket.close();
}

function contents(file) {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
