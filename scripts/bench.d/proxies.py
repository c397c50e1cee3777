"""The proxies that scripts/bench compares, and the servers that stand behind them."""

import dataclasses
import os
import pathlib
import shlex
import socket
import sys
import time

from harness import MIB, Process, free_ports, render
from jvm import Memory

HERE = pathlib.Path(__file__).resolve().parent

# How each of 1,000 routes is written: by host, since that is what a vendor's customers differ in.
ROUTES = {
    "postern.yaml": "  - {{name: r{0}, match: {{hosts: [h{0}.example.com]}}, pool: app}}\n",
    "haproxy.cfg": "",  # a map, which is its own way for many
    "nginx.conf": "  server {{ listen 127.0.0.1:@PORT@ ssl; server_name h{0}.example.com; location / {{ proxy_pass http://app; }} }}\n",
}
BY_MAP = "  use_backend %[req.hdr(host),field(1,:),lower,map_str({0})] if {{ req.hdr(host),field(1,:),lower,map_str({0}) -m found }}\n"


@dataclasses.dataclass(frozen=True)
class Backends:
    """Where the servers listen that all proxies stand before, and the folder with what they serve."""

    folder: pathlib.Path
    app: int
    grpc: int
    echo: int


@dataclasses.dataclass(frozen=True)
class Proxy:
    """One of those under test: where it listens, and what it logs."""

    name: str
    process: Process
    port: int
    rsa_port: int
    admin_port: int
    log: pathlib.Path
    folder: pathlib.Path

    def cut_log(self):
        os.truncate(self.log, 0)

    def logged(self, expected):
        """Lines of the access log since it was cut; waits up to 3 s for those still in a buffer."""
        deadline = time.monotonic() + 3
        while True:
            with open(self.log, "rb") as lines:
                count = sum(block.count(b"\n") for block in iter(lambda: lines.read(MIB), b""))
            if count >= expected or time.monotonic() > deadline:
                return count
            time.sleep(0.05)

    def resident(self):
        """Resident bytes; of a JVM after full collections."""
        java = pathlib.Path(os.readlink(f"/proc/{self.process.pid}/exe")).name == "java"
        return Memory(self.process).resident if java else self.process.rss_bytes()


class Starter:
    """Starts proxies on the same cores before the same servers, each from its template with so many routes."""

    def __init__(self, stage, backends, cores):
        self._stage = stage
        self._backends = backends
        self._cores = cores

    def postern(self, name, command, transport, routes, loops=1):
        return self._start(name, "postern.yaml", routes, lambda config, _: ["sh", "-c", f"exec {command.replace('{config}', shlex.quote(str(config)))}"], transport, loops)

    def haproxy(self, program, routes, name="haproxy", loops=1):
        return self._start(name, "haproxy.cfg", routes, lambda config, _: [program, "-db", "-f", str(config)], loops=loops)

    def nginx(self, routes):
        return self._start("nginx", "nginx.conf", routes, lambda config, folder: ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(config)])

    def _start(self, name, template, routes, command, transport="auto", loops=1):
        folder = self._stage.folder(name if routes == 0 else f"{name}-{routes}")
        port, rsa_port, admin_port = free_ports(3)
        values = {
            "ROUTES": self._routes(template, routes, folder),
            "DIR": folder,
            "CERTIFICATES": self._stage.dir,
            "PORT": port,
            "RSA_PORT": rsa_port,
            "ADMIN_PORT": admin_port,
            "BACKEND_PORT": self._backends.app,
            "GRPC_PORT": self._backends.grpc,
            "ECHO_PORT": self._backends.echo,
            "TRANSPORT": transport,
            "LOOPS": loops,
        }
        process = self._stage.start(name, command(render(HERE / template, folder, values), folder), self._cores, folder)
        process.await_port(port, 60)
        log = folder / "access.log"
        return Proxy(name, process, port, rsa_port, admin_port, log if log.exists() else process.output, folder)

    @staticmethod
    def _routes(template, count, folder):
        if template == "haproxy.cfg" and count:
            hosts = folder / "hosts.map"
            hosts.write_text("".join(f"h{number}.example.com app\n" for number in range(count)))
            return BY_MAP.format(hosts)
        return "".join(ROUTES[template].format(number) for number in range(count))


def start_backends(stage, cores):
    """One process each: nginx with everything in memory, nghttpd for gRPC, and an echo of WebSocket."""
    folder = stage.folder("backend")
    (folder / "1m").write_bytes(os.urandom(MIB))
    (folder / "16k").write_bytes(os.urandom(16 * 1024))
    grpc = stage.folder("grpc")
    (grpc / "grpc").write_bytes(b"\0\0\0\0\x13nineteen bytes of it")
    app_port, grpc_port, echo_port = free_ports(3)
    config = render(HERE / "backend.conf", folder, {"DIR": folder, "BACKEND_PORT": app_port})
    started = (
        stage.start("backend", ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(config)], cores, folder),
        stage.start("grpc", ["nghttpd", "--no-tls", "--trailer=grpc-status: 0", "-a127.0.0.1", "-d", str(grpc), str(grpc_port)], cores, grpc),
        stage.start("echo", [sys.executable, "-B", str(HERE / "echo.py"), "serve", str(echo_port)], cores, folder),
    )
    for process, port in zip(started, (app_port, grpc_port, echo_port), strict=True):
        process.await_port(port)
    return Backends(folder, app_port, grpc_port, echo_port)


def haproxy_info(proxy):
    """What HAProxy says of itself on its socket."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(str(proxy.folder / "haproxy.sock"))
        asked.sendall(b"show info\n")
        text = b"".join(iter(lambda: asked.recv(65536), b"")).decode()
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
