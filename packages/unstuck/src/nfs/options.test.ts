import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  callPolicy,
  MountOptionError,
  type MountOptions,
  OPTION_TABLE,
  type OptionSource,
  optionsReference,
  parseOptions,
  printOptions,
} from "./mod.js";
import { nearest } from "./nearest.js";
import { REFUSED_OPTIONS } from "./option-table.js";
import { ioSize } from "./options.js";

const REPORT =
  "ro,relatime,vers=3,rsize=131072,wsize=524288,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0," +
  "hard,proto=tcp,timeo=600,retrans=2,sec=sys";

/** The error of a parse that must fail. */
function refusal(...sources: OptionSource[]): MountOptionError {
  try {
    parseOptions(...sources);
  } catch (error) {
    assert.ok(error instanceof MountOptionError, String(error));
    assert.equal(error.code, "EINVAL");
    return error;
  }
  assert.fail(`${JSON.stringify(sources)} was accepted`);
}

test("the report's own list", () => {
  const o = parseOptions(REPORT);
  const { noEffect, ...rest } = o;
  assert.deepEqual(rest, {
    readOnly: true,
    mode: "hard",
    timeoMs: 60_000,
    retrans: 2,
    deadlineMs: undefined,
    connectTimeoutMs: 30_000,
    retryMs: 0,
    vers: 3,
    proto: "tcp",
    port: undefined,
    addr: undefined,
    mountPort: undefined,
    mountProto: "tcp",
    mountHost: undefined,
    mountVers: 3,
    nconnect: 1,
    resvport: false,
    sec: ["sys"],
    uid: undefined,
    gid: undefined,
    rsize: 131072,
    wsize: 524288,
    namlen: 255,
    acregminMs: 0,
    acregmaxMs: 0,
    acdirminMs: 0,
    acdirmaxMs: 0,
    lookupcache: "all",
    cto: true,
    rdirplus: true,
    relookup: false,
  } satisfies Omit<MountOptions, "noEffect">);
  assert.deepEqual(
    noEffect.map((n) => n.option),
    ["relatime", "wsize=524288"],
  );
});

test("the defaults are nfs(5)'s", () => {
  const tcp = parseOptions();
  assert.deepEqual(callPolicy(tcp), {
    mode: "hard",
    timeoMs: 60_000,
    retrans: 2,
    backoff: "linear",
    maxTimeoMs: 600_000,
    softconn: false,
  });
  const udp = parseOptions("proto=udp");
  assert.deepEqual(callPolicy(udp), {
    mode: "hard",
    timeoMs: 1100,
    retrans: 3,
    backoff: "exponential",
    maxTimeoMs: 60_000,
    softconn: false,
  });
  assert.equal(udp.mountProto, "udp");
  assert.deepEqual(
    [tcp.acregminMs, tcp.acregmaxMs, tcp.acdirminMs, tcp.acdirmaxMs],
    [3000, 60_000, 30_000, 60_000],
  );
  assert.deepEqual(
    [tcp.readOnly, tcp.noEffect.length, tcp.port, tcp.rsize],
    [false, 0, undefined, undefined],
  );
  assert.equal(callPolicy(parseOptions("timeo=99999")).timeoMs, 600_000, "longer than the longest timeout");
});

