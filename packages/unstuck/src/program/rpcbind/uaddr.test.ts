import assert from "node:assert/strict";
import { isIPv6 as nodeIsIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { formatUaddr, ipv6Words, isIPv4, isIPv6, netidOf, parseUaddr } from "./uaddr.js";

test("a universal address says host, then port in two bytes (RFC 5665)", () => {
  assert.equal(formatUaddr({ host: "10.0.0.1", port: 2049 }), "10.0.0.1.8.1");
  assert.deepEqual(parseUaddr("10.0.0.1.8.1"), { host: "10.0.0.1", port: 2049 });
  assert.equal(formatUaddr({ host: "::1", port: 111 }), "::1.0.111");
  assert.deepEqual(parseUaddr("::.0.111"), { host: "::", port: 111 });
});

test("what is not a universal address is undefined", () => {
  for (const bad of [
    "",
    "10.0.0.1",
    "10.0.0.1.8.256",
    "10.0.0.256.8.1",
    "host.8.1",
    "::1",
    "1.2.3.4.5.6.7",
    "/run/rpcbind.sock",
  ])
    assert.equal(parseUaddr(bad), undefined, bad);
});

test("every address and port round-trips", () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(host, fc.nat(65535), (h, port) => {
      assert.deepEqual(parseUaddr(formatUaddr({ host: h, port })), { host: h, port });
    }),
  );
});

test("IPv6 agrees with node:net", () => {
  const near = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), near), (text) => isIPv6(text) === nodeIsIPv6(text)),
    { numRuns: 500 },
  );
  assert.deepEqual(ipv6Words("fe80::1%eth0"), [0xfe80, 0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(ipv6Words("::ffff:10.0.0.1"), [0, 0, 0, 0, 0, 0xffff, 0x0a00, 1]);
});

test("the netid follows the address family", () => {
  assert.equal(netidOf("tcp", "127.0.0.1"), "tcp");
  assert.equal(netidOf("udp", "::1"), "udp6");
  assert.equal(isIPv4("01.2.3.4"), false);
});
