import assert from "node:assert/strict";
import { test } from "node:test";
import type { Peer } from "../../sunrpc/mod.js";
import { direct } from "../direct.fixture.js";
import { Registry } from "./registry.js";
import * as rpcb from "./rpcbind.gen.js";
import { type RpcbindOptions, servers } from "./server.js";
import { formatUaddr } from "./uaddr.js";

const FAR: Peer = { address: "192.0.2.7", port: 700, transport: "tcp" };
const FAR6: Peer = { address: "2001:db8::7", port: 700, transport: "udp" };
const { IPPROTO_TCP, IPPROTO_UDP } = rpcb;

function setup(options: Partial<RpcbindOptions> = {}) {
  const services = servers({ registry: new Registry(8), now: () => 1_700_000_000.9, ...options });
  return { ...direct(services), far: direct(services, FAR), far6: direct(services, FAR6) };
}

const nfs = (netid: string, r_addr: string, r_vers = 3): rpcb.rpcb => ({
  r_prog: 100003,
  r_vers,
  r_netid: netid,
  r_addr,
  r_owner: "me",
});
const map = (prot: number, port = 0, vers = 3): rpcb.mapping => ({ prog: 100003, vers, prot, port });

test("what one version registers, all find", async () => {
  const { call } = setup();
  assert.equal(await call(rpcb.PMAPPROC_SET, map(IPPROTO_TCP, 2049)), true);
  assert.equal(await call(rpcb.RPCBPROC_SET_3, nfs("udp", "127.0.0.1.8.2")), true);
  assert.equal(await call(rpcb.RPCBPROC_SET_4, nfs("tcp6", "::1.8.3")), true);

  assert.equal(await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_TCP)), 2049);
  assert.equal(await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_UDP)), 2050);
  assert.equal(await call(rpcb.RPCBPROC_GETADDR_3, nfs("tcp", "")), "0.0.0.0.8.1");
  assert.equal(await call(rpcb.RPCBPROC_GETADDR_4, nfs("udp", "")), "127.0.0.1.8.2");
  assert.equal(await call(rpcb.RPCBPROC_GETADDR_4, nfs("tcp6", "")), "::1.8.3");

  const dump3 = await call(rpcb.RPCBPROC_DUMP_3, undefined);
  assert.deepEqual(
    dump3.map(({ rpcb_map: m }) => [m.r_prog, m.r_vers, m.r_netid, m.r_addr, m.r_owner]),
    [
      [100003, 3, "tcp", "0.0.0.0.8.1", "unknown"],
      [100003, 3, "udp", "127.0.0.1.8.2", "me"],
      [100003, 3, "tcp6", "::1.8.3", "me"],
    ],
  );
  assert.deepEqual(await call(rpcb.RPCBPROC_DUMP_4, undefined), dump3);
  assert.deepEqual(
    (await call(rpcb.PMAPPROC_DUMP, undefined)).map(({ map: m }) => [m.prog, m.vers, m.prot, m.port]),
    [
      [100003, 3, IPPROTO_TCP, 2049],
      [100003, 3, IPPROTO_UDP, 2050],
    ],
    "version 2 knows IPv4 only",
  );
});

test("what is not there is port 0 or an empty address; another version is better than nothing, unless asked exactly", async () => {
  const { call } = setup();
  await call(rpcb.RPCBPROC_SET_4, nfs("tcp", "0.0.0.0.8.1"));
  assert.equal(await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_UDP)), 0);
  assert.equal(await call(rpcb.PMAPPROC_GETPORT, map(99)), 0);
  assert.equal(await call(rpcb.RPCBPROC_GETADDR_4, nfs("udp6", "")), "");
  assert.equal(await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_TCP, 0, 4)), 2049);
  assert.equal(await call(rpcb.RPCBPROC_GETADDR_3, nfs("tcp", "", 4)), "0.0.0.0.8.1");
  assert.equal(await call(rpcb.RPCBPROC_GETVERSADDR, nfs("tcp", "", 4)), "");
  assert.equal(await call(rpcb.RPCBPROC_GETVERSADDR, nfs("tcp", "", 3)), "0.0.0.0.8.1");
});