const effects: readonly [string, Partial<MountOptions>][] = [
  ["soft", { mode: "soft" }],
  ["softerr", { mode: "softerr" }],
  ["nfsvers=3", { vers: 3 }],
  ["v3", { vers: 3 }],
  ["udp", { proto: "udp", timeoMs: 1100, retrans: 3, mountProto: "udp" }],
  ["proto=udp6", { proto: "udp" }],
  ["tcp", { proto: "tcp" }],
  ["port=2049", { port: 2049 }],
  ["port=0", { port: undefined }],
  ["mountport=20048", { mountPort: 20048 }],
  ["mountproto=udp", { mountProto: "udp", proto: "tcp" }],
  ["mountvers=3", { mountVers: 3 }],
  ["mounthost=m.example", { mountHost: "m.example" }],
  ["mountaddr=10.0.0.9", { mountHost: "10.0.0.9" }],
  ["addr=10.0.0.1", { addr: "10.0.0.1" }],
  ["nconnect=16", { nconnect: 16 }],
  ["nconnect=4,udp", { nconnect: 1 }],
  ["resvport", { resvport: true }],
  ["noresvport", { resvport: false }],
  ["sec=none", { sec: ["none"] }],
  ["sec=sys:none", { sec: ["sys", "none"] }],
  ["uid=0,gid=100", { uid: 0, gid: 100 }],
  ["deadline=1.5", { deadlineMs: 1500 }],
  ["deadline=.25", { deadlineMs: 250 }],
  ["connect_timeout=0.5", { connectTimeoutMs: 500 }],
  ["retry=2", { retryMs: 120_000 }],
  ["timeo=7,retrans=0", { timeoMs: 700, retrans: 0 }],
  ["rsize=1023", { rsize: 4096 }],
  ["rsize=1025", { rsize: 1024 }],
  ["rsize=4194304", { rsize: 1048576 }],
  ["wsize=65537", { wsize: 65536 }],
  ["rsize=0", { rsize: undefined }],
  ["namlen=100", { namlen: 100 }],
  ["noac", { acregminMs: 0, acregmaxMs: 0, acdirminMs: 0, acdirmaxMs: 0 }],
  ["ac", { acregminMs: 3000 }],
  ["actimeo=5", { acregminMs: 5000, acregmaxMs: 5000, acdirminMs: 5000, acdirmaxMs: 5000 }],
  ["actimeo=5,acregmin=1", { acregminMs: 1000, acregmaxMs: 5000 }],
  ["acregmin=1,actimeo=5", { acregminMs: 5000 }],
  ["acregmax=1", { acregminMs: 1000, acregmaxMs: 1000 }],
  ["acdirmin=90", { acdirminMs: 90_000, acdirmaxMs: 90_000 }],
  ["noac,actimeo=0", { acregmaxMs: 0 }],
  ["lookupcache=none", { lookupcache: "none" }],
  ["lookupcache=positive", { lookupcache: "pos" }],
  ["nocto", { cto: false }],
  ["nordirplus", { rdirplus: false }],
  ["relookup", { relookup: true }],
  ["ro", { readOnly: true }],
  ["hard,hard,timeo=600,timeo=600", { mode: "hard", timeoMs: 60_000 }],
  ["vers=3,nfsvers=3,v3", { vers: 3 }],
  [" ro , soft ,", { readOnly: true, mode: "soft" }],
  ["", { mode: "hard" }],
];

for (const [text, expected] of effects) {
  test(`option ${JSON.stringify(text)}`, () => {
    const got = parseOptions(text);
    for (const [name, value] of Object.entries(expected)) {
      assert.deepEqual(got[name as keyof MountOptions], value, name);
    }
  });
}

test("every row of the table is accepted at both ends of its range, and refused beyond", () => {
  for (const row of OPTION_TABLE) {
    const v = row.value;
    if (v.kind === "flag") {
      parseOptions(row.name);
      assert.match(refusal(`${row.name}=1`).message, /takes no value/);
      continue;
    }
    assert.match(refusal(row.name).message, new RegExp(`${row.name} needs a value`));
    if (v.kind === "int" || v.kind === "seconds") {
      parseOptions(`${row.name}=${v.min}`);
      parseOptions(`${row.name}=${v.max}`);
      const below = refusal(`${row.name}=${v.min - 1}`);
      const above = refusal(`${row.name}=${v.max + 1}`);
      for (const e of [below, above, refusal(`${row.name}=x`), refusal(`${row.name}=1e3`)]) {
        assert.equal(e.option, row.name);
        assert.deepEqual(e.range, { min: v.min, max: v.max });
        assert.match(e.message, new RegExp(`from ${v.min} to ${v.max}`));
      }
      assert.equal(above.suggestion, String(v.max));
      if (v.kind === "int") refusal(`${row.name}=1.5`);
    } else if (v.kind !== "text") {
      for (const word of v.words) parseOptions(`${row.name}=${word}`);
      assert.match(refusal(`${row.name}=zzzzzzzz`).message, /is one of/);
      for (const [word, why] of Object.entries(row.refused ?? {})) {
        assert.ok(refusal(`${row.name}=${word}`).message.includes(why));
      }
    }
  }
});

