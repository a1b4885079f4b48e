import assert from "node:assert/strict";
import { test } from "node:test";
import { longLines, portmapLines, shortLines } from "./rpcinfo.format.js";

const entry = (vers: number, netid: string, uaddr: string, prog = 100000) => ({
  prog,
  vers,
  netid,
  uaddr,
  port: 111,
  owner: "superuser",
});
/** What Debian's rpcbind 1.2.6 registers by itself, in its order. */
const debian = [
  entry(4, "tcp6", "::.0.111"),
  entry(3, "tcp6", "::.0.111"),
  entry(4, "tcp", "0.0.0.0.0.111"),
  entry(3, "tcp", "0.0.0.0.0.111"),
  entry(2, "tcp", "0.0.0.0.0.111"),
  entry(4, "local", "/run/rpcbind.sock"),
];

// The expected lines are those of Debian's rpcinfo for the same registrations.

test("rpcinfo -p prints as Debian's does", () => {
  assert.deepEqual(
    portmapLines([
      { prog: 100000, vers: 4, netid: "tcp", port: 111, uaddr: undefined, owner: undefined },
      { prog: 100003, vers: 3, netid: "udp", port: 2049, uaddr: undefined, owner: undefined },
      { prog: 555555, vers: 1, netid: "tcp", port: 60123, uaddr: undefined, owner: undefined },
    ]),
    [
      "   program vers proto   port  service",
      "    100000    4   tcp    111  portmapper",
      "    100003    3   udp   2049  nfs",
      "    555555    1   tcp  60123",
    ],
  );
});

test("rpcinfo HOST prints as Debian's does", () => {
  const [head, first] = longLines(debian);
  assert.equal(head, "   program version netid     address                service    owner");
  assert.equal(first, "    100000    4    tcp6      ::.0.111               portmapper superuser");
});

test("rpcinfo -s prints as Debian's does: a program a line, what was registered first comes last", () => {
  assert.deepEqual(shortLines(debian), [
    "   program version(s) netid(s)                         service     owner",
    "    100000  2,3,4     local,tcp,tcp6                   portmapper  superuser",
  ]);
  assert.match(shortLines([entry(1, "tcp", "0.0.0.0.3.4", 77)])[1]!, /^ {8}77 {2}1 .* - {11}superuser$/);
});