test("without a netid the caller's own is meant", async () => {
  const { call, far6 } = setup();
  await call(rpcb.RPCBPROC_SET_4, nfs("tcp", "0.0.0.0.8.1"));
  await call(rpcb.RPCBPROC_SET_4, nfs("udp6", "::.8.2"));
  assert.equal(await call(rpcb.RPCBPROC_GETADDR_4, nfs("", "")), "0.0.0.0.8.1");
  assert.equal(await far6.call(rpcb.RPCBPROC_GETADDR_4, nfs("", "")), "::.8.2");
});

test("a wildcard address becomes the one the caller reaches us by", async () => {
  const addressFor = ({ address }: Peer) => (address.includes(":") ? "2001:db8::1" : "192.0.2.1");
  const { call, far, far6 } = setup({ addressFor });
  await call(rpcb.RPCBPROC_SET_4, nfs("tcp", "0.0.0.0.8.1"));
  await call(rpcb.RPCBPROC_SET_4, nfs("udp", "192.0.2.99.8.1"));
  await call(rpcb.RPCBPROC_SET_4, nfs("tcp6", "::.8.1"));
  assert.equal(await far.call(rpcb.RPCBPROC_GETADDR_4, nfs("tcp", "")), "192.0.2.1.8.1");
  assert.equal(await far.call(rpcb.RPCBPROC_GETADDR_4, nfs("udp", "")), "192.0.2.99.8.1");
  assert.equal(await far6.call(rpcb.RPCBPROC_GETADDR_4, nfs("tcp6", "")), "2001:db8::1.8.1");
  assert.equal(
    await far.call(rpcb.RPCBPROC_GETADDR_4, nfs("tcp6", "")),
    "::.8.1",
    "no address of that family is known",
  );
  const entries = await far.call(rpcb.RPCBPROC_GETADDRLIST, nfs("", ""));
  assert.deepEqual(
    entries.map(({ rpcb_entry_map: e }) => [
      e.r_maddr,
      e.r_nc_netid,
      e.r_nc_semantics,
      e.r_nc_protofmly,
      e.r_nc_proto,
    ]),
    [
      ["192.0.2.1.8.1", "tcp", rpcb.NC_TPI_COTS_ORD, "inet", "tcp"],
      ["192.0.2.99.8.1", "udp", rpcb.NC_TPI_CLTS, "inet", "udp"],
    ],
  );
});

test("SET refuses what is taken, malformed, too much, or from afar; UNSET from afar does nothing", async () => {
  const { call, far } = setup();
  assert.equal(await call(rpcb.PMAPPROC_SET, map(IPPROTO_TCP, 2049)), true);
  assert.equal(await call(rpcb.PMAPPROC_SET, map(IPPROTO_TCP, 2050)), false);
  assert.equal(await call(rpcb.PMAPPROC_SET, map(99, 2049)), false);
  assert.equal(await call(rpcb.PMAPPROC_SET, map(IPPROTO_UDP, 65536)), false);
  assert.equal(await call(rpcb.RPCBPROC_SET_4, nfs("udp", "nonsense")), false);
  assert.equal(await call(rpcb.RPCBPROC_SET_3, nfs("", "127.0.0.1.8.1")), false);
  assert.equal(await far.call(rpcb.PMAPPROC_SET, map(IPPROTO_UDP, 2049)), false);
  assert.equal(await far.call(rpcb.RPCBPROC_SET_4, nfs("udp", "192.0.2.7.8.1")), false);
  assert.equal(await far.call(rpcb.PMAPPROC_UNSET, map(IPPROTO_TCP)), false);
  assert.equal(await far.call(rpcb.RPCBPROC_UNSET_4, nfs("tcp", "")), false);
  assert.equal(await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_TCP)), 2049);
  for (let vers = 10; vers < 17; vers++)
    assert.equal(await call(rpcb.PMAPPROC_SET, map(IPPROTO_TCP, 1, vers)), true);
  assert.equal(await call(rpcb.PMAPPROC_SET, map(IPPROTO_TCP, 1, 17)), false, "the registry is full");
});

