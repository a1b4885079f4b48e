// The contender `ours`: the same calls as the C peers through this library, with callbacks or with promises.
// usage: client.mjs callback|promise HOST PORT FH-HEX DIR-HEX NAME; then lines `op depth size seconds warm` on stdin
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { connect } from "../packages/unstuck/dist/node/mod.js";
import { nfs3 } from "../packages/unstuck/dist/program/mod.js";

const [mode, host, port, fh, dir, name] = process.argv.slice(2);
const bytes = (hex) => (hex === "-" ? new Uint8Array(0) : Uint8Array.from(Buffer.from(hex, "hex")));
const file = { data: bytes(fh) };
const folder = { data: bytes(dir) };

const calls = {
  null: () => [nfs3.NFSPROC3_NULL, undefined],
  getattr: () => [nfs3.NFSPROC3_GETATTR, { object: file }],
  lookup: () => [nfs3.NFSPROC3_LOOKUP, { what: { dir: folder, name } }],
  read: (size) => [nfs3.NFSPROC3_READ, { file, offset: 0n, count: size }],
};

class Meter {
  constructor(seconds, warm) {
    this.from = performance.now() + warm * 1000;
    this.ms = seconds * 1000;
    this.calls = 0;
    this.counting = false;
  }
  /** Tells of `n` more calls; false when the time is over. */
  tick(n) {
    const now = performance.now();
    if (this.counting) {
      this.calls += n;
      if (now - this.from < this.ms) return true;
      this.ms = now - this.from;
      this.cpu = process.cpuUsage(this.cpu);
      return false;
    }
    if (now >= this.from) {
      this.counting = true;
      this.from = now;
      this.cpu = process.cpuUsage();
    }
    return true;
  }
  print() {
    const cpu = (this.cpu.user + this.cpu.system) / 1e6;
    process.stdout.write(`${JSON.stringify({ calls: this.calls, seconds: this.ms / 1000, cpu })}\n`);
  }
}

function check(res) {
  if (res !== undefined && res.status !== nfs3.nfsstat3.NFS3_OK) throw new Error(`status ${res.status}`);
}

function withCallbacks(client, [proc, args], depth, meter) {
  return new Promise((resolve, reject) => {
    let open = depth;
    let fresh = 0;
    let going = true;
    const done = (error, res) => {
      if (error !== undefined) return reject(error);
      check(res);
      if (going && ++fresh === depth) {
        going = meter.tick(fresh);
        fresh = 0;
      }
      if (going) client.callWith(proc, args, done, options);
      else if (--open === 0) resolve();
    };
    const options = { transient: true };
    for (let i = 0; i < depth; i++) client.callWith(proc, args, done, options);
  });
}

async function withPromises(client, [proc, args], depth, meter) {
  let fresh = 0;
  let going = true;
  const one = async () => {
    while (going) {
      check(await client.call(proc, args));
      if (++fresh === depth && going) {
        going = meter.tick(fresh);
        fresh = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: depth }, one));
}

for await (const line of createInterface({ input: process.stdin })) {
  const [op, depth, size, seconds, warm] = line
    .split(" ")
    .map((word, index) => (index === 0 ? word : Number(word)));
  const client = await connect({
    host,
    port: Number(port),
    program: nfs3.NFS_PROGRAM,
    version: 3,
    wait: true,
  });
  const meter = new Meter(seconds, warm);
  await (mode === "promise" ? withPromises : withCallbacks)(client, calls[op](size), depth, meter);
  meter.print();
  await client.close();
}
