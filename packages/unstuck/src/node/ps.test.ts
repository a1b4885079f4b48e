import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ECHO, Peer, PROG, until } from "./fixture.test.js";
import { collect, connect, PsError, psDir, publish } from "./mod.js";

async function inDir(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "unstuck-ps-"));
  try {
    await body(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test("a call in flight is seen, with its names, its reason and its connection's history", () =>
  inDir(async (dir) => {
    const peer = new Peer();
    peer.onCall = () => {};
    const port = await peer.listen();
    const client = await connect({ host: "127.0.0.1", port, program: PROG, version: 1, label: "a mount" });
    const publication = await publish({ dir, label: "test process" });
    publication.add(client);
    client.call(ECHO, new Uint8Array(4), { label: "/file", deadlineMs: 60_000 }).catch(() => {});
    await until(() => peer.calls.length === 1);

    const report = await collect({ dir });
    assert.deepEqual([report.unreadable, report.removed], [[], []]);
    const [document] = report.processes;
    assert.deepEqual([document!.version, document!.pid, document!.label], [1, process.pid, "test process"]);
    const [shown] = document!.clients;
    assert.deepEqual([shown!.label, shown!.peer], ["a mount", `tcp 127.0.0.1:${port}`]);
    const [call] = shown!.calls;
    assert.deepEqual(
      [call!.program, call!.procedure, call!.label, call!.attempts, call!.reason.code],
      [String(PROG), "ECHO", "/file", 1, "reply"],
    );
    const xid = peer.calls[0]!.xid;
    assert.equal(Number(call!.tshark.replace("rpc.xid == ", "")), xid);
    assert.ok(Math.abs(Date.parse(call!.startedAt) + call!.ageMs - Date.parse(document!.takenAt)) < 1000);
    assert.deepEqual(
      shown!.transports[0]!.history.map((h) => h.what),
      ["connecting", "established"],
    );

    await publication.close();
    assert.deepEqual(await readdir(dir), []);
    await client.close();
    await peer.close();
  }));

test("a client that was taken away is not shown", () =>
  inDir(async (dir) => {
    const publication = await publish({ dir });
    const client = { snapshot: () => assert.fail("asked") };
    publication.add(client)();
    assert.deepEqual((await collect({ dir })).processes[0]!.clients, []);
    await publication.close();
  }));

test("two publications of one process do not get into each other's way", () =>
  inDir(async (dir) => {
    const [a, b] = [await publish({ dir, label: "a" }), await publish({ dir, label: "b" })];
    const labels = (await collect({ dir })).processes.map((p) => p.label);
    assert.deepEqual(labels.sort(), ["a", "b"]);
    await Promise.all([a.close(), b.close()]);
  }));

test("the socket of a killed process is removed; a new process of its number may take it", () =>
  inDir(async (dir) => {
    const path = join(dir, `${process.pid}.sock`);
    const dead = spawn(process.execPath, [
      "-e",
      "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))",
      path,
    ]);
    await once(dead, "exit");
    assert.ok(existsSync(path));
    const publication = await publish({ dir });
    assert.equal(publication.path, path);
    await publication.close();

    const again = join(dir, "99999999.sock");
    const killed = spawn(process.execPath, [
      "-e",
      "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))",
      again,
    ]);
    await once(killed, "exit");
    assert.deepEqual((await collect({ dir })).removed, [again]);
    assert.deepEqual(await readdir(dir), []);
  }));

test("a process that does not answer, or not in our language, is reported, and waited for only so long", () =>
  inDir(async (dir) => {
    const silent = createServer(() => {}).listen(join(dir, "1.sock"));
    const babble = createServer((socket) => socket.end("hello")).listen(join(dir, "2.sock"));
    const future = createServer((socket) => socket.end('{"version":2}')).listen(join(dir, "3.sock"));
    await Promise.all(
      [silent, babble, future].map((server) => server.listening || once(server, "listening")),
    );
    await writeFile(join(dir, "notes.txt"), "not a socket");
    const { unreadable } = await collect({ dir, timeoutMs: 50 });
    unreadable
      .toSorted((a, b) => (a.path < b.path ? -1 : 1))
      .forEach(({ why }, i) => {
        assert.match(why, [/no answer in 50 ms/, /not JSON/, /format 2/][i]!);
      });
    assert.equal(unreadable.length, 3);
    for (const server of [silent, babble, future]) server.close();
  }));

test("a directory that others may enter, or that is a link, is refused", () =>
  inDir(async (dir) => {
    const open = join(dir, "open");
    await mkdir(open);
    await chmod(open, 0o755);
    await assert.rejects(publish({ dir: open }), { name: "PsError", code: "EPERM" });
    await assert.rejects(collect({ dir: open }), PsError);
    const link = join(dir, "link");
    await chmod(open, 0o700);
    await symlink(open, link);
    await assert.rejects(publish({ dir: link }), { code: "ENOTDIR" });
  }));

test("a directory of another user is refused", { skip: process.getuid?.() !== 0 && "needs root" }, () =>
  inDir(async (dir) => {
    const { chown } = await import("node:fs/promises");
    const foreign = join(dir, "foreign");
    await mkdir(foreign, { mode: 0o700 });
    await chown(foreign, 12345, 12345);
    await assert.rejects(publish({ dir: foreign }), (error) => {
      assert.ok(error instanceof PsError);
      assert.match(error.message, /belongs to user 12345/);
      return true;
    });
  }),
);

test("no directory: nobody publishes", async () => {
  const { processes } = await collect({ dir: join(tmpdir(), "unstuck-never-made") });
  assert.deepEqual(processes, []);
});

test("the directory is the user's own", () => {
  assert.equal(psDir({ XDG_RUNTIME_DIR: "/run/user/7" }), join("/run/user/7", "unstuck"));
  assert.match(psDir({}), /unstuck-\d+$/);
});