test("UNSET: version 2 both protocols, 3 and 4 the netid or, without one, all", async () => {
  const { call } = setup();
  const fill = async () => {
    for (const netid of ["tcp", "udp", "tcp6"])
      await call(rpcb.RPCBPROC_SET_4, nfs(netid, netid === "tcp6" ? "::.8.1" : "0.0.0.0.8.1"));
  };
  const left = async () =>
    (await call(rpcb.RPCBPROC_DUMP_4, undefined)).map(({ rpcb_map }) => rpcb_map.r_netid);
  await fill();
  assert.equal(await call(rpcb.PMAPPROC_UNSET, map(IPPROTO_TCP)), true);
  assert.deepEqual(await left(), ["tcp6"]);
  await fill();
  assert.equal(await call(rpcb.RPCBPROC_UNSET_3, nfs("udp", "")), true);
  assert.deepEqual((await left()).sort(), ["tcp", "tcp6"]);
  assert.equal(await call(rpcb.RPCBPROC_UNSET_4, nfs("udp", "")), false);
  assert.equal(await call(rpcb.RPCBPROC_UNSET_4, nfs("", "")), true);
  assert.deepEqual(await left(), []);
});

test("GETTIME, UADDR2TADDR, TADDR2UADDR", async () => {
  const { call } = setup();
  assert.equal(await call(rpcb.RPCBPROC_GETTIME_3, undefined), 1_700_000_000);
  assert.equal(await call(rpcb.RPCBPROC_GETTIME_4, undefined), 1_700_000_000);
  const v4 = await call(rpcb.RPCBPROC_UADDR2TADDR_3, "192.0.2.1.8.1");
  assert.deepEqual([...v4.buf], [2, 0, 8, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (const host of [
    "192.0.2.1",
    "::1",
    "::",
    "2001:db8::1",
    "1:2:3:4:5:6:7:8",
    "1:0:3:4:5:6:7:8",
    "1::5:0:0:8",
  ]) {
    const uaddr = formatUaddr({ host, port: 2049 });
    const taddr = await call(rpcb.RPCBPROC_UADDR2TADDR_4, uaddr);
    assert.equal(taddr.maxlen, taddr.buf.length);
    assert.equal(await call(rpcb.RPCBPROC_TADDR2UADDR_4, taddr), uaddr);
  }
  assert.equal((await call(rpcb.RPCBPROC_UADDR2TADDR_4, "nonsense")).buf.length, 0);
  for (const buf of [[], [2, 0], [9, 0, ...new Array(20).fill(0)], [10, 0, ...new Array(20).fill(0)]])
    assert.equal(await call(rpcb.RPCBPROC_TADDR2UADDR_4, { maxlen: 0, buf: Uint8Array.from(buf) }), "");
});

test("calling on in another's name is refused", async () => {
  const { call } = setup();
  const args = { prog: 100003, vers: 3, proc: 0, args: new Uint8Array(0) };
  for (const proc of [rpcb.RPCBPROC_CALLIT, rpcb.RPCBPROC_BCAST, rpcb.RPCBPROC_INDIRECT])
    await assert.rejects(() => call(proc, args), /PROC_UNAVAIL/);
  await assert.rejects(() => call(rpcb.PMAPPROC_CALLIT, args), /PROC_UNAVAIL/);
});

test("GETSTAT counts", async () => {
  const { call, far } = setup();
  await call(rpcb.PMAPPROC_SET, map(IPPROTO_TCP, 2049));
  await far.call(rpcb.PMAPPROC_SET, map(IPPROTO_UDP, 2049));
  await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_TCP));
  await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_TCP));
  await call(rpcb.PMAPPROC_GETPORT, map(IPPROTO_UDP));
  await call(rpcb.RPCBPROC_NULL_4, undefined);
  const stat = await call(rpcb.RPCBPROC_GETSTAT, undefined);
  const v2 = stat[rpcb.RPCBVERS_2_STAT] as rpcb.rpcb_stat;
  assert.deepEqual(v2.info.slice(0, 5), [0, 2, 0, 3, 0]);
  assert.equal(v2.setinfo, 1);
  assert.deepEqual(
    v2.addrinfo.map((line) => [line.prog, line.netid, line.success, line.failure]),
    [
      [100003, "tcp", 2, 0],
      [100003, "udp", 0, 1],
    ],
  );
  const v4 = stat[rpcb.RPCBVERS_4_STAT] as rpcb.rpcb_stat;
  assert.deepEqual([v4.info[0], v4.info[12]], [1, 1]);
});
