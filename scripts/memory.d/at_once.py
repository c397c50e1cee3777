"""Many uploads at once, and what the memory of Postern does meanwhile. The other half of scripts/memory."""

import concurrent.futures
import os
import re
import sys
import threading
import time
import urllib.request

import content
from harness import MIB, ROOT, Stage, free_ports
from jvm import Memory
from transfers import BACKEND, WARM_UP, Case, Client

CONFIG = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
routes:
  - {{name: all, pool: app}}
pools:
  app: {{servers: [{{address: "127.0.0.1:{backend}"}}]}}
accessLog: {{to: file, file: {dir}/access.log}}
admin: {{bind: "127.0.0.1:{admin}"}}
"""
DIRECT = re.compile(r"^postern_direct_memory_bytes (\S+)", re.MULTILINE)
KINDS = ("live heap", "direct", "RSS")


class Proxy:
    """A Postern with a heap of that size, all of it resident from the start, so that what RSS grows by is not heap."""

    def __init__(self, stage, port, backend_port, heap):
        admin, self._port = free_ports(1)[0], port
        self._metrics = f"http://127.0.0.1:{admin}/metrics"
        config = stage.dir / "postern.yaml"
        config.write_text(CONFIG.format(port=port, admin=admin, backend=backend_port, dir=stage.dir))
        flags = f"-Xms{heap // MIB}m -Xmx{heap // MIB}m -XX:+AlwaysPreTouch"
        command = ["env", f"POSTERN_JAVA_OPTS={flags}", f"{ROOT}/scripts/postern", "run", "-c", str(config)]
        self._process = stage.start("postern", command, os.sched_getaffinity(0), stage.folder("postern"))
        self._process.await_port(port)

    def memory(self):
        """Bytes of each kind, after a full collection."""
        memory = Memory(self._process)
        with urllib.request.urlopen(self._metrics, timeout=30) as answer:
            direct = float(DIRECT.search(answer.read().decode())[1])
        return dict(zip(KINDS, (memory.heap, direct, memory.resident)))


def run(chosen):
    cores = os.sched_getaffinity(0)
    with Stage(chosen.keep) as stage:
        stage.certificate()
        backend_port, port = free_ports(2)
        backend = stage.start("backend", [sys.executable, "-B", str(BACKEND), str(backend_port)], cores, stage.folder("backend"))
        backend.await_port(backend_port)
        proxy = Proxy(stage, port, backend_port, chosen.heap)
        client = Client(port, stage.dir / "cert.pem")
        content.digest(chosen.size)
        print(f"{chosen.at_once} uploads of {chosen.size // MIB} MiB at once, a heap of {chosen.heap // MIB} MiB; MiB after a full collection")
        print(f"{'':<14}{'seconds':>9}" + "".join(f"{kind:>11}" for kind in KINDS))
        passed = [uploads(chosen, proxy, client, protocol) for protocol in ("h1", "h2")]
    return all(passed)


def uploads(chosen, proxy, client, protocol):
    """All uploads by one protocol; whether they arrived and memory stayed."""
    move(client, Case("warm-up", True, protocol, WARM_UP), chosen.at_once)
    idle = proxy.memory()
    line(protocol, "idle", idle)
    highest = dict(idle)
    over = threading.Event()
    began = time.monotonic()

    def watch():
        while not over.wait(chosen.every):
            now = proxy.memory()
            line(protocol, f"{time.monotonic() - began:.0f}", now)
            highest.update((kind, max(highest[kind], now[kind])) for kind in KINDS)

    watching = threading.Thread(target=watch)
    watching.start()
    wrong = move(client, Case("upload", True, protocol, chosen.size), chosen.at_once)
    over.set()
    watching.join()
    seconds = time.monotonic() - began
    growth = {kind: highest[kind] - idle[kind] for kind in KINDS}
    wrong += [f"{kind} rose by more than {chosen.max_growth // MIB} MiB" for kind in KINDS if growth[kind] > chosen.max_growth]
    line(protocol, "growth", growth)
    speed = chosen.at_once * chosen.size / MIB / seconds
    print(f"{protocol}: {chosen.at_once * chosen.size // MIB} MiB in {seconds:.0f} s, {speed:.0f} MiB/s: {'; '.join(wrong) or 'ok'}", flush=True)
    return not wrong


def move(client, case, count):
    """Does a transfer several times at once; what went wrong."""
    with concurrent.futures.ThreadPoolExecutor(count) as threads:
        return [wrong for wrong in threads.map(client.move, [case] * count) if wrong]


def line(protocol, when, memory):
    print(f"{protocol:<14}{when:>9}" + "".join(f"{memory[kind] / MIB:>11.0f}" for kind in KINDS), flush=True)
