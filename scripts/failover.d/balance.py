"""Measures the policies of a pool of which one server is slow. Started by scripts/balance."""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from harness import ROOT, Stage, Trouble, exit_code, free_ports

SERVER = pathlib.Path(__file__).with_name("server.py")
CLIENTS = 20
POLICIES = ("round-robin", "random", "least-outstanding")
CONFIG = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
routes:
  - {{name: all, pool: app}}
pools:
  app: {{balance: {policy}, servers: [{servers}]}}
accessLog: {{to: file, file: {log}}}
"""


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/balance",
        description="Eight servers, one of them ten times slower: how long requests take with each policy, by the access log."
        " Exit code 0 if every request was answered 200 and least-outstanding has a lower p99 than round-robin.",
    )
    parser.add_argument("--rate", type=int, default=400, help="requests a second (400)")
    parser.add_argument("--seconds", type=int, default=10, help="how long each policy is measured (10)")
    parser.add_argument("--pause", type=int, default=10, help="milliseconds that a server takes for an answer (10); the slow one takes ten times that")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    return parser.parse_args()


class Trial:
    """One policy before servers that are there already."""

    def __init__(self, stage, chosen, policy, ports):
        self._chosen = chosen
        self._folder = stage.folder(policy)
        self._log = self._folder / "access.log"
        (self._port,) = free_ports(1)
        self._slow = f"127.0.0.1:{ports[0]}"
        addresses = ", ".join(f'{{address: "127.0.0.1:{port}"}}' for port in ports)
        config = self._folder / "postern.yaml"
        config.write_text(CONFIG.format(port=self._port, dir=stage.dir, servers=addresses, log=self._log, policy=policy))
        command = [f"{ROOT}/scripts/postern", "run", "-c", str(config)]
        self._proxy = stage.start("postern", command, os.sched_getaffinity(0), self._folder)
        self._proxy.await_port(self._port)

    def run(self):
        self._load(self._chosen.rate * 3)  # what has never run is slow at first
        warm = self._chosen.rate * 3
        self._load(self._chosen.rate * self._chosen.seconds)
        self._proxy.end()  # which writes the last lines
        lines = [json.loads(line) for line in self._log.read_text().splitlines()][warm:]
        bad = collections.Counter(line["termination"] for line in lines if line["status"] != 200)
        if bad or len(lines) != self._chosen.rate * self._chosen.seconds:
            raise Trouble(f"{len(lines)} requests in the log, of them not answered 200: {dict(bad)}")
        times = sorted(line["Ta"] for line in lines)
        slow = sum(line["server"] == self._slow for line in lines) / len(lines)
        return {p: times[int(len(times) * p / 100)] for p in (50, 90, 99)}, slow

    def _load(self, requests):
        each = self._chosen.rate / CLIENTS
        command = ["h2load", "-n", str(requests), "-c", str(CLIENTS), "-m", "10", "--rps", f"{each:g}", f"https://localhost:{self._port}/"]
        subprocess.run(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=120, check=True)


def run(chosen):
    cores = os.sched_getaffinity(0)
    with Stage(chosen.keep) as stage:
        stage.certificate()
        ports = free_ports(8)
        folder = stage.folder("servers")
        for number, port in enumerate(ports):
            pause = chosen.pause * (10 if number == 0 else 1)
            stage.start(f"server-{number}", [sys.executable, "-B", str(SERVER), str(port), str(pause), "serial"], cores, folder).await_port(port)
        print(f"{chosen.rate} requests a second; seven servers take {chosen.pause} ms for each, one after the other, one takes {10 * chosen.pause} ms")
        print(f"{'policy':<20}{'p50 ms':>8}{'p90 ms':>8}{'p99 ms':>8}   requests to the slow one")
        p99 = {}
        for policy in POLICIES:
            times, slow = Trial(stage, chosen, policy, ports).run()
            p99[policy] = times[99]
            print(f"{policy:<20}{times[50]:>8}{times[90]:>8}{times[99]:>8}   {100 * slow:.1f} %", flush=True)
    return p99["least-outstanding"] < p99["round-robin"]


if __name__ == "__main__":
    sys.exit(exit_code("scripts/balance", lambda: run(options())))
