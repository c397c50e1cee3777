"""Clients that keep one connection through all of it: uploads over HTTP/1.1, and WebSockets. What goes wrong is kept, and ends that client."""

import base64
import hashlib
import json
import os
import socket
import threading
import time

from h2load import HOST

UPLOAD_BYTES = 1 << 20
UPLOAD_PAUSE = 0.05  # between the blocks of an upload: most of the time one is in flight
BLOCKS = 8
ECHO_PAUSE = 0.1
PATIENCE = 20  # seconds without a byte


class Client(threading.Thread):
    """One connection, and what was done on it."""

    def __init__(self, port, tls):
        super().__init__(daemon=True)
        self.done = 0
        self.trouble = None
        self._over = threading.Event()
        plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket = tls.wrap_socket(plain, server_hostname=HOST)
        self._read = self._socket.makefile("rb")

    def stop(self):
        self._over.set()

    def run(self):
        try:
            self.begin()
            while not self._over.is_set():
                self.step()
                self.done += 1
        except (OSError, ValueError) as failure:
            self.trouble = f"after {self.done}: {failure!r}"
        self._read.close()  # it holds the socket, too
        self._socket.close()

    def begin(self):
        """What comes first on the connection."""

    def step(self):
        """One operation; raises where it is not as it should be."""
        raise NotImplementedError

    def _head(self, status):
        line = self._read.readline().decode()
        fields = {}
        while (field := self._read.readline().decode().strip()) != "":
            name, _, value = field.partition(":")
            fields[name.lower()] = value.strip()
        if line.split(" ")[1:2] != [status]:
            raise ValueError(f"answered {line!r}")
        return fields


class Upload(Client):
    """Uploads of a MiB, one after the other, each slow enough that a reload falls into it."""

    says = "uploads of 1 MiB"

    def step(self):
        self._socket.sendall(f"PUT /sink HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {UPLOAD_BYTES}\r\n\r\n".encode())
        found = hashlib.sha256()
        for _ in range(BLOCKS):
            block = os.urandom(UPLOAD_BYTES // BLOCKS)
            found.update(block)
            self._socket.sendall(block)
            time.sleep(UPLOAD_PAUSE)
        length = int(self._head("200")["content-length"])
        answer = json.loads(self._read.read(length))
        if answer != {"bytes": UPLOAD_BYTES, "sha256": found.hexdigest()}:
            raise ValueError(f"the server has {answer}")


class Echo(Client):
    """A WebSocket on which the same bytes come back."""

    says = "messages over WebSockets"

    def begin(self):
        key = base64.b64encode(os.urandom(16)).decode()
        fields = f"Host: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        self._socket.sendall(f"GET /ws HTTP/1.1\r\n{fields}\r\n".encode())
        self._head("101")

    def step(self):
        sent = os.urandom(200)
        self._socket.sendall(sent)
        if self._read.read(len(sent)) != sent:
            raise ValueError("other bytes came back")
        time.sleep(ECHO_PAUSE)
