/** What an operator, or the world at large, does to a network and its server. */
import { EVERYTHING, type Listening, type Net, NOTHING, PINGS } from "./net.js";
import { RealServer } from "./real-server.js";
import type { Deed } from "./scenario.js";
import * as Sock from "./socket.js";
import type { World } from "./world.js";

/** How the ends of connections come to the client: a reset, a FIN, or nothing at all. */
type Ending = "rst" | "fin" | "silent";

export function doDeed(w: World, deed: Deed): void {
  const { net, now } = w;
  switch (deed) {
    case "blackhole":
      net.hole = true;
      for (const s of net.sockets) {
        if (s.isDatagram) s.out = [];
        else if (s.out.length > 0 || (s.end === Sock.SYN_SENT && s.peer === Sock.UNKNOWN)) s.hold(now);
      }
      return;
    case "heal":
      net.hole = false;
      for (const s of net.sockets) s.release(now);
      return;
    case "restart-rst":
      return restart(w, "rst");
    case "restart-fin":
      return restart(w, "fin");
    case "restart-silent":
      return restart(w, "silent");
    case "refuse":
      listen(net, "refuse");
      return restart(w, "rst");
    case "cut":
      for (const s of net.sockets) if (!s.isDatagram && s.peer === Sock.OPEN) net.server?.gone(s.cookie);
      return endAll(net, "rst");
    case "slam":
    case "mute":
    case "slow":
    case "serve":
      return listen(net, deed);
    case "take-ports":
      net.takenBelow = net.nextPort;
      return;
    case "pause":
  }
}

/** The server process ends, and with it what it remembers; another one is there at once. */
function restart({ net, calls }: World, how: Ending): void {
  endAll(net, how);
  if (net.server === undefined) return;
  net.server = new RealServer(net.server.classes);
  for (const call of calls) call.runs = 0;
}

function listen(net: Net, how: Listening): void {
  net.listening = how;
  net.answers = how === "mute" ? NOTHING : how === "slow" ? PINGS : EVERYTHING;
}

function endAll(net: Net, how: Ending): void {
  for (const s of net.sockets) {
    if (s.peer !== Sock.OPEN) continue;
    s.todo = [];
    if (s.isDatagram) continue;
    s.peer = Sock.CLOSED;
    s.isHalfSent = false;
    if (how === "rst") s.error = Sock.RESET;
    else if (how === "fin") s.fin = true;
  }
}
