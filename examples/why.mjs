// One call to a server that is not there: what it waits for, and how it ends. usage: node examples/why.mjs HOST PORT
import { connect } from "unstuck";
import { nfs3 } from "unstuck/program";

const [host = "192.168.1.200", port = "2049"] = process.argv.slice(2);
const client = await connect({ host, port: Number(port), program: nfs3.NFS_PROGRAM, version: 3 });
const call = client.call(nfs3.NFSPROC3_NULL, undefined, { deadlineMs: 1500 });

const timer = setInterval(() => {
  for (const { procedure, ageMs, reason } of client.snapshot().calls) {
    console.log(`${procedure} ${ageMs.toFixed(0)} ms: ${reason.text}`);
  }
}, 500);
await call.then(
  () => console.log("answered"),
  ({ code, sent, message }) => console.log(`${code} (sent: ${sent}): ${message}`),
);
clearInterval(timer);
await client.close();
