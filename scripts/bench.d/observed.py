"""Measures what the access log and metrics cost a request. Started by scripts/observed."""

import argparse
import os
import pathlib
import statistics
import sys
import threading
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from breadth import Trial, small, start_backend
from harness import Stage, exit_code, free_ports

BOUND = 1.12
SCRAPE_SECONDS = 5
WARM_ROUNDS = 8  # until then the JIT compiles, more where there is more to compile
HEAD = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
process: {{eventLoops: 1}}
"""
SEEN = """
accessLog: {{to: file, file: {dir}/access.log}}
admin: {{bind: "127.0.0.1:{admin}"}}
"""
UNSEEN = "\naccessLog: {to: none}\n"


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/observed",
        description=f"Two Posterns on one core, in turns: one with an access log in a file and metrics that are read each {SCRAPE_SECONDS} s, one with neither."
        f" Exit code 0 if a request costs at most {BOUND} times as much processor time where it is seen (median).",
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=100_000, help="in each round (100000)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with configs and logs")
    return parser.parse_args()


class Scraper(threading.Thread):
    """Reads the metrics again and again, as Prometheus does."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self._port = port
        self._over = threading.Event()
        self.reads = 0

    def run(self):
        while not self._over.wait(SCRAPE_SECONDS):
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=10) as answer:
                answer.read()
            self.reads += 1

    def stop(self):
        self._over.set()
        self.join()


def run(chosen):
    first, *others = sorted(os.sched_getaffinity(0))
    rest = set(others) or {first}
    with Stage(chosen.keep) as stage:
        stage.certificate()
        backend, seen, unseen, admin = free_ports(4)
        start_backend(stage, backend, rest)
        configs = [HEAD.format(port=port, dir=stage.dir) + small(backend) for port in (seen, unseen)]
        trials = (
            Trial(stage, "seen", configs[0] + SEEN.format(dir=stage.dir, admin=admin), seen, {first}),
            Trial(stage, "unseen", configs[1] + UNSEEN, unseen, {first}),
        )
        log = stage.dir / "access.log"
        scraper = Scraper(admin)
        scraper.start()

        def costs_of_both():
            if log.exists():
                os.truncate(log, 0)  # a log is rotated: that memory is touched for the first time, by whoever grows, is the machine's cost
            return tuple(trial.cost(chosen.requests, rest) for trial in trials)

        for _ in range(WARM_ROUNDS):
            costs_of_both()
        print(f"{chosen.rounds} rounds of {chosen.requests} requests each")
        costs = [costs_of_both() for _ in range(chosen.rounds)]
        scraper.stop()
        ratios = sorted(one / other for one, other in costs)
        for name, values in (("with access log and metrics", [a for a, _ in costs]), ("with neither", [b for _, b in costs])):
            print(f"{name:<28} {statistics.median(values):.1f} us a request ({min(values):.1f} to {max(values):.1f})")
        median = statistics.median(ratios)
        print(f"ratio {median:.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f}), at most {BOUND}; metrics were read {scraper.reads} times")
    return median <= BOUND


if __name__ == "__main__":
    sys.exit(exit_code("scripts/observed", lambda: run(options())))
