import assert from "node:assert/strict";
import { BlockList, isIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { isLoopback, matchClients } from "./clients.js";

test("a list of clients matches as exports(5) says", () => {
  const match = matchClients(["192.168.1.0/24", "10.1.2.3", "fd00::/8", "2001:db8::1"]);
  for (const yes of ["192.168.1.1", "192.168.1.255", "10.1.2.3", "fd12::1", "2001:db8::1"])
    assert.ok(match(yes), yes);
  for (const no of ["192.168.2.1", "10.1.2.4", "fe80::1", "2001:db8::2", "client", "", "::"])
    assert.ok(!match(no), no);
  assert.ok(matchClients(["10.0.0.1", "*"])("anything"));
  assert.ok(!matchClients([])("10.0.0.1"));
  assert.ok(matchClients(["0.0.0.0/0"])("1.2.3.4"));
  assert.ok(!matchClients(["0.0.0.0/0"])("::1"));
  assert.ok(isLoopback("127.9.9.9") && isLoopback("::1") && !isLoopback("128.0.0.1"));
});

test("what is no client is refused by name", () => {
  for (const bad of [
    "host.example",
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0/8",
    "",
    "10.0.0.0/",
    "*.example.com",
  ])
    assert.throws(
      () => matchClients(["10.0.0.1", bad]),
      (error: Error) => error.message.includes(JSON.stringify(bad)),
    );
});

test("networks agree with node:net", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.oneof(fc.ipV4(), fc.ipV6()),
      fc.nat(32),
      (a, b, length) => {
        fc.pre(isIPv6(a) === isIPv6(b));
        const list = new BlockList();
        const family = isIPv6(a) ? "ipv6" : "ipv4";
        list.addSubnet(a, length || 1, family);
        assert.equal(matchClients([`${a}/${length || 1}`])(b), list.check(b, family));
      },
    ),
  );
});
