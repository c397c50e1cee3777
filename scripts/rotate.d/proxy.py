"""The Postern whose certificate is replaced, and all that can be seen of it from outside."""

import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import time
import urllib.request

from certificates import HOST
from harness import ROOT, free_ports

BACKEND = ROOT / "scripts" / "lib" / "backend.py"
WATCH_SECONDS = 0.1
CONFIG = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificateDirectory: {certificates}}}}}
routes:
  - {{name: all, match: {{hosts: [{host}]}}, pool: app}}
pools:
  app: {{servers: [{{address: "127.0.0.1:{backend}"}}]}}
admin: {{bind: "127.0.0.1:{admin}"}}
process: {{watchInterval: {watch}ms}}
accessLog: {{to: file, file: {log}}}
"""

# A heap that is resident from the start, so that what grows is something else; and a context of TLS, or a buffer, that nobody
# gives back is told of by Netty as soon as the collector has found it, each and not one in 128.
JAVA_OPTS = "-Xms128m -Xmx128m -XX:+AlwaysPreTouch -Dio.netty.leakDetection.level=simple -Dio.netty.leakDetection.samplingInterval=1"


class Proxy:
    """Running, before a server of its own."""

    def __init__(self, stage, directory, authority):
        cores = os.sched_getaffinity(0)
        self.port, backend, self._admin = free_ports(3)
        self._log = stage.dir / "access.log"
        stage.start("backend", [sys.executable, "-B", str(BACKEND), str(backend)], cores, stage.dir).await_port(backend)
        config = stage.dir / "postern.yaml"
        values = {"port": self.port, "backend": backend, "admin": self._admin, "host": HOST, "certificates": directory, "log": self._log}
        config.write_text(CONFIG.format(**values, watch=round(WATCH_SECONDS * 1000)))
        command = ["env", f"POSTERN_JAVA_OPTS={JAVA_OPTS}", f"{ROOT}/scripts/postern", "run", "-c", str(config)]
        self.process = stage.start("postern", command, cores, stage.dir)
        self.process.await_port(self._admin)
        # One version after the other: what a client is shown must not depend on it.
        self._clients = [self._client(authority, version) for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2)]
        self.looks = 0

    @staticmethod
    def _client(authority, version):
        context = ssl.create_default_context(cafile=authority.file)
        context.maximum_version = version
        return context

    def serial(self):
        """The serial number that a new client is shown, which then asks for something and has to get it."""
        context = self._clients[self.looks % len(self._clients)]
        with socket.create_connection(("127.0.0.1", self.port), 10) as plain, context.wrap_socket(plain, server_hostname=HOST) as tls:
            self.looks += 1
            tls.sendall(f"GET /source?bytes=2000 HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while block := tls.recv(1 << 16):
                answer += block
            if not answer.startswith(b"HTTP/1.1 200 ") or len(answer.partition(b"\r\n\r\n")[2]) != 2000:
                raise OSError(f"a client that looked was answered {answer[:40]}")
            return int(tls.getpeercert()["serialNumber"], 16)

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self._admin}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return Metrics(re.findall(r"^(postern_tls_\w+?)(\{.*\})? (\S+)$", text, re.M))

    def collect(self):
        """Has the JVM find what nobody holds any more."""
        jcmd = pathlib.Path(os.readlink(f"/proc/{self.process.pid}/exe")).with_name("jcmd")
        for _ in range(2):  # the second finds what the first had freed for it
            subprocess.run([jcmd, str(self.process.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)

    def exchanges(self, expected):
        """The lines of the access log; waits up to 5 s for those still in a buffer."""
        deadline = time.monotonic() + 5
        while True:
            lines = self._log.read_text().splitlines()
            if len(lines) >= expected or time.monotonic() > deadline:
                return [json.loads(line) for line in lines]
            time.sleep(0.05)

    def alarms(self):
        """What the log of the process has, since it was ready, beside lines of INFO and of certificates that are refused."""
        lines = self.process.output.read_text(errors="replace").partition("postern ready: ")[2].splitlines()[1:]
        return [line for line in lines if not re.match(r"\S+ INFO ", line) and not line.endswith("; what was served before is served on")]


class Metrics:
    """What is counted for the listener's TLS."""

    def __init__(self, series):
        self._series = [(name, dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for name, labels, value in series]

    def sum(self, name, **labels):
        return round(sum(value for other, has, value in self._series if other == name and labels.items() <= has.items()))

    def failures(self):
        return {has["why"]: round(value) for name, has, value in self._series if name == "postern_tls_handshake_failures_total" and value}

    @property
    def swaps(self):
        return self.sum("postern_tls_certificate_swaps_total")

    @property
    def refusals(self):
        return self.sum("postern_tls_certificate_refusals_total")
