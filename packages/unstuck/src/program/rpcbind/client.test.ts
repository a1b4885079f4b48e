import assert from "node:assert/strict";
import { test } from "node:test";
import { type AnyProcedure, type Procedure, RpcError, type RpcErrorCode } from "../../sunrpc/mod.js";
import { decode, encode } from "../../xdr/mod.js";
import type { Caller } from "../caller.js";
import { dump, getaddr, getport, lookupPort, ping, type RpcbindError } from "./client.js";

type Answers = { readonly [procAndVersion: string]: unknown };

/** Answers from a table by `PROC vers`; what is not there is PROG_MISMATCH. */
function rpcbindWith(answers: Answers, missing: RpcErrorCode = "PROG_MISMATCH") {
  const asked: string[] = [];
  const seen: unknown[] = [];
  const caller: Caller = {
    async call<A, R>(proc: Procedure<A, R>, args: A): Promise<R> {
      const key = `${(proc as AnyProcedure).name.replace(/^.*_/, "")} ${proc.vers}`;
      asked.push(key);
      seen.push(decode(proc.arg, encode(proc.arg, args)));
      if (!(key in answers)) throw new RpcError(missing, "no such version");
      return decode(proc.res, encode(proc.res, answers[key] as R));
    },
    async close() {},
  };
  return { caller, asked, seen };
}

const NFS = { prog: 100003, vers: 3, netid: "tcp" } as const;

const lookups: readonly [string, Answers, RpcErrorCode, number | string, readonly string[]][] = [
  ["version 4 answers", { "GETADDR 4": "10.0.0.1.8.1" }, "PROG_MISMATCH", 2049, ["GETADDR 4"]],
  ["version 3 answers", { "GETADDR 3": "10.0.0.1.8.1" }, "PROG_MISMATCH", 2049, ["GETADDR 4", "GETADDR 3"]],
  ["a port mapper", { "GETPORT 2": 2049 }, "PROG_MISMATCH", 2049, ["GETADDR 4", "GETADDR 3", "GETPORT 2"]],
  [
    "an old port mapper",
    { "GETPORT 2": 2049 },
    "PROC_UNAVAIL",
    2049,
    ["GETADDR 4", "GETADDR 3", "GETPORT 2"],
  ],
  ["not registered", { "GETADDR 4": "" }, "PROG_MISMATCH", "NOT_REGISTERED", ["GETADDR 4"]],
  ["port 0", { "GETPORT 2": 0 }, "PROG_MISMATCH", "NOT_REGISTERED", ["GETADDR 4", "GETADDR 3", "GETPORT 2"]],
  ["an address that is none", { "GETADDR 4": "nonsense" }, "PROG_MISMATCH", "BAD_UADDR", ["GETADDR 4"]],
  [
    "a port that is none",
    { "GETPORT 2": 65536 },
    "PROG_MISMATCH",
    "BAD_UADDR",
    ["GETADDR 4", "GETADDR 3", "GETPORT 2"],
  ],
  ["no version at all", {}, "PROG_MISMATCH", "PROG_MISMATCH", ["GETADDR 4", "GETADDR 3", "GETPORT 2"]],
  ["another refusal", {}, "AUTH_ERROR", "AUTH_ERROR", ["GETADDR 4"]],
];

for (const [what, answers, missing, expected, order] of lookups) {
  test(`lookupPort: ${what}`, async () => {
    const { caller, asked } = rpcbindWith(answers, missing);
    const got = await lookupPort(caller, NFS).catch((e: RpcbindError | RpcError) => e.code);
    assert.equal(got, expected);
    assert.deepEqual(asked, order);
  });
}

test("lookupPort over IPv6 never asks version 2, which does not know it", async () => {
  const { caller, asked } = rpcbindWith({ "GETPORT 2": 2049 });
  await assert.rejects(lookupPort(caller, { ...NFS, netid: "tcp6" }), RpcError);
  assert.deepEqual(asked, ["GETADDR 4", "GETADDR 3"]);
});

test("the questions on the wire", async () => {
  const { caller, asked, seen } = rpcbindWith({
    "GETPORT 2": 1,
    "GETADDR 3": "",
    "NULL 2": undefined,
    "NULL 3": undefined,
    "NULL 4": undefined,
  });
  await getport(caller, { ...NFS, netid: "udp" });
  await getaddr(caller, NFS, 3);
  for (const version of [2, 3, 4] as const) await ping(caller, version);
  assert.deepEqual(asked, ["GETPORT 2", "GETADDR 3", "NULL 2", "NULL 3", "NULL 4"]);
  assert.deepEqual(seen.slice(0, 2), [
    { prog: 100003, vers: 3, prot: 17, port: 0 },
    { r_prog: 100003, r_vers: 3, r_netid: "tcp", r_addr: "", r_owner: "" },
  ]);
});

const entry = { r_prog: 100000, r_vers: 4, r_netid: "tcp6", r_addr: "::.0.111", r_owner: "superuser" };
const local = { ...entry, r_netid: "local", r_addr: "/run/rpcbind.sock" };

test("dump by the newest version there is, or by the one asked for", async () => {
  const four = rpcbindWith({ "DUMP 4": [{ rpcb_map: entry }, { rpcb_map: local }] });
  assert.deepEqual(await dump(four.caller), {
    version: 4,
    registrations: [
      { prog: 100000, vers: 4, netid: "tcp6", uaddr: "::.0.111", port: 111, owner: "superuser" },
      {
        prog: 100000,
        vers: 4,
        netid: "local",
        uaddr: "/run/rpcbind.sock",
        port: undefined,
        owner: "superuser",
      },
    ],
  });
  const two = rpcbindWith({
    "DUMP 2": [6, 17, 132].map((prot) => ({ map: { prog: 100003, vers: 3, prot, port: 2049 } })),
  });
  const dumped = await dump(two.caller);
  assert.equal(dumped.version, 2);
  assert.deepEqual(
    dumped.registrations.map((r) => [r.netid, r.port, r.uaddr]),
    [
      ["tcp", 2049, undefined],
      ["udp", 2049, undefined],
      ["132", 2049, undefined],
    ],
  );
  await assert.rejects(dump(two.caller, 3), RpcError);
});
