"""The Postern under load, and all that can be seen of it from outside."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request

from harness import ROOT, Trouble

BACKEND = ROOT / "scripts" / "lib" / "backend.py"
DEADLINE_SECONDS = 15
# A context of TLS, or a buffer, that nobody gives back is told of by Netty as soon as the collector has found it, each and not one in 128.
JAVA_OPTS = "-Dio.netty.leakDetection.level=simple -Dio.netty.leakDetection.samplingInterval=1"
LIVE = ("io.postern.pool.Pool", "io.postern.pool.Server", "io.postern.tls.ListenerTls", "io.postern.exchange.Snapshot", "io.postern.listener.Listener")


class Proxy:
    """Running."""

    def __init__(self, stage, config, admin, log):
        self._admin, self._log = admin, log
        self.file = stage.dir / "postern.yaml"
        self.file.write_text(config)
        command = ["env", f"POSTERN_JAVA_OPTS={JAVA_OPTS}", f"{ROOT}/scripts/postern", "run", "-c", str(self.file)]
        self.process = stage.start("postern", command, os.sched_getaffinity(0), stage.dir)
        self.process.await_port(admin)
        self._await(lambda: "postern ready: " in self._output(), "it is not ready")
        self._read = len(self._output())
        self.reloads = 0

    def _output(self):
        return self.process.output.read_text(errors="replace")

    def _await(self, done, otherwise):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not done():
            self.process.check_alive()
            if time.monotonic() > deadline:
                raise Trouble(f"{otherwise} after {DEADLINE_SECONDS} s; the log ends with\n" + "\n".join(self._output().splitlines()[-10:]))
            time.sleep(0.01)

    def reload(self, config):
        """By SIGHUP; answers the seconds until the new config runs."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(config)
        os.replace(fresh, self.file)
        began = time.monotonic()
        os.kill(self.process.pid, signal.SIGHUP)
        self._await(self._reloaded, "a reload has no end")
        self.reloads += 1
        return time.monotonic() - began

    def _reloaded(self):
        with open(self.process.output, encoding="utf-8", errors="replace") as output:
            output.seek(self._read)
            new = output.read()
        if "config refused" in new:
            raise Trouble(f"a reload is refused:\n{new}")
        end = re.search(r"(runs from now on|read again) \(SIGHUP\).*\n", new)
        if end:
            self._read += end.end()
        return end

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self._admin}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {name: float(value) for name, value in re.findall(r"^(postern_\w+(?:\{.*\})?) (\S+)$", text, re.M)}

    def level(self):
        """What it holds once the collector has been: bytes of live objects, some of them by class, direct memory, descriptors and threads."""
        jcmd = pathlib.Path(os.readlink(f"/proc/{self.process.pid}/exe")).with_name("jcmd")
        for _ in range(2):  # the second finds what the first had freed for it
            subprocess.run([jcmd, str(self.process.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
        told = subprocess.run([jcmd, str(self.process.pid), "GC.class_histogram"], check=True, capture_output=True, text=True).stdout
        counted = {name: int(count) for count, name in re.findall(r"^ *\d+: +(\d+) +\d+ +(\S+)", told, re.M)}
        metrics = self.metrics()
        return {
            "live heap": int(re.search(r"^Total +\d+ +(\d+)", told, re.M).group(1)),
            "direct memory": round(metrics["postern_direct_memory_bytes"]),
            "resident memory": self.process.rss_bytes(),
            "descriptors": len(os.listdir(f"/proc/{self.process.pid}/fd")),
            "threads": len(os.listdir(f"/proc/{self.process.pid}/task")),
            **{name.rpartition(".")[2]: counted.get(name, 0) for name in LIVE},
        }

    def exchanges(self, expected):
        """The lines of the access log; waits up to 5 s for those still in a buffer."""
        deadline = time.monotonic() + 5
        while True:
            with open(self._log, encoding="utf-8") as log:
                lines = sum(1 for _ in log)
            if lines >= expected or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        with open(self._log, encoding="utf-8") as log:
            for line in log:
                yield json.loads(line)

    def alarms(self, expected):
        """What the log of the process has, since it was ready, beside lines of INFO and those that are expected."""
        lines = self._output().partition("postern ready: ")[2].splitlines()[1:]
        return [line for line in lines if not re.match(r"\S+ INFO ", line) and not re.search(expected, line)]


class Server:
    """A server, which may be killed and started again on the same port."""

    def __init__(self, stage, name, port):
        self._stage, self._name, self.port = stage, name, port
        self.kills = 0
        self._start()

    def _start(self):
        self._process = self._stage.start(f"{self._name}", [sys.executable, "-B", str(BACKEND), str(self.port)], os.sched_getaffinity(0), self._stage.dir)
        self._process.await_port(self.port)

    def kill(self):
        self._process.kill()
        self.kills += 1

    def start_again(self):
        self._start()
