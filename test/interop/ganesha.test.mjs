// Our client against nfs-ganesha: a server somebody else wrote, over TCP and UDP.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mount } from "../../packages/unstuck/dist/node/mod.js";
import { scratch, startGanesha, startRpcbind } from "../peers/ganesha.mjs";
import { enter } from "../peers/namespace.mjs";
import { run } from "../peers/process.mjs";

const skip = await enter(import.meta.url, ["ganesha.nfsd", "rpcbind", "rpcinfo"]);
const unstuck = fileURLToPath(new URL("../../packages/unstuck/bin/unstuck.js", import.meta.url));
const hang =
  "ro,relatime,vers=3,rsize=131072,wsize=524288,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0,hard,timeo=600,retrans=2,sec=sys";
const names = Array.from({ length: 10_000 }, (_, index) => `file-${String(index).padStart(5, "0")}`);
const odd = ["späce and ünïcode", "-n", "日本語", "a".repeat(255)];

describe("our client and nfs-ganesha", { skip, timeout: 120_000 }, () => {
  const dir = skip ? "" : scratch();
  const served = join(dir, "vfs");
  const big = randomBytes(24 * 1024 * 1024 + 4321);
  let ganesha;
  let rpcbind;

  before(async () => {
    mkdirSync(join(served, "many"), { recursive: true });
    mkdirSync(join(served, "odd"));
    writeFileSync(join(served, "hello.txt"), "hello ganesha\n", { mode: 0o640 });
    writeFileSync(join(served, "empty"), "");
    writeFileSync(join(served, "big.bin"), big);
    symlinkSync("hello.txt", join(served, "link"));
    for (const name of names) writeFileSync(join(served, "many", name), "");
    for (const name of odd) writeFileSync(join(served, "odd", name), name);
    rpcbind = await startRpcbind();
    ganesha = await startGanesha(dir, [
      { path: served, fsal: "VFS" },
      { path: "/mem", fsal: "MEM" },
    ]);
  });

  after(async () => {
    await ganesha?.stop();
    await rpcbind?.stop();
  });

  for (const proto of ["tcp", "udp"]) {
    describe(`over ${proto}`, () => {
      let nfs;
      before(async () => {
        nfs = await mount(`127.0.0.1:${served}`, `${hang},proto=${proto},mountproto=${proto}`);
      });
      after(() => nfs?.unmount());

      test("stat says what the file system says", async () => {
        for (const name of ["hello.txt", "empty", "big.bin", "many"]) {
          const [theirs, real] = [
            await nfs.stat(`/${name}`),
            await lstat(join(served, name), { bigint: true }),
          ];
          for (const field of ["ino", "mode", "nlink", "uid", "gid", "size"]) {
            assert.equal(theirs[field], Number(real[field]), `${name}: ${field}`);
          }
          // Not atime: ganesha keeps its own.
          for (const field of ["mtimeNs", "ctimeNs"])
            assert.equal(theirs[field], real[field], `${name}: ${field}`);
        }
      });

      test("a symbolic link is read, and followed by the client", async () => {
        assert.equal(await nfs.readlink("/link"), await readlink(join(served, "link")));
        assert.equal((await nfs.lstat("/link")).isSymbolicLink(), true);
        assert.equal(await nfs.readFile("/link", "utf8"), "hello ganesha\n");
      });

      test("what is not there is ENOENT", async () => {
        await assert.rejects(nfs.stat("/nothing"), {
          name: "NfsError",
          code: "ENOENT",
          status: "NFS3ERR_NOENT",
        });
      });

      test("a file of 24 MiB arrives whole", async () => {
        const hash = createHash("sha256");
        for await (const chunk of nfs.chunks("/big.bin")) hash.update(chunk);
        assert.equal(hash.digest("hex"), createHash("sha256").update(big).digest("hex"));
      });

      test("ten thousand entries are listed once each", async () => {
        const listed = await nfs.readdir("/many");
        assert.equal(listed.length, names.length);
        assert.deepEqual(new Set(listed), new Set(names));
      });

      test("names of any bytes come back, and are found again", async () => {
        assert.deepEqual(new Set(await nfs.readdir("/odd")), new Set(odd));
        for (const name of odd) assert.equal(await nfs.readFile(`/odd/${name}`, "utf8"), name);
      });

      test("statfs and pathconf answer", async () => {
        const fs = await nfs.statfs();
        assert.ok(fs.blocks > 0);
        assert.equal((await nfs.pathconf()).nameMax, 255);
      });
    });
  }

  test("a handle of 64 bytes, the longest there may be, works (FSAL MEM)", async () => {
    const nfs = await mount("127.0.0.1:/mem", "ro,soft,timeo=50");
    assert.deepEqual(await nfs.readdir("/"), []);
    assert.equal((await nfs.stat("/")).isDirectory(), true);
    await nfs.unmount();
  });

  test("an export that is not there is refused with what to do", async () => {
    await assert.rejects(mount("127.0.0.1:/nowhere", "ro"), {
      name: "MountError",
      code: "EACCES",
      message: /showmount/,
    });
  });

  test("a hundred calls at once are answered, each with its own file", async () => {
    const nfs = await mount(`127.0.0.1:${served}`, hang);
    const all = await Promise.all(names.slice(0, 100).map((name) => nfs.stat(`/many/${name}`)));
    assert.equal(new Set(all.map(({ ino }) => ino)).size, 100);
    await nfs.unmount();
  });

  test("the mount shows in ganesha's list while it lasts", async () => {
    const nfs = await mount(`127.0.0.1:${served}`, hang);
    const during = await run(process.execPath, [unstuck, "showmount", "-a", "127.0.0.1"]);
    assert.match(during.stdout, /127\.0\.0\.1:/);
    await nfs.unmount();
  });

  describe("the command", () => {
    const url = (path) => `nfs://127.0.0.1${served}${path}`;

    test("cat writes the file's bytes", async () => {
      const done = await run(process.execPath, [unstuck, "cat", url("/big.bin")]);
      assert.equal(done.code, 0, done.stderr);
      assert.equal(Buffer.compare(done.stdoutBytes, big), 0);
    });

    test("ls lists a folder", async () => {
      const done = await run(process.execPath, [unstuck, "ls", url("/")]);
      assert.equal(done.code, 0, done.stderr);
      assert.deepEqual(done.stdout.trim().split("\n"), [
        "big.bin",
        "empty",
        "hello.txt",
        "link",
        "many",
        "odd",
      ]);
    });

    test("stat --json agrees with the file system", async () => {
      const done = await run(process.execPath, [unstuck, "stat", "--json", url("/hello.txt")]);
      assert.equal(done.code, 0, done.stderr);
      const real = await lstat(join(served, "hello.txt"), { bigint: true });
      const said = JSON.parse(done.stdout);
      assert.deepEqual([said.size, said.fileid, said.mode], [14, String(real.ino), Number(real.mode)]);
    });

    test("showmount and rpcinfo print what Debian's print", async () => {
      for (const [command, ...args] of [
        ["showmount", "-e", "127.0.0.1"],
        ["rpcinfo", "-p", "127.0.0.1"],
        ["rpcinfo", "-s", "127.0.0.1"],
        ["rpcinfo", "-t", "127.0.0.1", "100003", "3"],
        ["rpcinfo", "-u", "127.0.0.1", "100005", "3"],
      ]) {
        const [ours, theirs] = [
          await run(process.execPath, [unstuck, command, ...args]),
          await run(command, args),
        ];
        assert.equal(ours.code, theirs.code, `${command} ${args.join(" ")}: ${ours.stderr}`);
        assert.deepEqual(words(ours.stdout), words(theirs.stdout), `${command} ${args.join(" ")}`);
      }
    });
  });
});

/** Lines and words: column widths are taste, and the order of registrations is a hash table's. */
function words(text) {
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).join(" "))
    .sort();
}
