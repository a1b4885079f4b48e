import assert from "node:assert/strict";
import { test } from "node:test";
import { mount3, nfs3, rpcbind } from "../program/mod.js";
import { XprtError } from "../sunrpc/mod.js";
import { MemTree } from "../vfs/mod.js";
import { Cancel } from "./cancel.js";
import { MountOptionError, mountPath, NfsUrlError, printOptions } from "./mod.js";
import { failure, Rig } from "./rig.test.js";

const REPORT =
  "ro,relatime,vers=3,rsize=131072,wsize=524288,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0," +
  "hard,proto=tcp,timeo=600,retrans=2,sec=sys";

function rig(): Rig {
  const tree = new MemTree();
  tree.file("/file.txt", "hello");
  tree.dir("/sub");
  return new Rig({ "/export": tree });
}

test("the steps of a mount, each told, ports from rpcbind", async () => {
  const r = rig();
  const steps: string[] = [];
  const m = await r.mount(REPORT, "server:/export", { onStep: (text) => steps.push(text) });
  assert.deepEqual(steps, [
    "asking rpcbind on server for mountd",
    "asking mountd on server for /export",
    "asking rpcbind on server for NFS",
    "asking the NFS server on server for its limits (FSINFO)",
    "asking the NFS server on server for its names (PATHCONF)",
  ]);
  assert.deepEqual(
    r.callers.map(({ spec }) => [spec!.program, spec!.port, spec!.policy.mode, spec!.policy.softconn]),
    [
      [100000, 111, "softerr", true],
      [100005, 20048, "softerr", true],
      [100000, 111, "softerr", true],
      [100003, undefined, "hard", false],
    ],
  );
  assert.deepEqual(
    r.callers.map((c) => c.closed),
    [true, true, true, false],
    "only the NFS connection stays",
  );
  assert.equal(m.source, "server:/export");
  assert.match(printOptions(m.options), /^ro,vers=3,rsize=131072,.*sec=sys/);
  for (const c of r.callers) for (const s of c.seen) assert.ok(s.options!.deadlineMs! <= 30_000, s.proc);
});

test("given ports, rpcbind is not asked; a URL's port and options count", async () => {
  const r = rig();
  const m = await r.mount("mountport=20048", "nfs://server:2049/export?soft&timeo=5&uid=7");
  assert.deepEqual(
    r.callers.map((c) => [c.spec!.program, c.spec!.port]),
    [
      [100005, 20048],
      [100003, 2049],
    ],
  );
  const nfs = r.callers[1]!.spec!;
  assert.deepEqual([nfs.policy.mode, nfs.policy.timeoMs], ["soft", 500]);
  assert.deepEqual(nfs.auth, { flavor: "sys", uid: 7, gid: undefined });
  assert.equal(m.options.port, 2049);
});

test("addr, mounthost, mountproto, udp, nconnect and resvport reach the connector", async () => {
  const r = rig();
  await r.mount("addr=10.0.0.1,mounthost=m.example,mountproto=udp,nconnect=4,resvport");
  const of = (program: number) => r.callers.find((c) => c.spec!.program === program)!.spec!;
  assert.deepEqual(
    [of(100003).host, of(100003).proto, of(100003).nconnect, of(100003).resvport],
    ["10.0.0.1", "tcp", 4, true],
  );
  assert.deepEqual([of(100005).host, of(100005).proto, of(100005).resvport], ["m.example", "udp", true]);
  const u = await rig().mount("udp");
  assert.equal(u.options.rsize, 32768, "a READ reply must fit one datagram");
});

test("sizes are agreed upon", async () => {
  const table = [
    ["", { rtmax: 65536, rtpref: 32768 }, 32768],
    ["rsize=131072", { rtmax: 65536, rtpref: 32768 }, 65536],
    ["rsize=8192", { rtmax: 65536, rtpref: 32768 }, 8192],
    ["", { rtmax: 8 << 20, rtpref: 8 << 20 }, 1048576],
    ["", { rtmax: 0, rtpref: 0 }, 4096],
    ["rsize=65536", { rtmax: 100, rtpref: 0 }, 65536],
  ] as const;
  for (const [options, limits, rsize] of table) {
    const r = rig();
    r.lie = (proc) =>
      proc.name === "NFSPROC3_FSINFO"
        ? {
            status: nfs3.nfsstat3.NFS3_OK,
            resok: {
              obj_attributes: { attributes_follow: false },
              rtmult: 512,
              wtmax: 4096,
              wtpref: 4096,
              wtmult: 512,
              dtpref: 4096,
              maxfilesize: 1n << 40n,
              time_delta: { seconds: 0, nseconds: 1 },
              properties: 0,
              ...limits,
            },
          }
        : undefined;
    assert.equal((await r.mount(options)).options.rsize, rsize, `${options} ${JSON.stringify(limits)}`);
  }
});

