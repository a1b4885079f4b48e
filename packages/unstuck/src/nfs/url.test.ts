import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MountOptionError, NfsUrlError, parseOptions, parseSource, printSource } from "./mod.js";

const sources: readonly [string, { host: string; path: string; port?: number; options?: string[] }][] = [
  ["server:/export/test", { host: "server", path: "/export/test" }],
  ["192.168.1.200:/export/test", { host: "192.168.1.200", path: "/export/test" }],
  ["[fe80::1%eth0]:/x", { host: "fe80::1%eth0", path: "/x" }],
  ["[::1]:/", { host: "::1", path: "/" }],
  ["server:/a//b/", { host: "server", path: "/a/b" }],
  ["server:/50%25 off?", { host: "server", path: "/50%25 off?" }],
  ["nfs://server/export", { host: "server", path: "/export" }],
  ["NFS://server/", { host: "server", path: "/" }],
  ["nfs://server//data//x/", { host: "server", path: "/data/x" }],
  ["nfs://server:20049/e", { host: "server", path: "/e", port: 20049 }],
  ["nfs://[::1]:2049/e", { host: "::1", path: "/e", port: 2049 }],
  ["nfs://s/my%3Fpath/%41", { host: "s", path: "/my?path/A" }],
  ["nfs://s/%C3%A9", { host: "s", path: "/é" }],
  ["nfs://s/é#1", { host: "s", path: "/é#1" }],
  ["nfs://s/%FF", { host: "s", path: "/\udcff" }],
  ["nfs://s/e?", { host: "s", path: "/e" }],
  [
    "nfs://s/e?version=3&nfsport=1&mountport=2",
    { host: "s", path: "/e", options: ["vers=3", "port=1", "mountport=2"] },
  ],
  ["nfs://s/e?ro&soft&timeo=%35", { host: "s", path: "/e", options: ["ro", "soft", "timeo=5"] }],
  [
    "nfs://s/e?uid=0&gid=0&xprtsec=none&sec=sys",
    { host: "s", path: "/e", options: ["uid=0", "gid=0", "xprtsec=none", "sec=sys"] },
  ],
];

for (const [text, expected] of sources) {
  test(`source ${text}`, () => {
    const got = parseSource(text);
    assert.deepEqual(
      { host: got.host, path: got.path, port: got.port, options: got.options },
      { port: undefined, options: [], ...expected },
    );
    parseOptions(got.options);
  });
}

const libnfs: readonly [string, string | undefined][] = [
  ["auto-traverse-mounts=0", undefined],
  ["auto-traverse-mounts=1", "not crossed"],
  ["dircache=0", undefined],
  ["dircache=1", "not cached"],
  ["autoreconnect=-1", undefined],
  ["autoreconnect=0", "soft"],
  ["autoreconnect=5", "soft"],
  ["readdir-buffer=8192,65536", "server prefers"],
  ["tcp-syncnt=3", "connect_timeout"],
  ["if=eth1", "not built"],
  ["debug=9", "unstuck ps"],
];

for (const [query, why] of libnfs) {
  test(`libnfs's ${query}`, () => {
    const { noEffect, options } = parseSource(`nfs://s/e?${query}`);
    assert.deepEqual(options, []);
    assert.deepEqual(
      noEffect.map((n) => n.option),
      why === undefined ? [] : [query],
    );
    if (why !== undefined) assert.ok(noEffect[0]!.why.includes(why), noEffect[0]!.why);
  });
}

/** Text, the column the message points at, a word of the problem. */
const bad: readonly [string, number, RegExp][] = [
  ["", 0, /host is missing/],
  ["server", 6, /expected ":"/],
  ["server/export", 6, /expected ":"/],
  ["server:export", 7, /absolute path/],
  ["server:", 7, /absolute path/],
  ["server:2049:/e", 7, /port=2049/],
  [":/e", 0, /host is missing/],
  ["fe80::1:/e", 0, /brackets/],
  ["[fe80::1:/e", 0, /never closed/],
  ["[server]:/e", 1, /IPv6 address/],
  ["server:/a\0b", 7, /zero byte/],
  ["http://server/e", 0, /only nfs:\/\//],
  ["nfs:///e", 6, /host is missing/],
  ["nfs://server", 12, /path is missing/],
  ["nfs://server?ro", 12, /expected "\/"/],
  ["nfs://server:/e", 13, /port from 1/],
  ["nfs://server:0/e", 13, /port from 1/],
  ["nfs://server:65536/e", 13, /port from 1/],
  ["nfs://server:2o49/e", 14, /expected "\/"/],
  ["nfs://user@server/e", 6, /user names/],
  ["nfs://s/a%2", 9, /%25/],
  ["nfs://s/a%zz", 9, /%25/],
  ["nfs://s/a%00", 7, /zero byte/],
  ["nfs://s/e?tiemo=5", 10, /did you mean timeo/],
  ["nfs://s/e?ro&verison=3", 13, /did you mean version/],
  ["nfs://s/e?dircache=yes", 10, /one of 0, 1/],
  ["nfs://s/e?autoreconnect=", 10, /a number/],
];

for (const [text, at, problem] of bad) {
  test(`bad source ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseSource(text),
      (error: unknown) => {
        assert.ok(error instanceof NfsUrlError);
        assert.match(error.message, problem);
        assert.equal(error.at, at);
        assert.ok(error.message.endsWith(`\n  ${" ".repeat(at)}^`));
        return true;
      },
    );
  });
}

test("an option of the query that nothing resembles is refused by parseOptions", () => {
  assert.throws(() => parseOptions(parseSource("nfs://s/e?qqqqqqqqqq=1").options), MountOptionError);
});

test("printSource reads back", () => {
  for (const [host, path] of [
    ["server", "/a/b"],
    ["::1", "/"],
    ["10.0.0.1", "/%25"],
  ] as const) {
    const got = parseSource(printSource(host, path));
    assert.deepEqual([got.host, got.path], [host, path]);
  }
});

test("any text parses or is refused by NfsUrlError", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((s) => `nfs://h/${s}`),
    fc.string({ unit: "binary" }).map((s) => `h:/${s}`),
  );
  fc.assert(
    fc.property(text, (s) => {
      try {
        const { path, host } = parseSource(s);
        assert.ok(path.startsWith("/") && !path.includes("//") && host !== "");
      } catch (error) {
        assert.ok(error instanceof NfsUrlError, String(error));
        assert.ok(error.at >= 0 && error.at <= s.length);
      }
    }),
  );
});
