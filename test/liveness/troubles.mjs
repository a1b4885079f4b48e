// What can go wrong between a client and its server, as a table: each row begins some trouble and says how it is mended.

/** What the UDP side suffers meanwhile. */
const LOST = { drop: 1 };
const ROUGH = { drop: 0.3, duplicate: 0.3, delayMs: 200 };

/** After a long hole a TCP sits in its back-off, about as long as the hole was: deaf to a network that is fine again. */
const numbFor = (random, ms) => (random.chance(0.5) ? Math.min(ms, 20_000) : 0);

/**
 * Each: `async (world, random, ms) => mend`. `world` has `tcp` (proxies), `udp` and `server`; the trouble lasts about
 * `ms`; `mend` is awaited, and then everything works.
 */
export const troubles = {
  "both directions lost": async ({ tcp, udp }, random, ms) => {
    weather(tcp, { toServer: "hold", toClient: "hold" });
    udp.set(LOST);
    return () => calm({ tcp, udp }, numbFor(random, ms));
  },
  "client to server lost": async ({ tcp, udp }, random, ms) => {
    weather(tcp, { toServer: "hold" });
    udp.set(LOST);
    return () => calm({ tcp, udp }, numbFor(random, ms));
  },
  "server to client lost": async ({ tcp, udp }, random, ms) => {
    weather(tcp, { toClient: "hold" });
    udp.set(LOST);
    return () => calm({ tcp, udp }, numbFor(random, ms));
  },
  "one connection silent, new ones work": async ({ tcp, udp }, _random, ms) => {
    for (const proxy of tcp) proxy.numb(ms);
    udp.set(ROUGH);
    return () => calm({ tcp, udp });
  },
  "everything late": async ({ tcp, udp }, random) => {
    const delayMs = random.between(5, 700);
    weather(tcp, { delayMs });
    udp.set({ delayMs });
    return () => calm({ tcp, udp });
  },
  "connections reset": async ({ tcp, udp }, random, ms) => {
    udp.set(ROUGH);
    const stop = again(random, ms, tcp, (proxy) => proxy.reset());
    return () => {
      stop();
      return calm({ tcp, udp });
    };
  },
  "connections ended by FIN": async ({ tcp, udp }, random, ms) => {
    udp.set(ROUGH);
    const stop = again(random, ms, tcp, (proxy) => proxy.fin());
    return () => {
      stop();
      return calm({ tcp, udp });
    };
  },
  "accepted, then closed": async ({ tcp, udp }) => {
    weather(tcp, { accept: "close" });
    for (const proxy of tcp) proxy.reset();
    udp.set(LOST);
    return () => calm({ tcp, udp });
  },
  "accepted, then reset": async ({ tcp, udp }) => {
    weather(tcp, { accept: "reset" });
    for (const proxy of tcp) proxy.reset();
    udp.set(LOST);
    return () => calm({ tcp, udp });
  },
  "connections refused": async ({ tcp, udp }) => {
    await Promise.all(tcp.map((proxy) => proxy.refuse()));
    udp.set(LOST);
    return () => calm({ tcp, udp });
  },
  "bytes in crumbs": async ({ tcp, udp }) => {
    weather(tcp, { crumbs: true });
    udp.set({ duplicate: 1 });
    return () => calm({ tcp, udp });
  },
  "cut in the middle of a record": async ({ tcp, udp }, random) => {
    const most = random.pick([60, 200, 5000, 200_000]);
    weather(tcp, { cutAfter: () => random.int(1, most) });
    udp.set(ROUGH);
    return () => calm({ tcp, udp });
  },
  "server killed": async ({ server }) => {
    await server.kill();
    return () => server.start();
  },
  "server stopped": async ({ server }) => {
    server.stop();
    return () => server.cont();
  },
  "server stopped, then killed": async ({ server }) => {
    server.stop();
    return async () => {
      await server.kill();
      await server.start();
    };
  },
  // The report of 2012: one direction lost, and the server another one when the network is back.
  "client to server lost, server restarted": async ({ tcp, udp, server }, random, ms) => {
    weather(tcp, { toServer: "hold" });
    udp.set(LOST);
    await server.kill();
    await server.start();
    return () => calm({ tcp, udp }, numbFor(random, ms));
  },
  "both directions lost, server restarted": async ({ tcp, udp, server }, random, ms) => {
    weather(tcp, { toServer: "hold", toClient: "hold" });
    udp.set(LOST);
    await server.kill();
    await server.start();
    return () => calm({ tcp, udp }, numbFor(random, ms));
  },
};

const names = Object.keys(troubles);
const onProcess = (name) => /server (killed|stopped|restarted)/.test(name);

/**
 * The next trouble of a run: mostly one, sometimes two on top of each other.
 * `mostMs` cuts the long ones for runs that have little time.
 */
export function nextTrouble(random, mostMs = 20_000) {
  const dice = random.next();
  const ms = dice < 0.6 ? random.between(100, 2500) : dice < 0.95 ? random.between(2500, 8000) : 20_000;
  const first = random.pick(names);
  // Two rows that both work on the server's process would undo each other.
  const others = names.filter((name) => name !== first && !(onProcess(name) && onProcess(first)));
  const chosen = random.chance(0.25) ? [first, random.pick(others)] : [first];
  return { names: chosen, ms: Math.min(ms, mostMs) };
}

/** Begins all of `names`; the result mends all. */
export async function begin(names, world, random, ms) {
  const mends = [];
  for (const name of names) mends.push(await troubles[name](world, random, ms));
  return async () => {
    // In their order: the weather comes last where two have made some.
    for (const mend of mends) await mend();
  };
}

function weather(tcp, change) {
  for (const proxy of tcp) proxy.set(change);
}

async function calm({ tcp, udp }, numbMs = 0) {
  udp.heal();
  await Promise.all(tcp.map((proxy) => proxy.heal(numbMs)));
}

/** Does it now, and in a long trouble some times more. The result stops it. */
function again(random, ms, tcp, hit) {
  const act = () => {
    for (const proxy of tcp) hit(proxy);
  };
  act();
  const timers = [];
  for (let at = random.between(20, 900); at < ms; at += random.between(20, 900))
    timers.push(setTimeout(act, at));
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
