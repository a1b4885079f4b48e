// Serves ping.x over TCP and UDP. usage: node dist/server.js [PORT]
import { serve } from "unstuck";
import { type Handlers, service } from "unstuck/sunrpc";
import { mood, PING_V1 } from "./ping.gen.js";

const visits = new Map<string, bigint>();

const handlers: Handlers<typeof PING_V1> = {
  // A handler may return a value or a promise; arguments and results have the types of ping.x.
  PING_ECHO: (text) => {
    if (text === "") return { now: mood.BUSY, retry_seconds: 5 };
    visits.set(text, (visits.get(text) ?? 0n) + 1n);
    return { now: mood.CALM, text: text.toUpperCase() };
  },
  PING_VISITS: async () => [...visits].map(([text, times]) => ({ text, times })),
};

// A call that the client sends again, since it lost its connection, is one visit and not two.
const ping = service(PING_V1, handlers, { once: ["PING_ECHO"] });

const server = await serve({ services: [ping], port: Number(process.argv[2] ?? 0), udp: true });
console.log(`port ${server.port}`);
process.once("SIGTERM", () => server.drain());
process.once("SIGINT", () => server.drain());