test("PATHCONF is optional, namlen is known from it", async () => {
  const r = rig();
  assert.equal((await r.mount()).options.namlen, 255);
  r.lie = (proc) =>
    proc.name === "NFSPROC3_PATHCONF"
      ? { status: nfs3.nfsstat3.NFS3ERR_NOTSUPP, resfail: { obj_attributes: { attributes_follow: false } } }
      : undefined;
  assert.equal((await r.mount()).options.namlen, 255);
  assert.equal((await r.mount("namlen=20")).options.namlen, 20);
});

test("mountd's refusals are MountErrors that say what to do", async () => {
  const expected: { readonly [status: string]: [string, RegExp] } = {
    MNT3ERR_PERM: ["EPERM", /list of hosts/],
    MNT3ERR_NOENT: ["ENOENT", /showmount/],
    MNT3ERR_IO: ["EIO", /I\/O/],
    MNT3ERR_ACCES: ["EACCES", /resvport/],
    MNT3ERR_NOTDIR: ["ENOTDIR", /directory/],
    MNT3ERR_INVAL: ["EINVAL", /valid/],
    MNT3ERR_NAMETOOLONG: ["ENAMETOOLONG", /long/],
    MNT3ERR_NOTSUPP: ["ENOTSUP", /support/],
    MNT3ERR_SERVERFAULT: ["EREMOTEIO", /log/],
  };
  for (const [status, [code, advice]] of Object.entries(expected)) {
    const r = rig();
    r.lie = (proc) =>
      proc.name === "MOUNTPROC3_MNT"
        ? { fhs_status: mount3.mountstat3[status as keyof typeof mount3.mountstat3] }
        : undefined;
    const e = await failure(r.mount());
    assert.ok(e instanceof mount3.MountError);
    assert.deepEqual([e.code, e.status, e.path], [code, status, "/export"]);
    assert.match(e.message, advice);
    assert.ok(r.callers.every((c) => c.closed));
  }
  assert.equal((await failure(rig().mount("", "server:/other"))).status, "MNT3ERR_NOENT");
});

test("security flavors: the first wanted one that the export takes", async () => {
  const table = [
    ["", [1, 0], "sys"],
    ["", [0], "none"],
    ["", [390003, 1], "sys"],
    ["", [], "sys"],
    ["sec=none", [1, 0], "none"],
    ["sec=none:sys", [1], "sys"],
    ["sec=none", [1], undefined],
    ["", [390003, 390004, 7], undefined],
  ] as const;
  for (const [options, auth_flavors, sec] of table) {
    const r = rig();
    const fhandle = await handleOf(r);
    r.lie = (proc) =>
      proc.name === "MOUNTPROC3_MNT"
        ? { fhs_status: mount3.mountstat3.MNT3_OK, mountinfo: { fhandle, auth_flavors: [...auth_flavors] } }
        : undefined;
    if (sec === undefined) {
      const e = await failure(r.mount(options));
      assert.equal(e.code, "EACCES");
      assert.match(e.message, options === "" ? /krb5, krb5i, flavor 7/ : /sec=sys/);
    } else {
      assert.deepEqual((await r.mount(options)).options.sec, [sec]);
      assert.equal(r.callers.at(-1)!.spec!.auth.flavor, sec);
    }
  }
});

async function handleOf(r: Rig): Promise<Uint8Array> {
  const m = await r.mount();
  return (await mount3.mnt(await r.ports.connector.connect(m.caller.spec!), "/export")).fhandle;
}

test("a program that is not registered", async () => {
  const r = rig();
  r.registry.unset(100003, 3, "tcp");
  const e = await failure(r.mount());
  assert.ok(e instanceof rpcbind.RpcbindError);
  assert.equal(e.code, "NOT_REGISTERED");
  assert.match(e.message, /100003 version 3 over tcp/);
  await rig().mount("port=2049,mountport=20048");
});

