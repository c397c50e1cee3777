"""A link: what comes in on one side goes out on the other, so many milliseconds later and at so many bits a second.

Both directions are delayed and held to the rate, so that a protocol which waits for word from the other side waits as long as it would on
a real line. A direction takes no more than its rate times its delay on board, and twice that when the far side does not read; in
front of it stands a queue of some 1 MiB, the receive buffer, as in front of a line stands that of a router."""

import collections
import socket
import sys
import threading
import time

CHUNK = 64 << 10
QUEUE = 512 << 10  # the kernel doubles it
CREDIT = 0.01  # seconds: what a sleep that ends late costs is made good within them


class Direction:
    """From one socket to another. Two threads: one lets bytes onto the line at its rate, one takes them off when their time has come."""

    def __init__(self, source, sink, delay, rate):
        self._source, self._sink = source, sink
        self._delay, self._rate = delay, rate
        self._most = max(CHUNK, int(2 * rate * delay))
        self._line = collections.deque()
        self._aboard = 0
        self._changed = threading.Condition()

    def start(self):
        for step in (self._enter, self._leave):
            threading.Thread(target=step, daemon=True).start()

    def _enter(self):
        free_at = time.monotonic()
        while block := self._read():
            free_at = max(free_at, time.monotonic() - CREDIT) + len(block) / self._rate
            time.sleep(max(0.0, free_at - time.monotonic()))
            with self._changed:
                self._changed.wait_for(lambda: self._aboard < self._most)
                self._put(block)
        with self._changed:
            self._put(b"")

    def _read(self):
        try:
            return self._source.recv(CHUNK)
        except OSError:
            return b""

    def _put(self, block):
        self._line.append((time.monotonic() + self._delay, block))
        self._aboard += len(block)
        self._changed.notify_all()

    def _leave(self):
        while block := self._next():
            try:
                self._sink.sendall(block)
            except OSError:
                break
            with self._changed:
                self._aboard -= len(block)
                self._changed.notify_all()
        for end, how in ((self._sink, socket.SHUT_WR), (self._source, socket.SHUT_RD)):
            try:
                end.shutdown(how)
            except OSError:
                pass  # the other direction was quicker

    def _next(self):
        with self._changed:
            self._changed.wait_for(lambda: self._line)
            due, block = self._line.popleft()
        time.sleep(max(0.0, due - time.monotonic()))
        return block


def listener(port):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE)  # accepted sockets have it too
    made.bind(("127.0.0.1", port))
    made.listen()
    return made


def connected(port):
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, QUEUE)
    made.connect(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def main():
    """Arguments: the port to listen on, the port to go on to, seconds of delay each way, bytes a second each way."""
    port, target, delay, rate = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    door = listener(port)
    while True:
        near = door.accept()[0]
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far = connected(target)
        Direction(near, far, delay, rate).start()
        Direction(far, near, delay, rate).start()


if __name__ == "__main__":
    main()
