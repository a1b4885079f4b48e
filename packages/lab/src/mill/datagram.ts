/** What can happen to datagrams on their way: they are lost, or come twice, and an ICMP error comes instead of an answer. */
import * as Kind from "./choice.js";
import { codeOf, type Offer } from "./choice.js";
import * as Event from "./event.js";
import type { Socket } from "./socket.js";
import * as Sock from "./socket.js";
import type { World } from "./world.js";

export function offer({ net, scenario }: World, s: Socket, into: Offer): void {
  const none = codeOf(0, s.cookie);
  const mayLose = net.lost < scenario.losses;
  const mayDouble = net.doubled < scenario.doubles;
  if (s.error !== Sock.NO_ERROR) into.add(none | Kind.FAILED);
  if (s.untaken > 0) into.add(none | Kind.TAKEN);
  if (s.out.length > 0) {
    into.add(none | Kind.ARRIVE);
    if (mayLose) into.add(none | Kind.LOSE);
    if (mayDouble) into.add(none | Kind.DOUBLE);
  }
  if (s.back.length > 0) {
    into.add(none | Kind.DATA);
    if (mayLose) into.add(none | Kind.LOSE_REPLY);
    if (mayDouble) into.add(none | Kind.DOUBLE_REPLY);
  }
  if (s.todo.length > 0) net.offerServer(s, into);
}

/** False: it happens to a datagram as it does to a stream. */
export function happen(w: World, s: Socket, kind: number): boolean {
  switch (kind) {
    case Kind.FAILED:
      if (s.end !== Sock.UP) return false;
      // One of the datagrams met a closed port; the socket lives on.
      s.error = Sock.NO_ERROR;
      w.post(Event.failed(s.cookie, Sock.ERRORS[Sock.REFUSED]));
      return true;
    case Kind.ARRIVE:
      arrive(w, s);
      return true;
    case Kind.DATA:
      read(w, s);
      return true;
    case Kind.LOSE:
      w.net.lost++;
      Sock.takePair(s.out, 0);
      return true;
    case Kind.LOSE_REPLY:
      w.net.lost++;
      Sock.takePair(s.back, 0);
      return true;
    case Kind.DOUBLE:
      w.net.doubled++;
      s.out.push(s.out[0]!, s.out[1]!);
      return true;
    case Kind.DOUBLE_REPLY:
      w.net.doubled++;
      s.back.push(s.back[0]!, s.back[1]!);
      return true;
    default:
      return false;
  }
}

function read(w: World, s: Socket): void {
  const { net } = w;
  const call = s.back[1]!;
  net.heard(w, s, call === Sock.PING ? 0 : 1);
  net.reading = call;
  w.post(Event.data(s.cookie, s.readDatagram()));
  net.reading = undefined;
}

function arrive(w: World, s: Socket): void {
  const { net, scenario } = w;
  const xid = s.out[0]!;
  const call = s.out[1]!;
  Sock.takePair(s.out, 0);
  if (net.listening === "refuse") s.error = Sock.REFUSED;
  else if (s.todo.length < 2 * scenario.mostDatagrams) net.take(w, s, xid, call);
}
