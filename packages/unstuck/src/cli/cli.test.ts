import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { PsReport } from "../node/mod.js";
import type { ServeEvent } from "./serve-event.js";
import type { WatchEvent } from "./watch/event.js";

const MAIN = fileURLToPath(new URL("./main.js", import.meta.url));

let home: string;
let server: ChildProcess;
let port: number;

/** The environment of every command here: its own state and sockets. */
function env(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    XDG_RUNTIME_DIR: join(home, "run"),
    XDG_STATE_HOME: join(home, "state"),
    NO_COLOR: "1",
    TMPDIR: home,
  };
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ["pipe", "pipe", "pipe"], env: env() });
}

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

async function unstuck(...args: string[]): Promise<Ran> {
  const child = start(args);
  let out = "";
  let err = "";
  child.stdout!.on("data", (b: Buffer) => {
    out += b.toString();
  });
  child.stderr!.on("data", (b: Buffer) => {
    err += b.toString();
  });
  const [status] = (await once(child, "close")) as [number | null];
  return { status, out, err };
}

/** Resolves with the first JSON line that fits. */
function jsonLine<E>(child: ChildProcess, fits: (event: E) => boolean): Promise<E> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const event = JSON.parse(line) as E;
      if (fits(event)) resolve(event);
    });
    child.on("close", (status) => reject(new Error(`ended with ${status}`)));
  });
}

before(async () => {
  home = await mkdtemp(join(tmpdir(), "unstuck-cli-"));
  await mkdir(join(home, "run"));
  await mkdir(join(home, "files", "dir"), { recursive: true });
  await writeFile(join(home, "files", "hello.txt"), "hello\n");
  await writeFile(join(home, "files", "big"), Buffer.alloc(3_000_000, "unstuck"));
  server = start(["serve", join(home, "files"), "--port", "0", "--ro", "--json", "--lifeline"]);
  const ready = await jsonLine<ServeEvent>(server, (e) => e.type === "listening");
  port = ready.type === "listening" ? ready.nfsPort : 0;
});

after(async () => {
  server.kill("SIGTERM");
  const [status] = (await once(server, "close")) as [number | null];
  await rm(home, { recursive: true });
  assert.equal(status, 0, "serve ends with 0 on SIGTERM");
});

const url = (path: string): string => `nfs://127.0.0.1:${port}/export${path}?mountport=${port}`;

