"""Measures a pool whose servers are asked for more than they can bear. Started by scripts/overload."""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from harness import ROOT, Stage, exit_code, free_ports

SERVER = pathlib.Path(__file__).with_name("crowded.py")
SERVERS = 2
MOST = 4
CLIENTS = 20
ENOUGH = 0.9
CONFIG = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
routes:
  - {{name: all, pool: app, timeouts: {{queue: {timeout}ms, response: 5s}}}}
pools:
  app: {{servers: [{servers}], limits: {{{limits}}}}}
accessLog: {{to: file, file: {log}}}
"""


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/overload",
        description=f"{SERVERS} servers that bear {MOST} requests at once each, and get slower with more: how many requests are answered in a second at"
        " their maximum and at twice that, with a queue and without. What counts is what the access log has as answered 200 within a second."
        f" Exit code 0 if with a queue it is {ENOUGH:.0%} of the maximum, and no server ever had more than it bears.",
    )
    parser.add_argument("--seconds", type=int, default=10, help="how long each load is measured (10)")
    parser.add_argument("--millis", type=int, default=20, help="what a server takes for an answer (20)")
    parser.add_argument("--timeout", type=int, default=500, help="milliseconds that a request waits in the queue (500)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    return parser.parse_args()


class Trial:
    """A pool with these limits, before servers of its own."""

    def __init__(self, stage, chosen, name, limits):
        cores = os.sched_getaffinity(0)
        self._chosen = chosen
        folder = stage.folder(name)
        self._log = folder / "access.log"
        self._port, *ports = free_ports(1 + SERVERS)
        for number, port in enumerate(ports):
            command = [sys.executable, "-B", str(SERVER), str(port), str(MOST), str(chosen.millis)]
            stage.start(f"server-{number}", command, cores, folder).await_port(port)
        addresses = ", ".join(f'{{address: "127.0.0.1:{port}"}}' for port in ports)
        config = folder / "postern.yaml"
        config.write_text(CONFIG.format(port=self._port, dir=stage.dir, servers=addresses, log=self._log, limits=limits, timeout=chosen.timeout))
        self._proxy = stage.start("postern", [f"{ROOT}/scripts/postern", "run", "-c", str(config)], cores, folder)
        self._proxy.await_port(self._port)

    def run(self, rate):
        """Requests a second that were answered well, and what became of the others."""
        self._load(rate, 3)  # what has never run is slow at first
        before = len(self._log.read_text().splitlines())
        self._load(rate, self._chosen.seconds)
        self._proxy.end()  # which writes the last lines
        lines = [json.loads(line) for line in self._log.read_text().splitlines()][before:]
        well = [line for line in lines if line["status"] == 200 and line["Ta"] <= 1000]
        others = collections.Counter(line.get("cause", "200, late") for line in lines if line["status"] != 200 or line["Ta"] > 1000)
        waits = sorted(line["Ta"] for line in well) or [0]
        return len(well) / self._chosen.seconds, waits[len(waits) * 99 // 100], dict(others)

    def _load(self, rate, seconds):
        command = ["h2load", "-n", str(rate * seconds), "-c", str(CLIENTS), "-m", "1000", "--rps", f"{rate / CLIENTS:g}", f"https://localhost:{self._port}/"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=240, check=True)


def run(chosen):
    can = SERVERS * MOST * 1000 // chosen.millis
    queue = f"requestsPerServer: {MOST}"
    with Stage(chosen.keep) as stage:
        stage.certificate()
        print(f"{SERVERS} servers, {MOST} at once each in {chosen.millis} ms: {can} requests a second at most")
        print(f"{'load':<24}{'requests/s':>12}{'well/s':>10}{'p99 ms':>8}   the others")
        best, twice = 0, 0
        for name, limits, rate in (("nearly the maximum", queue, can * 95 // 100), ("twice, with a queue", queue, 2 * can), ("twice, without", "", 2 * can)):
            well, p99, others = Trial(stage, chosen, name.replace(" ", "-").replace(",", ""), limits).run(rate)
            print(f"{name:<24}{rate:>12}{well:>10.0f}{p99:>8}   {others}", flush=True)
            best = max(best, well) if rate < can else best
            twice = well if name == "twice, with a queue" else twice
        print(f"Under twice the load {twice / best:.0%} of the maximum is answered well")
    return twice >= ENOUGH * best


if __name__ == "__main__":
    sys.exit(exit_code("scripts/overload", lambda: run(options())))
