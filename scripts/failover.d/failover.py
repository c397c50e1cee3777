"""Kills one of three servers under load, starts it again, and judges by the access log. Started by scripts/failover."""

import argparse
import collections
import dataclasses
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from harness import ROOT, Stage, Trouble, free_ports

SERVER = pathlib.Path(__file__).with_name("server.py")
CLIENTS = 20
# A clock is read in two processes, and a request needs a moment from its start to the server.
SLACK = 0.05
CONFIG = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
routes:
  - {{name: all, pool: app}}
pools:
  app:
    balance: {balance}
    servers: [{servers}]
    health: {{active: {{type: http, interval: {interval}ms, timeout: {interval}ms, rise: 2, fall: 3}}}}
accessLog: {{to: file, file: {log}}}
"""


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/failover",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Kills one of three servers (kill -9) under load, starts it again, and judges every request by the access log.",
        epilog="""Rules, each of which makes the exit code 1 where it is broken:
  every request has an answer and a line in the log; what failed was sent to the server that was killed before it was gone (and
  the proxy could know: as much later as the longest good request then took), and ended in 502 with SH, or in SD where the response had begun; while the server is down it gets nothing; before and after,
  each server has its third, 5 points more or less.""",
    )
    parser.add_argument("--rate", type=int, default=1000, help="requests a second (1000)")
    parser.add_argument("--seconds", type=int, default=20, help="how long the load lasts (20); at a quarter of it the server is killed, at a half started")
    parser.add_argument("--interval", type=int, default=500, help="milliseconds between checks, and their timeout (500)")
    parser.add_argument("--pause", type=int, default=20, help="milliseconds that a server takes for an answer (20)")
    parser.add_argument("--balance", default="round-robin", help="the policy (round-robin)")
    parser.add_argument("--method", choices=["POST", "GET"], action="append", help="of the requests (POST, then GET)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    return parser.parse_args()


def epoch(text):
    return datetime.datetime.fromisoformat(text).timestamp()


@dataclasses.dataclass(frozen=True)
class Line:
    """One exchange."""

    start: float
    end: float
    status: int
    server: str
    attempts: int
    termination: str

    @staticmethod
    def of(text):
        told = json.loads(text)
        start = epoch(told["time"])
        return Line(start, start + max(0, told["Ta"]) / 1000, told["status"], told.get("server", "none"), told["attempts"], told["termination"])

    @property
    def failed(self):
        return self.status != 200 or self.termination != "--"


class Trial:
    """The servers, the proxy before them, and one of them killed under load."""

    def __init__(self, stage, chosen, method):
        self._stage = stage
        self._chosen = chosen
        self._method = method
        self._cores = os.sched_getaffinity(0)
        self._folder = stage.folder(method.lower())
        self._log = self._folder / "access.log"
        *self._ports, self._port = free_ports(4)
        self.victim = f"127.0.0.1:{self._ports[0]}"

    def _serve(self, number, life):
        command = [sys.executable, "-B", str(SERVER), str(self._ports[number]), str(self._chosen.pause)]
        server = self._stage.start(f"server-{number}-{life}", command, self._cores, self._folder)
        server.await_port(self._ports[number])
        return server

    def run(self):
        servers = [self._serve(number, 1) for number in range(3)]
        addresses = ", ".join(f'{{address: "127.0.0.1:{port}"}}' for port in self._ports)
        config = self._folder / "postern.yaml"
        config.write_text(
            CONFIG.format(
                port=self._port, dir=self._stage.dir, servers=addresses, log=self._log, balance=self._chosen.balance, interval=self._chosen.interval
            )
        )
        self.proxy = self._stage.start("postern", [f"{ROOT}/scripts/postern", "run", "-c", str(config)], self._cores, self._folder)
        self.proxy.await_port(self._port)
        self._load(CLIENTS * 50)  # what has never run is slow at first
        self._began = time.time()
        load = self._start_load(self._chosen.rate * self._chosen.seconds)
        time.sleep(self._chosen.seconds / 4)
        self.killed = time.time()
        servers[0].kill()
        self.gone = time.time()
        time.sleep(self._chosen.seconds / 4)
        self._serve(0, 2)
        said = load.communicate(timeout=self._chosen.seconds + 60)[0]
        self.proxy.check_alive()
        self.expected = self._chosen.rate * self._chosen.seconds
        self.answered = int(re.search(r"(\d+) done", said).group(1))
        self.lines = self._logged()

    def _start_load(self, requests):
        each = self._chosen.rate / CLIENTS
        command = ["h2load", "-n", str(requests), "-c", str(CLIENTS), "-m", "10", "--rps", f"{each:g}"]
        if self._method == "POST":
            content = self._folder / "content"
            content.write_bytes(b"x" * 100)
            command += ["-d", str(content)]
        command += [f"https://localhost:{self._port}/"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)

    def _load(self, requests):
        self._start_load(requests).communicate(timeout=120)

    def _logged(self):
        """The lines of the log since the load began; waits up to 2 s for those still in a buffer."""
        deadline = time.monotonic() + 2
        while True:
            lines = [line for line in map(Line.of, self._log.read_text().splitlines()) if line.start > self._began]
            if len(lines) >= self.expected or time.monotonic() > deadline:
                return lines
            time.sleep(0.05)

    def turned(self, word):
        """When the log says that the server went that way, once it was killed: a first check may have failed on a machine that is too busy."""
        for line in self.proxy.output.read_text().splitlines():
            if f"server {self.victim} is {word} after" in line and epoch(line.split(" ")[0]) > self.killed:
                print(f"  {line}")
                return epoch(line.split(" ")[0])
        raise Trouble(f"the log never says that {self.victim} is {word} after it was killed")


def share(lines):
    counts = collections.Counter(line.server for line in lines)
    return {server: count / max(1, len(lines)) for server, count in sorted(counts.items())}


def stall(trial):
    """How long the proxy may have been kept from noticing that the server was gone: the longest good request around that time.
    On a machine that is too busy it sends on connections whose end the kernel knows and the proxy has not been told."""
    around = [l for l in trial.lines if not l.failed and l.end > trial.killed - 0.5 and l.start < trial.gone + 0.5]
    return max((line.end - line.start for line in around), default=0)


def judge(trial):
    """Prints what became of the requests; what broke a rule."""
    down, up = trial.turned("down"), trial.turned("up")
    lines, killed = trial.lines, trial.killed
    failed = [line for line in lines if line.failed]
    spans = {
        "before": [line for line in lines if line.end < killed - SLACK],
        "down": [line for line in lines if down + SLACK < line.start < up - SLACK],
        "after": [line for line in lines if line.start > up + SLACK],
    }
    noticed = trial.gone + stall(trial) + SLACK
    broken = []
    if trial.answered != trial.expected or len(lines) != trial.expected:
        broken.append(f"{trial.expected} requests, {trial.answered} answers, {len(lines)} lines in the log")
    for line in failed:
        good_end = (line.status, line.termination) == (502, "SH") or line.termination == "SD"
        if not good_end or line.server != trial.victim or line.start > noticed:
            broken.append(f"{line}, begun {line.start - trial.gone:.3f} s after the server was gone")
    if trial.victim in share(spans["down"]):
        broken.append("the server got requests while it was down")
    for span in ("before", "after"):
        shares = share(spans[span])
        if len(shares) != 3 or any(abs(part - 1 / 3) > 0.05 for part in shares.values()):
            broken.append(f"shares {span}: {shares}")
    ends = collections.Counter(f"{line.status} {line.termination}" for line in lines)
    print(f"  requests {len(lines)}: " + ", ".join(f"{count} ended {end}" for end, count in sorted(ends.items())))
    print(f"  tried a second server: {sum(line.attempts > 1 for line in lines)}; most attempts {max(line.attempts for line in lines)}")
    last = max((line.end for line in failed), default=killed)
    print(f"  from the kill to the server's end {trial.gone - killed:.3f} s, to the last failure {last - killed:.3f} s, to down {down - killed:.3f} s")
    print(f"  longest request {max(line.end - line.start for line in lines):.3f} s, of the good ones around the kill {stall(trial):.3f} s")
    for span, those in spans.items():
        shares = ", ".join(f"{server}{' (killed)' if server == trial.victim else ''} {100 * part:.1f} %" for server, part in share(those).items())
        print(f"  {span:<7}{len(those):>6} requests: {shares}")
    return broken


def main():
    chosen = options()
    passed = True
    try:
        with Stage(chosen.keep) as stage:
            stage.certificate()
            for method in chosen.method or ["POST", "GET"]:
                print(f"{method}, {chosen.rate} a second for {chosen.seconds} s, {chosen.balance}; one of three servers killed:", flush=True)
                trial = Trial(stage, chosen, method)
                trial.run()
                broken = judge(trial)
                for rule in broken[:10]:
                    print(f"  BROKEN: {rule}")
                passed &= not broken
    except (Trouble, subprocess.SubprocessError, OSError) as trouble:
        print(f"scripts/failover: {trouble}", file=sys.stderr)
        return 1
    print("failover: " + ("every rule held" if passed else "FAILED"))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