test("wrong command lines: status 2, and one line that says what would be right", async () => {
  const table: readonly (readonly [readonly string[], RegExp])[] = [
    [["shwmount"], /unknown command 'shwmount'.*showmount/],
    [["watch"], /missing required argument 'url'/],
    [["watch", "nfs://h/x", "soon"], /number of seconds/],
    [["watch", "nfs://h/x", "--exit-on", "luck"], /answer, error, recovery/],
    [["stat", "nfs://h/x", "--deadline", "0"], /above 0 seconds/],
    [["stat", "h:/x", "-o", "rsizee=4096"], /rsizee.*did you mean rsize/],
    [["stat", "http://h/x"], /only nfs:\/\//],
    [["ls", "-Q", "h:/x"], /unknown option '-Q'/],
    [["serve", "--port", "70000", "."], /65535/],
    [["serve", ".", "--rpcbind", "maybe"], /own, none, system/],
    [["serve", ".", "--allow", "everybody"], /192\.168\.1\.0\/24/],
    [["serve", MAIN], /it is a file/],
    [["showmount", "-e", "-a", "h"], /exclude each other/],
    [["showmount", "-e", "nfs://h/x"], /a host is a name or an address/],
    [["rpcinfo", "-t", "h"], /a host and a program are needed/],
    [["rpcinfo", "-t", "h", "mont"], /did you mean mount/],
    [["rpcinfo", "h", "nfs"], /-t \(TCP\) or -u \(UDP\)/],
    [["demo", "--outage", "long"], /number of seconds/],
    [["demo", "--fault", "axe"], /auto, netns, proxy/],
    [["demo", "--outages", "3"], /--outage/],
    [["ps", "--watch", "never"], /number of seconds/],
  ];
  const results = await Promise.all(table.map(([args]) => unstuck(...args)));
  for (const [i, { status, err, out }] of results.entries()) {
    const [args, pattern] = table[i]!;
    assert.equal(status, 2, `${args.join(" ")}: status ${status}, ${err}`);
    assert.match(err, pattern, args.join(" "));
    assert.match(err, /^unstuck: /);
    assert.equal(out, "");
  }
});

test("every command has help with examples; no command shows help", async () => {
  const names = ["serve", "watch", "ps", "stat", "ls", "cat", "showmount", "rpcinfo", "rpcgen", "demo"];
  const results = await Promise.all(names.map((name) => unstuck(name, "--help")));
  for (const [i, { status, out }] of results.entries()) {
    assert.equal(status, 0);
    assert.match(out, /Examples:\n/, names[i]);
  }
  const none = await unstuck();
  assert.equal(none.status, 0);
  assert.match(none.out, /Exit status:/);
});

test("stat, ls, cat: what the server has", async () => {
  const [stat, statJson, ls, long, cat, big] = await Promise.all([
    unstuck("stat", url("/hello.txt")),
    unstuck("stat", url("/hello.txt"), "--json"),
    unstuck("ls", url("")),
    unstuck("ls", "-l", `127.0.0.1:/export`, "-o", `port=${port},mountport=${port}`),
    unstuck("cat", url("/hello.txt")),
    unstuck("cat", url("/big")),
  ]);
  assert.match(stat.out, /File: \/export\/hello\.txt\n {2}Size: 6 .*regular file/);
  assert.deepEqual([JSON.parse(statJson.out).size, JSON.parse(statJson.out).type], [6, "regular file"]);
  assert.equal(ls.out, "big\ndir\nhello.txt\n");
  assert.match(long.out, /^-rw.* 3000000 .* big\ndrwx.* dir\n-rw.* {6}6 .* hello\.txt\n$/);
  assert.equal(cat.out, "hello\n");
  assert.equal(big.out.length, 3_000_000);
  for (const { status, err } of [stat, statJson, ls, long, cat, big])
    assert.deepEqual([status, err], [0, ""]);
});

test("failures: status 1 when the server says no, 3 when nobody answers", async () => {
  const [missing, nowhere, noExport, noHost] = await Promise.all([
    unstuck("stat", url("/nope")),
    unstuck("cat", "nfs://127.0.0.1:1/export/x?mountport=1"),
    unstuck("ls", `nfs://127.0.0.1:${port}/other?mountport=${port}`),
    unstuck("showmount", "-e", "no-such-host.invalid"),
  ]);
  assert.deepEqual([missing.status, nowhere.status, noExport.status, noHost.status], [1, 3, 1, 3]);
  assert.match(noHost.err, /--mount-port/);
  assert.match(missing.err, /^unstuck: ENOENT/);
  assert.match(nowhere.err, /ECONNREFUSED/);
  assert.match(noExport.err, /the server exports \/export/);
  for (const { err } of [missing, nowhere, noExport, noHost])
    assert.equal(err.trimEnd().split("\n").length, 1, err);
});

test("rpcgen: what does not compile is shown in its place, with status 1", async () => {
  const file = join(home, "bad.x");
  await writeFile(file, "const A = 1;\nstruct s { nope x; };\n");
  const { status, out, err } = await unstuck("rpcgen", file);
  assert.deepEqual([status, out], [1, ""]);
  const [first, excerpt, caret] = err.split("\n");
  assert.match(first!, /^unstuck: .*bad\.x:2:12: .*nope/);
  assert.equal(excerpt, "    struct s { nope x; };");
  assert.equal(caret, "               ^^^^");
});

test("showmount and rpcinfo against our own server", async () => {
  const [exports, json, tcp, udp, wrong, absent] = await Promise.all([
    unstuck("showmount", "-e", "127.0.0.1", "--mount-port", String(port)),
    unstuck("showmount", "-e", "127.0.0.1", "--mount-port", String(port), "--json"),
    unstuck("rpcinfo", "-n", String(port), "-t", "127.0.0.1", "nfs", "3"),
    unstuck("rpcinfo", "-n", String(port), "-u", "127.0.0.1", "nfs"),
    unstuck("rpcinfo", "-n", String(port), "-t", "127.0.0.1", "nfs", "4"),
    unstuck("rpcinfo", "-n", String(port), "-t", "127.0.0.1", "nlockmgr"),
  ]);
  assert.equal(exports.out, "Export list for 127.0.0.1:\n/export (everyone)\n");
  assert.deepEqual(JSON.parse(json.out), [{ path: "/export", groups: [] }]);
  assert.equal(tcp.out, "program 100003 version 3 ready and waiting\n");
  assert.equal(udp.out, "program 100003 version 3 ready and waiting\n");
  assert.deepEqual([wrong.status, absent.status], [1, 1]);
  assert.equal(wrong.out, "program 100003 version 4 is not available\n");
  assert.match(wrong.err, /no version 4 of program 100003, only from 3 to 3/);
});

test("a reader that has had enough ends the command quietly", async () => {
  const child = start(["cat", url("/big")]);
  let err = "";
  child.stderr!.on("data", (b: Buffer) => {
    err += b.toString();
  });
  child.stdout!.once("data", () => child.stdout!.destroy());
  const [status] = (await once(child, "close")) as [number | null];
  assert.deepEqual([status, err], [0, ""]);
});

test("a port in use is explained", async () => {
  const { status, err } = await unstuck("serve", join(home, "files"), "--port", String(port));
  assert.equal(status, 1);
  assert.match(err, /port is in use/);
});

test("watch --count: a line for each stat and a summary, as JSON too", async () => {
  const plain = await unstuck("watch", url("/hello.txt"), "0.02", "--count", "3");
  assert.match(plain.out, /#3 .* ok .*\n\n3 calls, 3 answered, 0 lost\nlatency: /);
  const { out, status } = await unstuck("watch", url("/hello.txt"), "0.02", "--count", "3", "--json");
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as WatchEvent);
  const summary = events.at(-1);
  assert.equal(status, 0);
  assert.deepEqual([summary?.type, summary?.type === "summary" && summary.answered], ["summary", 3]);
  assert.equal(events.filter((e) => e.type === "answer" && e.ok).length, 3);
  const error = await unstuck("watch", url("/nope"), "0.02", "--exit-on", "error");
  assert.equal(error.status, 1);
});

test("ps shows the waiting call of a watch whose server is stopped; Ctrl-C ends the watch with 130 and a summary", async () => {
  const watcher = start(["watch", url("/hello.txt"), "0.02", "--json", "--tick", "0.05"]);
  let out = "";
  watcher.stdout!.on("data", (b: Buffer) => {
    out += b.toString();
  });
  await jsonLine<WatchEvent>(watcher, (e) => e.type === "answer");
  server.kill("SIGSTOP");
  try {
    await jsonLine<WatchEvent>(watcher, (e) => e.type === "waiting" && e.calls.length > 0);
    const [json, table, verbose, other] = await Promise.all([
      unstuck("ps", "--json"),
      unstuck("ps"),
      unstuck("ps", "-v"),
      unstuck("ps", "1"),
    ]);
    const report = JSON.parse(json.out) as PsReport;
    const process = report.processes.find((p) => p.pid === watcher.pid);
    const call = process?.clients.flatMap((c) => c.calls)[0];
    assert.match(call?.label ?? "", /\/export\/hello\.txt$/);
    assert.ok(call !== undefined && call.ageMs > 0 && call.reason.text !== "");
    assert.match(
      table.out,
      new RegExp(`PID +SERVER.*\\n *${watcher.pid}  tcp 127\\.0\\.0\\.1:${port} +nfs LOOKUP`),
    );
    assert.match(verbose.out, /connection 1 established, port \d+/);
    assert.match(verbose.out, /tshark -Y 'rpc\.xid == 0x[0-9a-f]{8}'/);
    assert.equal(other.status, 1);
    assert.match(other.err, /no unstuck process of this user has the number 1/);
    watcher.kill("SIGINT");
    const [status] = (await once(watcher, "close")) as [number | null];
    const last = JSON.parse(out.trim().split("\n").at(-1)!) as WatchEvent;
    assert.equal(status, 130);
    assert.ok(
      last.type === "summary" && last.lost === 0 && last.unfinished === 1 && last.answered === last.calls - 1,
    );
  } finally {
    server.kill("SIGCONT");
    watcher.kill("SIGKILL");
  }
  assert.deepEqual(await readdir(join(home, "run", "unstuck")), [], "no socket is left");
  const nobody = await unstuck("ps");
  assert.deepEqual([nobody.status, nobody.out], [0, "no unstuck process of this user is running\n"]);
});

test("with --lifeline a command ends when its starter does", async () => {
  const child = start(["watch", url("/hello.txt"), "1", "--json", "--lifeline"]);
  await jsonLine<WatchEvent>(child, (e) => e.type === "answer");
  child.stdin!.end();
  await once(child, "close");
});
