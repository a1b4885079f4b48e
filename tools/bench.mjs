// `npm run bench`: this library beside libnfs, nfs-ganesha and bare C, interleaved in one run. See `npm run bench -- --help`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main, root, SetupError, setup } from "./setup.mjs";

const usage = `npm run bench -- [options]

  --quick           3 short rounds instead of 7
  --only GROUP      client (our client beside libnfs, against an ideal server in C),
                    awake (the same against one that never sleeps: no client has to wake it),
                    ganesha (the same against nfs-ganesha) or server (our server beside nfs-ganesha); may be repeated
  --row WORD        only rows whose name contains the word, e.g. "getattr depth 64"
  --rounds N --seconds S
  --json FILE       where the raw samples go (default bench/results/<time>.json)
`;

await main(async () => {
  const options = arguments_();
  if (options.help) return void process.stdout.write(usage);
  setup();
  const { enter } = await import("../test/peers/namespace.mjs");
  const alone = await enter(import.meta.url);
  if (alone !== false) say(`nfs-ganesha is left out: ${alone}`);
  compile();
  await bench(options, alone === false);
});
process.exit();

function arguments_() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: "boolean", short: "h" },
        quick: { type: "boolean" },
        only: { type: "string", multiple: true },
        row: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        json: { type: "string" },
      },
    });
    const groups = ["client", "awake", "ganesha", "server"];
    const wrong = values.only?.find((group) => !groups.includes(group));
    if (wrong !== undefined) throw new Error(`--only ${wrong}: it is one of ${groups.join(", ")}`);
    return values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${usage}`);
  }
}

/** Compiles the C peers that are out of date; what cannot be compiled is left out, loudly. */
function compile() {
  const out = join(root, "bench/build");
  mkdirSync(out, { recursive: true });
  const peers = [
    ["ideal-server", []],
    ["raw-client", []],
    ["libnfs-client", ["-lnfs"]],
  ];
  for (const [name, libraries] of peers) {
    const source = join(root, `bench/peers/${name}.c`);
    const target = join(out, name);
    const newest = Math.max(statSync(source).mtimeMs, statSync(join(root, "bench/peers/bench.h")).mtimeMs);
    if (existsSync(target) && statSync(target).mtimeMs > newest) continue;
    const done = spawnSync(
      "gcc",
      ["-O2", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-o", target, source, ...libraries],
      { encoding: "utf8" },
    );
    if (done.status !== 0) {
      say(
        `${name} IS LEFT OUT: it does not compile (apt-get install gcc libc6-dev libnfs-dev)\n${done.stderr ?? done.error}`,
      );
    }
  }
}

async function bench(options, alone) {
  const { contender } = await import("../bench/contender.mjs");
  const { ganeshaServers, idealServer, makeFiles, ourServer } = await import("../bench/servers.mjs");
  const { measure } = await import("../bench/measure.mjs");
  const { awakeRows, clientRows, rowName, serverRows } = await import("../bench/rows.mjs");
  const { showVerdict, table, verdicts } = await import("../bench/report.mjs");
  const { onPath } = await import("../test/peers/namespace.mjs");

  const plan = {
    rounds: Number(options.rounds ?? (options.quick ? 3 : 7)),
    seconds: Number(options.seconds ?? (options.quick ? 0.25 : 0.4)),
    warm: 0.1,
  };
  const [serverCore, clientCore] = availableParallelism() > 1 ? [0, 1] : [0, 0];
  const wanted = (group) => options.only === undefined || options.only.includes(group);
  const rows = (all) =>
    all.filter(
      (row) => options.row === undefined || rowName(row).toLowerCase().includes(options.row.toLowerCase()),
    );
  const peer = (name) => existsSync(join(root, "bench/build", name));
  const withGanesha = alone && onPath("ganesha.nfsd") !== undefined && onPath("rpcbind") !== undefined;
  if (!withGanesha)
    say("nfs-ganesha IS LEFT OUT (apt-get install nfs-ganesha nfs-ganesha-vfs rpcbind, and run as root)");

  say(
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores; Node ${process.versions.node}; load ${loadavg()[0].toFixed(2)} before the start`,
  );
  say(
    `${plan.rounds} interleaved rounds of ${plan.seconds} s; servers on core ${serverCore}, clients on core ${clientCore}`,
  );
  const dir = `${alone ? "/run" : join(root, "bench/build")}/export`;
  if (withGanesha || wanted("server")) makeFiles(dir);
  const ganesha =
    withGanesha && (wanted("ganesha") || wanted("server")) ? await ganeshaServers(serverCore, dir) : [];

  const clients = (server) => {
    const compiled = (name, file) => (peer(file) ? [[name, join(root, "bench/build", file), []]] : []);
    const ours = (name, mode) => [name, process.execPath, [join(root, "bench/client.mjs"), mode]];
    return [
      ...compiled("raw (C)", "raw-client"),
      ...compiled("libnfs", "libnfs-client"),
      ours("ours, callback", "callback"),
      ours("ours, promise", "promise"),
    ].map(([name, command, args]) => ({
      name,
      server,
      client: contender(name, clientCore, command, [...args, ...server.target]),
    }));
  };
  const rawOf = (server) => ({
    name: server.name,
    server,
    client: contender("raw", clientCore, join(root, "bench/build/raw-client"), server.target),
  });

  const results = [];
  const group = async (name, title, all, entrants, base) => {
    if (rows(all).length === 0) return;
    const measured = [];
    let cut = "";
    try {
      for await (const result of measure(name, rows(all), entrants, plan)) {
        measured.push(result);
        process.stderr.write(`  ${name}: ${rowName(result)}\n`);
      }
    } catch (error) {
      cut = `\nTHE ROWS AFTER THESE ARE MISSING: ${error.message}`;
      process.exitCode = 1;
    }
    results.push(...measured);
    say(`\n${title}\n${measured.length > 0 ? table(measured, base) : ""}${cut}`);
    for (const { client } of entrants) await client.stop();
  };

  if (wanted("client") && peer("ideal-server")) {
    const base = peer("libnfs-client") ? "libnfs" : "raw (C)";
    await group(
      "client",
      "Clients against an ideal server",
      clientRows,
      clients(await idealServer(serverCore)),
      base,
    );
  }
  if (wanted("awake") && peer("ideal-server")) {
    await group(
      "awake",
      "Clients against an ideal server that never sleeps",
      awakeRows,
      clients(await idealServer(serverCore, true)),
      peer("libnfs-client") ? "libnfs" : "raw (C)",
    );
  }
  if (wanted("ganesha") && ganesha.length > 0) {
    await group(
      "ganesha",
      "Clients against nfs-ganesha (bound by the server: look at the client's CPU)",
      clientRows,
      clients(ganesha[0]),
      "libnfs",
    );
  }
  if (wanted("server") && peer("raw-client")) {
    const servers = [
      await idealServer(serverCore),
      await ourServer(serverCore, "disk", dir),
      await ourServer(serverCore, "memory", dir),
      ...ganesha,
    ];
    const base = ganesha.length > 0 ? ganesha[0].name : servers[0].name;
    await group("server", "Servers, asked by the raw client", serverRows, servers.map(rawOf), base);
  }

  const reached = verdicts(results);
  if (reached.length > 0) say(`\n${reached.map(showVerdict).join("\n")}`);
  if (results.some(({ foreign }) => foreign > 0.1)) {
    say(
      "\nAnother job was running during the marked rows: only the ratios of a round are worth anything there.",
    );
  }
  const file =
    options.json ?? join(root, "bench/results", `${new Date().toISOString().replace(/[:.]/g, "-")}.json`);
  mkdirSync(join(root, "bench/results"), { recursive: true });
  const machine = {
    cpu: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    node: process.versions.node,
  };
  writeFileSync(file, JSON.stringify({ machine, plan, results, aims: reached }, undefined, 1));
  say(`\nraw samples: ${file}`);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
