"""Servers that attack whoever asks them: `hostile.py PORT NAME`. One speaks HTTP/2 where the client begins so."""

import socket
import sys
import threading

from attacks import SERVERS
from frames import HEADERS, PREFACE, SETTINGS, frame


def serve(connection, behave):
    with connection:
        try:
            connection.settimeout(30)
            speaks_h2 = connection.recv(3, socket.MSG_PEEK | socket.MSG_WAITALL) == PREFACE[:3]
            stream = begin(connection) if speaks_h2 else connection.recv(1 << 16) and 0
            opens, repeats = behave(stream)
            connection.sendall(opens)
            while repeats:
                connection.sendall(repeats)
            while connection.recv(1 << 16):
                pass
        except OSError:
            pass  # sent away, as it should be


def begin(connection):
    """Up to the first request; answers its stream."""
    connection.sendall(frame(SETTINGS))
    source = connection.makefile("rb")
    source.read(len(PREFACE))
    while True:
        head = source.read(9)
        if len(head) < 9:
            raise ConnectionResetError
        source.read(int.from_bytes(head[:3], "big"))
        if head[3] == HEADERS:
            return int.from_bytes(head[5:], "big")


def main():
    behave = SERVERS[sys.argv[2]]
    with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=256) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=serve, args=(connection, behave), daemon=True).start()


if __name__ == "__main__":
    main()
