import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rpcRecord } from "./rpcmsg.js";

function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4));
}

/** Size of the message after the mark, read as RFC 5531 and 1813 say; `afterHandle`: bytes behind the file handle. */
function callLength(bytes: Uint8Array, afterHandle: number): number {
  const words = wordsOf(bytes);
  const credWords = words[8]! / 4;
  const nameWords = Math.ceil(words[10]! / 4);
  assert.equal(credWords, 5 + nameWords, "the credential holds its name, uid, gid and no other gids");
  const handleAt = 9 + credWords + 2;
  return (handleAt + 1) * 4 + words[handleAt]! + afterHandle - 4;
}

test("calls and replies are as long as they are said to be, their mark says the same", () => {
  const payload = fc.record({
    kind: fc.constantFrom("call" as const, "reply" as const),
    xid: fc.nat(),
    proc: fc.nat(21),
    bytes: fc.integer({ min: 4, max: 1460 }),
  });
  fc.assert(
    fc.property(payload, (one) => {
      const bytes = rpcRecord(one);
      assert.equal(bytes.length, one.bytes);
      assert.equal(wordsOf(bytes)[0], 0x8000_0000 + one.bytes - 4);
    }),
  );
});

test("every size from the smallest GETATTR and ACCESS call to 300 and more bytes is one valid message", () => {
  for (const [proc, afterHandle, smallest] of [
    [1, 0, 76],
    [4, 4, 80],
  ] as const) {
    for (let bytes = smallest; bytes <= 380; bytes += 4) {
      const record = rpcRecord({ kind: "call", xid: 7, proc, bytes });
      assert.deepEqual(wordsOf(record).slice(1, 8), [7, 0, 2, 100_003, 3, proc, 1]);
      assert.equal(callLength(record, afterHandle), bytes - 4, `proc ${proc}, ${bytes} bytes`);
    }
  }
});

test("a reply holds attributes when there is room, spends what is left on the verifier", () => {
  const at = (proc: number, bytes: number): number[] =>
    wordsOf(rpcRecord({ kind: "reply", xid: 7, proc, bytes }));
  assert.deepEqual(at(1, 116).slice(0, 9), [0x8000_0070, 7, 1, 0, 0, 0, 0, 0, 1]); // NFS3_OK, a regular file
  assert.deepEqual(at(4, 124).slice(0, 10), [0x8000_0078, 7, 1, 0, 0, 0, 0, 0, 1, 1]); // NFS3_OK, attributes follow
  assert.deepEqual(at(4, 40), [0x8000_0024, 7, 1, 0, 0, 0, 0, 0, 0, 0x1f]); // NFS3_OK, none follow
  assert.deepEqual(at(4, 48), [0x8000_002c, 7, 1, 0, 0, 8, 0, 0, 0, 0, 0, 0x1f]); // eight in the verifier
});
