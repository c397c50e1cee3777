"""A server behind the proxy that takes a while for each answer. Arguments: the port on 127.0.0.1, milliseconds.

/healthz is answered at once; content of a request is read by its length."""

import asyncio
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PAUSE = int(sys.argv[2]) / 1000


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self._transport = transport
        self._received = b""

    def data_received(self, data):
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(rest) < length:
            return
        self._received = rest[length:]
        if head.startswith(b"GET /healthz "):
            self._answer()
        else:
            asyncio.get_running_loop().call_later(PAUSE, self._answer)

    def _answer(self):
        self._transport.write(ANSWER)


async def main():
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


asyncio.run(main())
