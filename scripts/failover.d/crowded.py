"""A server that bears so many requests at once, and is slower with each one more: crowded.py PORT MOST MILLIS."""

import asyncio
import sys

PORT, MOST, MILLIS = (int(word) for word in sys.argv[1:4])
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Crowd:
    """The requests that are being worked on."""

    def __init__(self):
        self.size = 0

    async def serve(self, reader, writer):
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.size += 1
                try:
                    # Like threads that fight for a lock or a cache: what all get done falls with the square.
                    await asyncio.sleep(MILLIS / 1000 * max(1.0, self.size / MOST) ** 2)
                finally:
                    self.size -= 1
                writer.write(REPLY)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main():
    server = await asyncio.start_server(Crowd().serve, "127.0.0.1", PORT, backlog=4096)
    await server.serve_forever()


asyncio.run(main())
