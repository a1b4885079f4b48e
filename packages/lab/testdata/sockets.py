"""Runs socket experiments on real loopback sockets.

stdin: {"name": ["operation", ...], ...}; stdout: {"name": [result, ...], ...}.
What the operations are is told in experiments.fixture.ts. A result is 0, a negative errno, a word or a list of words.
"""

import ctypes
import json
import select
import socket
import struct
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PATIENCE_S = 5
HOW = {"rd": socket.SHUT_RD, "wr": socket.SHUT_WR, "rdwr": socket.SHUT_RDWR}


def errno_of(call):
    try:
        return call()
    except OSError as e:
        return -e.errno


def tcp_state(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def until(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.001)


def events(sock, mask, timeout_ms):
    poller = select.poll()
    poller.register(sock, mask)
    found = poller.poll(timeout_ms)
    return found[0][1] if found else 0


def unspec(sock):
    address = struct.pack("=H14x", socket.AF_UNSPEC)
    return 0 if LIBC.connect(sock.fileno(), address, len(address)) == 0 else -ctypes.get_errno()


def receive(sock):
    return "data" if sock.recv(65536) else "end"


class Experiment:
    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.filler = None
        self.server = None
        self.client = socket.socket()
        self.client.setblocking(False)

    def listen(self):
        self.listener.listen(5)
        return 0

    def listen_full(self):
        self.listener.listen(0)
        self.filler = socket.create_connection(self.address, PATIENCE_S)
        return 0

    def accept(self):
        self.listener.settimeout(PATIENCE_S)
        self.server, _ = self.listener.accept()
        self.server.setblocking(False)
        return 0

    def close(self, sock):
        sock.close()
        return 0

    def reset(self, sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return self.close(sock)

    def poll(self, sock):
        seen = events(sock, select.POLLRDHUP, 0)
        names = {"rdhup": select.POLLRDHUP, "hup": select.POLLHUP, "err": select.POLLERR}
        return [name for name, bit in names.items() if seen & bit]

    def wait(self, sock, state):
        until(lambda: tcp_state(sock) == state)
        return tcp_state(sock)

    def do(self, operation):
        if operation in ("listen", "listen_full", "accept"):
            return getattr(self, operation)()
        who, verb, *rest = operation.split()
        sock = self.client if who == "c" else self.server
        table = {
            "connect": lambda: -sock.connect_ex(self.address),
            "unspec": lambda: unspec(sock),
            "send": lambda: sock.send(b"x" * 100, socket.MSG_NOSIGNAL) and 0,
            "recv": lambda: receive(sock),
            "readable": lambda: "yes" if events(sock, select.POLLIN, PATIENCE_S * 1000) else "no",
            "shutdown": lambda: sock.shutdown(HOW[rest[0]]) or 0,
            "so_error": lambda: sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
            "poll": lambda: self.poll(sock),
            "state": lambda: tcp_state(sock),
            "await": lambda: self.wait(sock, int(rest[0])),
            "close": lambda: self.close(sock),
            "reset": lambda: self.reset(sock),
        }
        return errno_of(table[verb])

    def end(self):
        for sock in (self.client, self.server, self.filler, self.listener):
            if sock is not None:
                sock.close()


def main():
    results = {}
    for name, operations in json.load(sys.stdin).items():
        experiment = Experiment()
        results[name] = [experiment.do(operation) for operation in operations]
        experiment.end()
    json.dump(results, sys.stdout)


main()
