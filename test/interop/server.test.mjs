// Other people's clients against our server with its own rpcbind: Debian's showmount and rpcinfo, libnfs.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { scratch } from "../peers/ganesha.mjs";
import { enter } from "../peers/namespace.mjs";
import { run, start, until } from "../peers/process.mjs";

const skip = await enter(import.meta.url, ["rpcinfo", "showmount", "nfs-ls", "nfs-cat"]);
const unstuck = fileURLToPath(new URL("../../packages/unstuck/bin/unstuck.js", import.meta.url));

describe("our server and other people's clients", { skip, timeout: 60_000 }, () => {
  const dir = skip ? "" : scratch();
  const served = join(dir, "export");
  const big = randomBytes(9 * 1024 * 1024 + 17);
  const names = Array.from({ length: 3000 }, (_, index) => `n${index}`);
  let server;

  before(async () => {
    mkdirSync(join(served, "sub"), { recursive: true });
    mkdirSync(join(served, "many"));
    writeFileSync(join(served, "hello.txt"), "hello unstuck\n", { mode: 0o644 });
    writeFileSync(join(served, "big.bin"), big, { mode: 0o644 });
    symlinkSync("hello.txt", join(served, "link"));
    for (const name of names) writeFileSync(join(served, "many", name), "");
    const options = [
      "--export",
      "/export/test",
      "--rpcbind",
      "own",
      "--port",
      "2049",
      "--mount-port",
      "20048",
      "--json",
    ];
    server = start(process.execPath, [unstuck, "serve", served, ...options], {
      env: { ...process.env, XDG_STATE_HOME: join(dir, "state") },
    });
    await until("server", async () => {
      if (server.exited) throw new Error(`the server ended at once: ${server.output}`);
      return (await run("rpcinfo", ["-t", "127.0.0.1", "100003", "3"])).code === 0;
    });
  });
  after(() => server?.stop());

  const says = async (command, ...args) => {
    const done = await run(command, args);
    assert.equal(done.code, 0, `${command} ${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };

  test("showmount -e lists the export", async () => {
    assert.match(await says("showmount", "-e", "127.0.0.1"), /^\/export\/test +\S/m);
  });

  test("showmount -a and -d show who has mounted it, as long as he has", async () => {
    // libnfs sends UMNT when it is done; a mount that is still there is one of ours.
    const watch = start(process.execPath, [
      unstuck,
      "watch",
      "nfs://127.0.0.1/export/test/hello.txt",
      "--json",
    ]);
    await until("first answer", () => watch.output.includes('"type":"answer"'));
    assert.match(await says("showmount", "-a", "127.0.0.1"), /127\.0\.0\.1:\/export\/test/);
    assert.match(await says("showmount", "-d", "127.0.0.1"), /^\/export\/test$/m);
    await watch.stop("SIGINT");
  });

  test("rpcinfo -p lists the port mapper, NFS and mountd", async () => {
    const listed = await says("rpcinfo", "-p", "127.0.0.1");
    for (const line of [
      /100000 +2 +tcp +111 /,
      /100000 +4 +udp +111 /,
      /100003 +3 +tcp +2049 /,
      /100003 +3 +udp +2049 /,
      /100005 +3 +tcp +20048 /,
      /100005 +1 +udp +20048 /,
    ]) {
      assert.match(listed, line);
    }
  });

  test("rpcinfo -s and -m can read it, with versions 3 and 4 of the protocol", async () => {
    assert.match(await says("rpcinfo", "-s", "127.0.0.1"), /100003 +3 +\S*tcp/);
    assert.match(await says("rpcinfo", "-l", "127.0.0.1", "100003", "3"), /100003/);
    await says("rpcinfo", "-m", "127.0.0.1");
  });

  test("rpcinfo -t and -u find every program alive, and hear of versions that are not there", async () => {
    for (const transport of ["-t", "-u"]) {
      for (const [program, version] of [
        ["100000", "2"],
        ["100003", "3"],
        ["100005", "3"],
        ["100005", "1"],
      ]) {
        assert.match(await says("rpcinfo", transport, "127.0.0.1", program, version), /ready and waiting/);
      }
      const wrong = await run("rpcinfo", ["-n", "2049", transport, "127.0.0.1", "100003", "9"]);
      assert.notEqual(wrong.code, 0);
      assert.match(
        wrong.stderr + wrong.stdout,
        /low version = 3, high version = 3|Program\/version mismatch/,
      );
    }
  });

  test("nfs-ls lists what is there", async () => {
    const listed = await says("nfs-ls", "nfs://127.0.0.1/export/test");
    assert.match(listed, /^-rw-r--r-- .* 14 hello\.txt$/m);
    assert.match(listed, /^drwxr-xr-x .* sub$/m);
    assert.match(listed, new RegExp(`^-.* ${big.length} big\\.bin$`, "m"));
  });

  test("nfs-ls lists three thousand entries once each", async () => {
    const listed = await says("nfs-ls", "nfs://127.0.0.1/export/test/many");
    const seen = listed
      .trim()
      .split("\n")
      .map((line) => line.split(" ").at(-1));
    assert.deepEqual([...seen].sort(), [...names].sort());
  });

  test("nfs-cat reads a file whole", async () => {
    const done = await run("nfs-cat", ["nfs://127.0.0.1/export/test/big.bin"]);
    assert.equal(done.code, 0, done.stderr);
    assert.equal(Buffer.compare(done.stdoutBytes, big), 0);
    assert.equal(await says("nfs-cat", "nfs://127.0.0.1/export/test/hello.txt"), "hello unstuck\n");
  });

  test("libnfs hears of what is not there, and of an export that is none", async () => {
    const nothing = await run("nfs-cat", ["nfs://127.0.0.1/export/test/nothing"]);
    assert.match(nothing.stderr, /NOENT|No such file/);
    const nowhere = await run("nfs-ls", ["nfs://127.0.0.1/nowhere"]);
    assert.notEqual(nowhere.code, 0);
    assert.match(nowhere.stderr, /MNT3ERR|denied|No such/i);
  });
});
