"""Clients that each come by a connection of their own, in a steady stream, until told to end: what became of them.

    newcomers.py PORT CA HOST RATE STOP

Each connects to loopback, shakes hands by TLS 1.3, asks once, and is gone. RATE is how many come in a second, whether or not those before them are
served yet. When the file STOP is there no more come, and a line tells how many came, how many of them failed, and how many seconds the one that waited
longest took from its connect to the last byte. Exits with 1 where one failed; the first few are told.
"""

import os
import socket
import ssl
import sys
import threading
import time

PATIENCE = 60


class Newcomers:
    def __init__(self, port, authority, host):
        self.address = ("127.0.0.1", port)
        self.host = host
        self.context = ssl.create_default_context(cafile=authority)
        self.lock = threading.Lock()
        self.took = []
        self.failures = []

    def come(self):
        began = time.monotonic()
        try:
            self.ask()
            with self.lock:
                self.took.append(time.monotonic() - began)
        except Exception as failure:
            with self.lock:
                self.failures.append(f"{failure!r} after {time.monotonic() - began:.3f} s")

    def ask(self):
        with socket.create_connection(self.address, PATIENCE) as plain:
            with self.context.wrap_socket(plain, server_hostname=self.host) as secure:
                secure.sendall(f"GET /new HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n".encode())
                answer = bytearray()
                while part := secure.recv(65536):
                    answer += part
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise ValueError(bytes(answer[:80]))


def main():
    port, authority, host, rate, stop = sys.argv[1:]
    newcomers = Newcomers(int(port), authority, host)
    threads = []
    due = time.monotonic()
    while not os.path.exists(stop):
        thread = threading.Thread(target=newcomers.come)
        thread.start()
        threads.append(thread)
        due += 1 / float(rate)
        time.sleep(max(0, due - time.monotonic()))
    for thread in threads:
        thread.join()
    for failure in newcomers.failures[:5]:
        print(failure, file=sys.stderr)
    print(f"{len(threads)} came, {len(newcomers.failures)} failed, longest {max(newcomers.took, default=0):.3f} s")
    sys.exit(1 if newcomers.failures or not newcomers.took else 0)


main()