test("a step nobody answers names itself; retry tries again for its minutes", async () => {
  const r = rig();
  let refusals = 0;
  r.lie = (proc) => {
    if (proc.name === "MOUNTPROC3_MNT" && refusals++ < 3)
      throw new XprtError("ECONNREFUSED", "never", "nobody listens");
    return undefined;
  };
  const e = await failure(r.mount());
  assert.ok(e instanceof XprtError);
  assert.deepEqual([e.code, e.sent], ["ECONNREFUSED", "never"]);
  assert.match(e.message, /^asking mountd on server for \/export: nobody listens/);
  assert.equal(r.slept.length, 0);
  await r.mount("retry=1");
  assert.deepEqual([...r.slept], [1000, 2000]);
  refusals = Number.NEGATIVE_INFINITY;
  assert.equal((await failure(r.mount("retry=1"))).code, "ECONNREFUSED");
  const total = r.slept.slice(2).reduce((a, b) => a + b);
  assert.ok(total <= 60_000 && total > 40_000, String(total));
});

test("mounting is bounded as a whole by deadlineMs, and can be cancelled", async () => {
  const r = rig();
  r.lie = () => {
    r.now += 400;
    return undefined;
  };
  const e = await failure(r.mount("", "server:/export", { deadlineMs: 1000 }));
  assert.deepEqual([e.code, e.sent], ["ETIMEDOUT", "never"]);
  const left = r.callers.flatMap((c) => c.seen).map((s) => s.options!.deadlineMs);
  assert.deepEqual(left, [1000, 600, 200]);
  const cancel = new Cancel();
  cancel.abort(new Error("enough"));
  assert.equal((await failure(rig().mount("", "server:/export", { signal: cancel }))).code, "ECANCELED");
});

test("retry goes on no longer than deadlineMs", async () => {
  const r = rig();
  r.lie = () => {
    throw new XprtError("ECONNREFUSED", "never", "nobody listens");
  };
  assert.equal(
    (await failure(r.mount("retry=1", "server:/export", { deadlineMs: 2500 }))).code,
    "ECONNREFUSED",
  );
  assert.deepEqual(r.slept, [1000]);
});

test("wrong options and sources fail before anything is asked", async () => {
  const r = rig();
  assert.ok((await failure(r.mount("tiemo=5"))) instanceof MountOptionError);
  assert.ok((await failure(r.mount("", "server"))) instanceof NfsUrlError);
  assert.equal(r.callers.length, 0);
});

test("noEffect lists what the URL and the options ask in vain", async () => {
  const m = await rig().mount("nolock", "nfs://server/export?dircache=1&wsize=4096");
  assert.deepEqual(
    m.options.noEffect.map((n) => n.option),
    ["dircache=1", "wsize=4096", "nolock"],
  );
});

test("unmount tells mountd, closes, and is bounded and idempotent", async () => {
  const r = rig();
  const m = await r.mount();
  const list = async () => mount3.mounts(await r.ports.connector.connect(m.caller.spec!));
  assert.deepEqual(await list(), [{ host: "test", path: "/export" }]);
  await Promise.all([m.unmount(), m.unmount()]);
  assert.deepEqual(await list(), []);
  assert.equal((await failure(m.stat("/"))).code, "ECLOSED");
  const gone = rig();
  const m2 = await gone.mount();
  gone.lie = () => {
    throw new XprtError("ETIMEDOUT", "maybe", "dead");
  };
  await m2[Symbol.asyncDispose]();
  assert.ok(gone.callers.every((c) => c.closed));
});

test("mountPath finds the export that holds a file", async () => {
  const inner = new MemTree();
  inner.file("/deep/file", "x");
  const r = new Rig({ "/export": new MemTree(), "/export/inner": inner });
  const { mount, path } = await mountPath("nfs://server/export/inner/deep/file", undefined, r.ports);
  assert.deepEqual([mount.exportPath, path], ["/export/inner", "/deep/file"]);
  assert.equal((await mount.stat(path)).size, 1);
  const whole = await mountPath("server:/export", undefined, r.ports);
  assert.deepEqual([whole.mount.exportPath, whole.path], ["/export", "/"]);
  const e = await failure(mountPath("server:/elsewhere/x", undefined, r.ports));
  assert.deepEqual([e.code, /exports \/export, \/export\/inner/.test(e.message)], ["ENOENT", true]);
});

test("mountPath without a list of exports tries ever shorter parents", async () => {
  const r = rig();
  r.lie = (proc) => (proc.name === "MOUNTPROC3_EXPORT" ? [] : undefined);
  const { mount, path } = await mountPath("server:/export/file.txt", undefined, r.ports);
  assert.deepEqual([mount.exportPath, path], ["/export", "/file.txt"]);
  const tried = r.callers.flatMap((c) => c.seen).filter((s) => s.proc === "MOUNTPROC3_MNT");
  assert.deepEqual(
    tried.map((s) => s.args),
    ["/export/file.txt", "/export"],
  );
});
