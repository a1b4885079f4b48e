// Calls the server of ping.x. usage: node dist/client.js PORT [tcp|udp] TEXT…
import { connect } from "unstuck";
import { RpcError, XprtError } from "unstuck/sunrpc";
import { mood, PING_ECHO, PING_PROGRAM, PING_VISITS } from "./ping.gen.js";

const [port, proto = "tcp", ...texts] = process.argv.slice(2);

await using client = await connect({
  host: "127.0.0.1",
  port: Number(port),
  program: PING_PROGRAM,
  version: 1,
  proto: proto === "udp" ? "udp" : "tcp",
});

try {
  for (const text of texts) {
    const answer = await client.call(PING_ECHO, text, { deadlineMs: 5000 });
    // The union's discriminant narrows: `retry_seconds` exists for BUSY only.
    console.log(answer.now === mood.BUSY ? `busy, ask again in ${answer.retry_seconds} s` : answer.text);
  }
  for (const { text, times } of await client.call(PING_VISITS, undefined)) console.log(`${times}× ${text}`);
} catch (error) {
  if (error instanceof RpcError) console.error(`the server said no: ${error.code}`);
  else if (error instanceof XprtError) console.error(`nobody answered: ${error.code}, sent: ${error.sent}`);
  else throw error;
  process.exitCode = 1;
}
