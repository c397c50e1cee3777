"""HTTP/2 as bytes: what attackers prepare once and send again and again."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def literal(name, value, index=0):
    """A field line without Huffman code; with index 0x40 it goes into the table of HPACK."""
    line = bytes((index,))
    for text in (name, value):
        if len(text) < 127:
            line += bytes((len(text),))
        else:
            rest = len(text) - 127
            line += b"\x7f"
            while rest >= 128:
                line += bytes((rest & 127 | 128,))
                rest >>= 7
            line += bytes((rest,))
        line += text
    return line


def request(path=b"/", method=b"GET", more=b""):
    pseudo = [(b":method", method), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", path)]
    return b"".join(literal(name, value) for name, value in pseudo) + more


def get(stream, path=b"/", more=b""):
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, request(path, more=more))


def put(stream, path=b"/sink", more=b""):
    return frame(HEADERS, END_HEADERS, stream, request(path, b"PUT", more))


def begin(window=None):
    """What a connection begins with."""
    return PREFACE + frame(SETTINGS, 0, 0, b"" if window is None else b"\0\4" + window.to_bytes(4, "big"))


def streams(count, make):
    return b"".join(make(number) for number in range(1, 2 * count, 2))