test("an option without effect says so, with its reason", () => {
  for (const row of OPTION_TABLE) {
    const v = row.value;
    const text =
      v.kind === "flag"
        ? row.name
        : `${row.name}=${v.kind === "text" ? "x" : v.kind === "word" || v.kind === "words" ? v.words[0] : v.min}`;
    const said = parseOptions(text).noEffect;
    assert.deepEqual(said, row.noEffect === undefined ? [] : [{ option: text, why: row.noEffect }]);
  }
  assert.match(parseOptions("udp,nconnect=2").noEffect[0]!.why, /proto=tcp/);
});

const contradictions: readonly [string, string][] = [
  ["ro,rw", "rw"],
  ["rw,ro", "ro"],
  ["hard,soft", "soft"],
  ["softerr,soft", "soft"],
  ["hard,softerr", "softerr"],
  ["proto=tcp,udp", "udp"],
  ["tcp,proto=udp", "proto"],
  ["noac,ac", "ac"],
  ["noac,actimeo=3", "noac"],
  ["acregmin=1,noac", "noac"],
  ["acregmin=5,acregmax=4", "acregmin"],
  ["acdirmin=5,acdirmax=4", "acdirmin"],
  ["actimeo=5,acregmin=6", "acregmin"],
  ["resvport,noresvport", "noresvport"],
  ["lock,nolock", "nolock"],
  ["noatime,relatime", "relatime"],
  ["cto,nocto", "nocto"],
  ["rdirplus,nordirplus", "nordirplus"],
  ["timeo=1,timeo=2", "timeo"],
  ["port=1,port=2", "port"],
  ["mounthost=a,mountaddr=b", "mountaddr"],
  ["fg,bg", "bg"],
];

for (const [text, option] of contradictions) {
  test(`contradiction ${text}`, () => {
    const e = refusal(text);
    assert.equal(e.option, option);
    assert.match(e.message, /contradict each other/);
  });
}

test("two rows of one group always contradict each other, unless they say the same", () => {
  const flags = OPTION_TABLE.filter((r) => r.value.kind === "flag" && !["vers", "proto"].includes(r.group));
  for (const a of flags) {
    for (const b of flags) {
      if (a.group === b.group && a.name !== b.name) refusal(`${a.name},${b.name}`);
    }
  }
});

const suggestions: readonly [string, string][] = [
  ["tiemo=600", "timeo"],
  ["timeout=600", "timeo"],
  ["retran=2", "retrans"],
  ["noack", "noac"],
  ["sfot", "soft"],
  ["softer", "softerr"],
  ["HARD", "hard"],
  ["nolok", "nolock"],
  ["acregmn=0", "acregmin"],
  ["rszie=1024", "rsize"],
  ["nfsver=3", "nfsvers"],
  ["mount_port=1", "mountport"],
  ["reserveport", "resvport"],
];

for (const [text, suggestion] of suggestions) {
  test(`unknown option ${text}: did you mean ${suggestion}?`, () => {
    const e = refusal(text);
    assert.equal(e.option, text.split("=")[0]);
    assert.equal(e.suggestion, suggestion);
    assert.ok(e.message.endsWith(`did you mean ${suggestion}?`), e.message);
  });
}

test("no suggestion where nothing is near, and the nearest word of a value", () => {
  assert.equal(refusal("qqqqqqqqqqqq").suggestion, undefined);
  assert.equal(refusal("proto=tpc").suggestion, "tcp");
  assert.equal(refusal("sec=syss").suggestion, "sys");
  assert.equal(nearest("", ["a"]), "a");
});

