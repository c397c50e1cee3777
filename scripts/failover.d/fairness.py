"""Measures what two modest tenants feel of a greedy one. Started by scripts/fairness."""

import argparse
import http.client
import json
import os
import pathlib
import ssl
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from harness import MIB, ROOT, Stage, exit_code, free_ports, prompt

MODEST = ("127.0.0.2", "127.0.0.3")
PAUSE = 0.005
SMALL = 2048
BIG = 64 * MIB
NGINX = """
user root;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; }}
}}
"""
CONFIG = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", limits: {{{limits}}}, tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
tenants:
  greedy: {{sources: [127.0.0.1/32]}}
  second: {{sources: [127.0.0.2/32]}}
  third: {{sources: [127.0.0.3/32]}}
routes:
  - {{name: of-greedy, match: {{tenants: [greedy]}}, pool: of-greedy}}
  - {{name: of-others, pool: of-others}}
pools:
  of-greedy: {{servers: [{{address: "127.0.0.1:{of_greedy}"}}]}}
  of-others: {{servers: [{{address: "127.0.0.1:{of_others}"}}]}}
process: {{eventLoops: 1}}
accessLog: {{to: file, file: {folder}/access.log}}
"""


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/fairness",
        description="Three tenants on one event loop, of which one is greedy: it downloads on many connections, or sends as many small requests as it can. What the two"
        " others feel of it, who send one small request after the other. Exit code 0 if the p99 of each is within 2 times what it is alone or 10 ms, whichever is more.",
    )
    parser.add_argument("--seconds", type=float, default=6, help="how long each is measured (6)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each is measured, alone and beside in turn (3)")
    parser.add_argument("--only", metavar="PART", default="", help="cases whose name has this part")
    parser.add_argument("--postern", default=f"{ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    return parser.parse_args()


def ask(port, certificate, source, seconds):
    """One small request after the other; prints how long each took."""
    context = ssl.create_default_context(cafile=certificate)
    connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context, source_address=(source, 0))
    millis = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        connection.request("GET", "/small")
        answer = connection.getresponse()
        if (answer.status, len(answer.read())) != (200, SMALL):
            raise SystemExit(f"{source} was answered {answer.status}")
        millis.append(1000 * (time.monotonic() - began))
        time.sleep(PAUSE)
    print(json.dumps(millis))


class Trial:
    """A proxy on one processor with one loop; whoever asks it has the others, the greedy one at a lower priority."""

    def __init__(self, stage, chosen, limits):
        first, *others = sorted(os.sched_getaffinity(0))
        self._chosen = chosen
        self._certificate = stage.dir / "cert.pem"
        folder = stage.folder(limits.strip("{}").replace(":", "-").replace("/", "-").replace(" ", "") or "plain")
        self.port, *servers = free_ports(3)
        (folder / "small").write_bytes(bytes(SMALL))
        with open(folder / "big", "wb") as big:
            big.truncate(BIG)
        rest = set(others) or {first}
        for before, backend in enumerate(servers, 1):  # what the greedy one asks of a server is not to be felt there
            of_server = folder / str(before)
            of_server.mkdir()
            (of_server / "nginx.conf").write_text(NGINX.format(dir=of_server, root=folder, port=backend))
            command = prompt(["nginx", "-e", str(of_server / "start.log"), "-p", str(of_server), "-c", str(of_server / "nginx.conf"), "-g", "daemon off;"], before)
            stage.start("nginx", command, rest, of_server).await_port(backend)
        config = folder / "postern.yaml"
        config.write_text(CONFIG.format(port=self.port, dir=stage.dir, folder=folder, of_greedy=servers[0], of_others=servers[1], limits=limits))
        self.proxy = stage.start("postern", ["sh", "-c", "exec " + chosen.postern.replace("{config}", str(config))], {first}, folder)
        self.proxy.await_port(self.port)
        os.sched_setaffinity(0, rest)

    def measure(self, seconds):
        """The p99 of each of the modest, in milliseconds."""
        asking = [subprocess.Popen(prompt([sys.executable, "-B", __file__, str(self.port), str(self._certificate), source, str(seconds)], 3), stdout=subprocess.PIPE, text=True) for source in MODEST]
        return [statistics.quantiles(json.loads(each.communicate(timeout=120)[0]), n=100)[98] for each in asking]

    def beside(self, greedy):
        """The same, while the greedy one is at it; and what that got."""
        command = ["nice", "-n", "10", "h2load", *greedy, "-D", str(int(self._chosen.seconds + 4)), f"https://127.0.0.1:{self.port}"]
        command[-1] += "/big" if "--big" in greedy else "/small"
        command = [word for word in command if word != "--big"]
        attack = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        time.sleep(2)
        seen = self.measure(self._chosen.seconds)
        said = attack.communicate(timeout=120)[0]
        return seen, next((line.removeprefix("finished in ") for line in said.splitlines() if line.startswith("finished")), "nothing")


CASES = [
    ("64 downloads", "", ["-c", "64", "--h1", "--big"]),
    ("64 downloads, h2", "", ["-c", "8", "-m", "8", "-w", "20", "-W", "24", "--big"]),
    ("200 with small requests", "", ["-c", "200", "--h1"]),
    ("h2 with small requests", "", ["-c", "20", "-m", "20"]),
    ("64 downloads, 100 MiB/s", "bandwidth: 100MiB/s", ["-c", "64", "--h1", "--big"]),
]


def run(chosen):
    fair = True
    with Stage(chosen.keep) as stage:
        stage.certificate()
        print(f"{'the greedy one':<28}{'p99 alone, ms':>18}{'beside, ms':>18}   what it got")
        trials = {}
        for name, limits, greedy in CASES:
            if not name.startswith(chosen.only):
                continue
            if limits not in trials:
                trials[limits] = Trial(stage, chosen, limits)
            trial = trials[limits]
            trial.beside(greedy)  # code that has never run is slow
            rounds = [(trial.measure(chosen.seconds), *trial.beside(greedy)) for _ in range(chosen.rounds)]
            # The machine has its own hiccups: what half of the rounds were better than.
            alone, beside = ([statistics.median(of_client) for of_client in zip(*seen)] for seen in list(zip(*rounds))[:2])
            got = rounds[-1][2]
            wrong = [f"p99 {now:.1f}" for was, now in zip(alone, beside) if now > max(2 * was, 10)]
            print(f"{name:<28}{alone[0]:>9.1f}{alone[1]:>9.1f}{beside[0]:>9.1f}{beside[1]:>9.1f}   {got}{'   WRONG' if wrong else ''}", flush=True)
            fair &= not wrong
    return fair


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1].isdigit():
        ask(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        sys.exit(exit_code("scripts/fairness", lambda: run(options())))
