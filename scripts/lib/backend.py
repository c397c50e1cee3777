"""The server behind the proxy: PUT /sink takes content and tells its size and digest, GET /source gives content; who asks for a
WebSocket has each byte sent back.

?rate=N has it read at N bytes a second, ?bytes=N says how much it gives. Arguments: the port on 127.0.0.1."""

import base64
import hashlib
import http.server
import json
import sys
import urllib.parse

import content

WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3


class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # a small answer is one write, which a kill cannot cut in two

    def _asked(self, name):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        return int(query.get(name, ["0"])[0])

    def do_PUT(self):
        pace = content.Pace(self._asked("rate"))
        found, size = hashlib.sha256(), 0
        for block in self._content():
            found.update(block)
            size += len(block)
            pace.passed(len(block))
        answer = json.dumps({"bytes": size, "sha256": found.hexdigest()}).encode()
        self._head(len(answer))
        self.wfile.write(answer)

    def do_GET(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._echo()
            return
        size = self._asked("bytes")
        self._head(size)
        for block in content.blocks(size):
            self.wfile.write(block)

    def _echo(self):
        proof = hashlib.sha1((self.headers["Sec-WebSocket-Key"] + WEBSOCKET).encode()).digest()
        self.send_response(101)
        for name, value in ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", base64.b64encode(proof).decode()):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        self.wfile.flush()
        while block := self.rfile.read1(1 << 16):
            self.wfile.write(block)
            self.wfile.flush()

    def _head(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _content(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield from self._exactly(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            yield from self._exactly(int(self.headers["Content-Length"]))

    def _exactly(self, size):
        while size:
            block = self.rfile.read(min(size, 1 << 18))
            if not block:
                raise ConnectionError("the content ends too early")
            size -= len(block)
            yield block

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()