test("what is known and not offered says why", () => {
  for (const [name, why] of Object.entries(REFUSED_OPTIONS)) {
    assert.ok(refusal(name).message.includes(why));
    assert.ok(refusal(`${name}=1`).message.includes(why));
  }
  assert.match(refusal("vers=4.1").message, /use vers=3/);
  assert.match(refusal("sec=krb5p").message, /Kerberos/);
  assert.match(refusal("xprtsec=tls").message, /TLS/);
});

test("sloppy passes over unknown options, and only those", () => {
  assert.deepEqual(parseOptions("frobnicate=1,sloppy").noEffect, [
    { option: "frobnicate=1", why: "unknown, and passed over as sloppy says" },
  ]);
  refusal("sloppy,timeo=0");
});

test("a later source overrides an earlier one", () => {
  const o = parseOptions("ro,soft,timeo=5,port=1", "rw,hard,timeo=7");
  assert.deepEqual([o.readOnly, o.mode, o.timeoMs, o.port], [false, "hard", 700, 1]);
  assert.equal(parseOptions("acregmin=5", "noac").acregminMs, 0);
  assert.equal(parseOptions("noac", "actimeo=5").acregminMs, 5000);
  assert.equal(parseOptions(["addr=a,b"]).addr, "a,b", "words of a list are not split");
});

test("options as an object", () => {
  const o = parseOptions({ ro: true, timeo: 50, soft: true, ac: false, lock: false, port: undefined });
  assert.deepEqual([o.readOnly, o.timeoMs, o.mode, o.acregmaxMs, o.port], [true, 5000, "soft", 0, undefined]);
  assert.equal(parseOptions({ soft: false, noac: false, ro: false }).mode, "hard");
  assert.match(refusal({ timeo: false }).message, /no opposite/);
});

test("ioSize: the kernel's rounding", () => {
  const table = [
    [0, 4096],
    [1023, 4096],
    [1024, 1024],
    [2047, 1024],
    [131072, 131072],
    [1048575, 1047552],
    [1048576, 1048576],
    [2 ** 31, 1048576],
  ];
  for (const [given, effective] of table) assert.equal(ioSize(given!), effective);
});

test("printOptions reads back to the same options", () => {
  const { noEffect: _, ...report } = parseOptions(REPORT);
  const line = printOptions(parseOptions(REPORT));
  assert.match(
    line,
    /^ro,vers=3,rsize=131072,wsize=524288,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0,hard,/,
  );
  const { noEffect: __, ...again } = parseOptions(line);
  assert.deepEqual(again, report);
  const effective = OPTION_TABLE.filter((r) => r.noEffect === undefined && r.name !== "sloppy");
  const word = fc.constantFrom(...effective).chain((r) => {
    const v = r.value;
    if (v.kind === "flag") return fc.constant(r.name);
    if (v.kind === "text") return fc.constant(`${r.name}=x.example`);
    if (v.kind === "word" || v.kind === "words")
      return fc.constantFrom(...v.words).map((w) => `${r.name}=${w}`);
    if (v.kind === "seconds")
      return fc.integer({ min: 1, max: 3_600_000 }).map((n) => `${r.name}=${n / 1000}`);
    return fc.integer({ min: v.min, max: v.max }).map((n) => `${r.name}=${n}`);
  });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      let parsed: MountOptions;
      try {
        parsed = parseOptions(words);
      } catch {
        return; // contradictory: another test's matter
      }
      const { noEffect: _a, ...before } = parsed;
      const { noEffect: _b, ...after } = parseOptions(printOptions(parsed));
      assert.deepEqual(after, before);
    }),
  );
});

test("any text parses or is refused by MountOptionError", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseOptions(text);
      } catch (error) {
        assert.ok(error instanceof MountOptionError);
      }
    }),
  );
});

test("docs/reference/mount-options.md is current", () => {
  const file = new URL("../../../../docs/reference/mount-options.md", import.meta.url);
  if (process.env["UPDATE"] !== undefined) {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, optionsReference());
  }
  assert.equal(readFileSync(file, "utf8"), optionsReference());
});
