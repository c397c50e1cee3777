"""Attacks a port for some seconds: `attacker.py PORT NAME SECONDS`, or asks for a path. At most 16 connections, at most 20 begun in a second, if it is no flood."""

import collections
import select
import socket
import ssl
import sys
import threading
import time

from attacks import ATTACKS, ask

CONNECTIONS = 16
EACH = CONNECTIONS / 20  # seconds between two of one, so that all of them begin 20 in a second at most


class Attacker:
    def __init__(self, attack, port, end):
        self._attack = attack
        self._port = port
        self._end = end
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE
        self._tls.set_alpn_protocols([attack.alpn])
        self.connections = 0
        self.sent = 0

    def run(self):
        """One of the connections, and the next where it ends."""
        while time.monotonic() < self._end:
            began = time.monotonic()
            try:
                with socket.create_connection(("127.0.0.1", self._port), 10) as plain:
                    self.connections += 1
                    self._on(self._tls.wrap_socket(plain, server_hostname="localhost") if self._attack.tls else plain)
            except OSError:
                pass  # sent away, as it should be
            time.sleep(max(0.0, min(began + EACH, self._end) - time.monotonic()))

    def _on(self, connection):
        connection.settimeout(0.5)
        self._send(connection, self._attack.opens)
        if self._attack.pause == 0:
            return
        while time.monotonic() < self._end:
            if not self._attack.repeats and self._is_over(connection, self._attack.pause or 0.5):
                return
            self._send(connection, self._attack.repeats)
            if self._attack.pause:
                time.sleep(self._attack.pause)
            if self._attack.reads and self._is_over(connection, 0):
                return

    def _send(self, connection, data):
        """As much as is taken; where nothing is, it waits."""
        view = memoryview(data)
        while view and time.monotonic() < self._end:
            try:
                count = connection.send(view)
            except TimeoutError:
                continue
            view = view[count:]
            self.sent += count
            if self._attack.reads and self._is_over(connection, 0):
                raise ConnectionResetError

    def _is_over(self, connection, wait):
        if not self._attack.reads:
            time.sleep(wait)
            return False
        if not select.select([connection], [], [], wait)[0]:
            return False
        try:
            return not connection.recv(1 << 16)
        except (TimeoutError, ssl.SSLWantReadError):
            return False


class Flood:
    """Nothing but fresh connections, as many as there can be, each with the bytes that it opens with."""

    OPENING = 500  # at once: some wait for a second, where the queue of those to accept is full

    def __init__(self, attack, port):
        self._attack = attack
        self._port = port
        self._poll = select.epoll()
        self._opening = {}
        self._kept = collections.deque()
        self.connections = 0

    def run(self, end):
        while time.monotonic() < end:
            while len(self._opening) < self.OPENING:
                self._open()
            for descriptor, _ in self._poll.poll(0.1):
                self._opened(self._opening.pop(descriptor))

    def _open(self):
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex(("127.0.0.1", self._port))
        self._poll.register(connection, select.EPOLLOUT)
        self._opening[connection.fileno()] = connection

    def _opened(self, connection):
        self._poll.unregister(connection)
        try:
            connection.send(self._attack.opens)
            self.connections += 1
        except OSError:
            pass  # refused or sent away, as it should be
        self._kept.append(connection)
        if len(self._kept) >= self._attack.flood:
            self._kept.popleft().close()


def main():
    port, name, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    attack = ask(name) if name.startswith("/") else next(each for each in ATTACKS if each.name == name)
    end = time.monotonic() + seconds
    if attack.flood:
        flood = Flood(attack, port)
        flood.run(end)
        print(f"{flood.connections} {flood.connections * len(attack.opens)}")
        return
    attacker = Attacker(attack, port, end)
    threads = []
    for _ in range(CONNECTIONS):
        threads.append(threading.Thread(target=attacker.run))
        threads[-1].start()
        time.sleep(EACH / CONNECTIONS)
    for thread in threads:
        thread.join()
    print(f"{attacker.connections} {attacker.sent}")


if __name__ == "__main__":
    main()
