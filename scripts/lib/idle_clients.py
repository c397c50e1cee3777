"""Opens TLS connections, makes one request on each, and keeps them until its standard input ends.

Every second connection speaks h2. Arguments: port, certificate, number. Prints one line when all have been answered.
Clients starts that as a process of its own: descriptors are counted for each process."""

import socket
import ssl
import subprocess
import sys

from harness import Trouble

# The preface, empty SETTINGS, and HEADERS of stream 1: GET / at localhost (RFC 9113 §3.4, RFC 7541 appendix A).
_BLOCK = bytes([0x82, 0x87, 0x84, 0x41, 9]) + b"localhost"
H2_REQUEST = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    + bytes([0, 0, len(_BLOCK), 1, 5, 0, 0, 0, 1]) + _BLOCK
)  # fmt: skip
H1_REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Clients:
    """Connections of a process of their own, from `with` to its end."""

    def __init__(self, port, certificate, count):
        self._command = [sys.executable, "-B", __file__, str(port), str(certificate), str(count)]

    def __enter__(self):
        self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        said = self._child.stdout.readline().decode().strip()
        if not said.endswith("open"):
            raise Trouble("the clients were not all answered; what they said stands above")
        return self

    def __exit__(self, *_):
        self._child.stdin.close()
        self._child.wait()


def come_and_go(port, certificate, count):
    """So many connections, a hundred at a time, that leave again: code that ran little takes memory of its own, and compilers for it."""
    for _ in range(max(1, count // 100)):
        with Clients(port, certificate, 100):
            pass


def exactly(connection, size):
    read = b""
    while len(read) < size:
        block = connection.recv(size - len(read))
        if not block:
            raise ConnectionError("closed before the answer was whole")
        read += block
    return read


def answered_over_h2(connection):
    while True:
        head = exactly(connection, 9)
        exactly(connection, int.from_bytes(head[:3]))
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:])
        if stream == 1 and kind in (0, 1) and flags & 1:
            return


def answered_over_h1(connection):
    read = b""
    while b"\r\n\r\n" not in read:
        read += exactly(connection, 1)
    if not read.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(f"answered {read[:60]!r}")


def opened(port, context, h2):
    connection = context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
    connection.sendall(H2_REQUEST if h2 else H1_REQUEST)
    (answered_over_h2 if h2 else answered_over_h1)(connection)
    return connection


def main():
    port, certificate, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    contexts = []
    for protocol in ("http/1.1", "h2"):
        contexts.append(ssl.create_default_context(cafile=certificate))
        contexts[-1].set_alpn_protocols([protocol])
    kept = [opened(port, contexts[i % 2], i % 2 == 1) for i in range(count)]
    print(f"{len(kept)} open", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
