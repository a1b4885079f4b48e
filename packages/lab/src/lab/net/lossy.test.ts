/** Whatever outages do, what arrives is what was sent: everything, once, in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inet_stream_connect, TCP_ESTABLISHED, tcp_recvmsg, tcp_sendmsg } from "./mod.js";
import { CLIENT, clientSock, newWorld, outage, run, SERVER } from "./world.fixture.js";

const DEEDS = ["send", "answer", "down", "up"] as const;

test("outages lose, double and reorder nothing", () => {
  const steps = fc.array(fc.record({ deed: fc.constantFrom(...DEEDS), afterUs: fc.nat(400_000) }), {
    maxLength: 25,
  });
  fc.assert(
    fc.property(steps, fc.boolean(), (deeds, rpFilter) => {
      const w = newWorld(rpFilter ? [CLIENT.host] : []);
      w.server.listening = "yes";
      const sk = clientSock(w);
      inet_stream_connect(w.client, sk, SERVER);
      run(w);
      const [peer] = w.server.accepted;
      assert.ok(peer !== undefined);
      const calls: number[] = [];
      const replies: number[] = [];
      for (const [xid, { deed, afterUs }] of deeds.entries()) {
        run(w, w.now + afterUs);
        if (deed === "down" || deed === "up") {
          outage(w, deed === "down");
          continue;
        }
        const call = deed === "send";
        const payload = { kind: call ? "call" : "reply", xid, proc: 1, bytes: 84 } as const;
        const taken = tcp_sendmsg(call ? w.client : w.server, call ? sk : peer, payload);
        assert.equal(taken, payload.bytes);
        (call ? calls : replies).push(xid);
      }
      outage(w, false);
      run(w, w.now + 300_000_000);
      const read = (host: typeof w.client, from: typeof sk) => {
        const xids: number[] = [];
        for (let got = tcp_recvmsg(host, from); typeof got !== "number"; got = tcp_recvmsg(host, from)) {
          xids.push(got.xid);
        }
        return xids;
      };
      assert.deepEqual([read(w.server, peer), read(w.client, sk)], [calls, replies]);
      assert.deepEqual([sk.sk_state, peer.sk_state], [TCP_ESTABLISHED, TCP_ESTABLISHED]);
      assert.deepEqual([sk.rtoAtUs, peer.rtoAtUs], [undefined, undefined]);
    }),
    { numRuns: 200, seed: 2012 },
  );
});
