"""Measures starts of Postern and its first requests. Started by scripts/start, which has looked after the tools."""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import compare
import load
import proxies
from harness import ROOT, Stage, exit_code, free_ports

LISTENING_MILLIS, FIRST_RATIO, FIRST_P99_MILLIS = 400, 2.0, 50
FIRST = 100_000


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/start",
        description=f"""How soon Postern serves, with the cache that `postern warm` leaves, and what its first requests cost. On all cores: the time from its
        start until the first connection is accepted, which may be {LISTENING_MILLIS} ms as the median, and the 99th percentile of the time that a request
        takes in the first second, at half the rate that one core carries, which may be {FIRST_P99_MILLIS} ms. On one core, of h1-small of scripts/bench: the
        CPU of the first {FIRST} requests, which may be {FIRST_RATIO:g} times what as many cost later. The exit code is 1 where one is missed. Flags of the JVM are
        tried by POSTERN_JAVA_OPTS.""",
    )
    parser.add_argument("--starts", type=int, default=11, help="how often it is started (11)")
    parser.add_argument("--rounds", type=int, default=3, help="how often the first requests are measured (3)")
    parser.add_argument("--record", type=int, default=5, metavar="SECONDS", help="how long `postern warm` records (5)")
    parser.add_argument("--dist", type=pathlib.Path, default=ROOT / "target" / "postern", help="the distribution (target/postern); a copy of it is warmed and started")
    return parser.parse_args()


def warmed(stage, dist, seconds):
    """A copy of the distribution with the cache for quick starts; answers its launcher, with the Java that it takes said, as a package does."""
    copy = stage.dir / "dist"
    shutil.copytree(dist, copy)
    java = subprocess.run([copy / "bin" / "find-java"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    os.environ["JAVA_HOME"] = java
    subprocess.run([copy / "bin" / "postern", "warm", "--seconds", str(seconds)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    os.environ["JDK_JAVA_OPTIONS"] = "-XX:AOTMode=on"  # or a cache that is of no use would be passed over
    return copy / "bin" / "postern"


def listening(stage, launcher, cores, number):
    """Milliseconds from the start of the process to the first connection that it accepts."""
    port, backend = free_ports(2)
    began = time.monotonic()
    process = stage.start_postern(f"{launcher} run -c {{config}}", port, backend, cores, f"start-{number}")
    took = (time.monotonic() - began) * 1000
    process.end()
    return took


def first_second(starter, generator, launcher, rate, number):
    """The 99th percentile of a request in the first second, in milliseconds."""
    postern = starter.postern(f"cold-{number}", f"{launcher} run -c {{config}}", "epoll", 0, 0)
    micros = generator.latencies(load.SCENARIOS[0], postern, rate, 1, warm_up=0)
    postern.process.end()
    return micros[int(0.99 * (len(micros) - 1))] / 1000


def first_cost(starter, generator, launcher, number):
    """CPU of each of the first requests, and of as many when it is warm, in microseconds."""
    scenario = load.SCENARIOS[0]
    postern = starter.postern(f"one-{number}", f"{launcher} run -c {{config}}", "epoll", 0)
    first = compare.measure(generator, scenario, postern, FIRST, 120)
    rate = compare.warm(generator, scenario, postern, 20)
    later = compare.measure(generator, scenario, postern, FIRST, 120)
    postern.process.end()
    return first["cpuMicrosPerOperation"], later["cpuMicrosPerOperation"], rate


def judge(what, figure, bound, unit):
    good = figure <= bound
    print(f"{what:<52} {figure:8.2f} {unit:<3} of {bound:g}  {'as it should be' if good else 'TOO MUCH'}", flush=True)
    return good


def run(chosen):
    cores = sorted(os.sched_getaffinity(0))
    with Stage(False) as stage:
        stage.certificate()
        stage.certificate("rsa-", ("rsa:2048",))
        launcher = warmed(stage, chosen.dist, chosen.record)
        listen = [listening(stage, launcher, cores, number) for number in range(chosen.starts)]
        print("listening after (ms): " + " ".join(f"{each:.0f}" for each in listen))
        good = judge(f"listening, median of {chosen.starts}", statistics.median(listen), LISTENING_MILLIS, "ms")
        backends = proxies.start_backends(stage, set(cores[1:]))
        generator = load.Generator(set(cores[1:]), stage, backends)
        one = proxies.Starter(stage, backends, {cores[0]})
        costs = [first_cost(one, generator, launcher, number) for number in range(chosen.rounds)]
        print("first and later (us): " + "  ".join(f"{first:.1f} {later:.1f}" for first, later, _ in costs))
        good &= judge(f"CPU of the first {FIRST} requests, to later ones", statistics.median(first / later for first, later, _ in costs), FIRST_RATIO, "")
        rate = min(rate for _, _, rate in costs) / 2
        tails = [first_second(proxies.Starter(stage, backends, cores), generator, launcher, rate, number) for number in range(chosen.rounds)]
        print(f"p99 of the first second at {rate:.0f} requests a second (ms): " + " ".join(f"{tail:.1f}" for tail in tails))
        return judge("p99 of the first second, median", statistics.median(tails), FIRST_P99_MILLIS, "ms") & good


if __name__ == "__main__":
    sys.exit(exit_code("scripts/start", lambda: run(options())))
