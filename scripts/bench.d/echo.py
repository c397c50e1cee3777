"""WebSocket (RFC 6455), as much of it as a measurement needs: `serve PORT` sends each message back, and
`ask PORT CERTIFICATE CONNECTIONS MESSAGES` sends messages over TLS, one at a time on each connection, and prints how many came back in how many seconds."""

import asyncio
import base64
import hashlib
import ssl
import sys
import time

MESSAGE = 512  # bytes; its length takes two bytes more in the frame
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_ACCEPT = base64.b64encode(hashlib.sha1((_KEY + _MAGIC).encode()).digest())
_REQUEST = f"GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_KEY}\r\n\r\n"
# Binary, final; a mask of zeros leaves the bytes as they are, and the answer differs by the mask alone.
ASKED = bytes([0x82, 0x80 | 126]) + MESSAGE.to_bytes(2) + bytes(4) + b"m" * MESSAGE
ANSWERED = bytes([0x82, 126]) + MESSAGE.to_bytes(2) + b"m" * MESSAGE


class Head(asyncio.Protocol):
    """Reads the head of a message, then goes on with frames of one length."""

    def __init__(self, length):
        self._length = length
        self._head = b""
        self._open = False
        self._waiting = 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if not self._open:
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            self._open = True
            self.on_head(head)
        self._waiting += len(data)
        while self._waiting >= self._length:
            self._waiting -= self._length
            self.on_frame()


class Server(Head):
    def __init__(self):
        super().__init__(len(ASKED))

    def on_head(self, head):
        asked = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        key = asked.partition(b":")[2].strip()
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC.encode()).digest())
        self.transport.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n")

    def on_frame(self):
        self.transport.write(ANSWERED)


class Client(Head):
    def __init__(self, messages, ended):
        super().__init__(len(ANSWERED))
        self._left = messages
        self._ended = ended

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.write(_REQUEST.encode())

    def on_head(self, head):
        if not head.startswith(b"HTTP/1.1 101") or _ACCEPT not in head:
            raise ConnectionError(f"answered {head[:60]!r}")
        self.transport.write(ASKED)

    def on_frame(self):
        self._left -= 1
        if self._left:
            self.transport.write(ASKED)
        else:
            self.transport.close()

    def connection_lost(self, failure):
        self._ended.set_result(self._left)


async def serve(port):
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", port)
    await server.serve_forever()


async def ask(port, certificate, connections, messages):
    loop = asyncio.get_running_loop()
    tls = ssl.create_default_context(cafile=certificate)
    began = time.monotonic()
    ends = [loop.create_future() for _ in range(connections)]
    each = messages // connections
    for ended in ends:
        await loop.create_connection(lambda ended=ended: Client(each, ended), "127.0.0.1", port, ssl=tls, server_hostname="localhost")
    left = sum(await asyncio.gather(*ends))
    print(each * connections - left, time.monotonic() - began)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(int(sys.argv[2])))
    else:
        asyncio.run(ask(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
