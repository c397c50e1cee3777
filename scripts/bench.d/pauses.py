"""Measures the pauses of the JVM under half load. Started by scripts/pauses, which has looked after the tools."""

import argparse
import collections
import os
import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import compare
import load
import proxies
from harness import MIB, ROOT, Stage, Trouble, exit_code

P99_MILLIS, MOST_MILLIS = 3, 10
SAFEPOINT = re.compile(r'Safepoint "(\w+)".* Total: +(\d+) ns')


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/pauses",
        description=f"""How long the JVM stops all of Postern, as its log of safepoints tells, while h1-small of scripts/bench comes at half the rate that it
        can carry. The 99th percentile of the pauses may be {P99_MILLIS} ms, and none of them more than {MOST_MILLIS} ms; the exit code is 1 where it is. Other
        flags of the JVM are tried by POSTERN_JAVA_OPTS.""",
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long is measured (60)")
    parser.add_argument("--warm-up", type=float, default=30, help="seconds of full load before (30)")
    parser.add_argument("--postern", default=f"{ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started; {config} stands for the file")
    return parser.parse_args()


def report(pauses, seconds):
    """Tells of pauses, (why, milliseconds) each; answers whether they were short enough."""
    if not pauses:
        print(f"no pause in {seconds:.0f} s")
        return True
    by_reason = collections.defaultdict(list)
    for why, millis in pauses:
        by_reason[why].append(millis)
    for why, each in sorted(by_reason.items()):
        print(f"{why:<28} {len(each):>4}  median {statistics.median(each):6.2f} ms  most {max(each):6.2f} ms")
    every = sorted(millis for _, millis in pauses)
    p99 = every[min(len(every) - 1, int(0.99 * len(every)))]
    good = p99 <= P99_MILLIS and every[-1] <= MOST_MILLIS
    print(f"{'all of them':<28} {len(every):>4}  p99 {p99:9.2f} ms  most {every[-1]:6.2f} ms  of {seconds:.0f} s  {'as it should be' if good else 'TOO LONG'}")
    return good


def run(chosen):
    cores = os.sched_getaffinity(0)
    with Stage(False) as stage:
        stage.certificate()
        stage.certificate("rsa-", ("rsa:2048",))
        generator = load.Generator(cores, stage, backends := proxies.start_backends(stage, cores))
        log = stage.dir / "pauses.log"
        os.environ["POSTERN_JAVA_OPTS"] = f"{os.environ.get('POSTERN_JAVA_OPTS', '')} -Xlog:safepoint:file={log}:uptime:filecount=0"
        postern = proxies.Starter(stage, backends, cores).postern("postern", chosen.postern, "epoll", 0, len(cores))
        scenario = load.SCENARIOS[0]
        rate = compare.warm(generator, scenario, postern, chosen.warm_up) / 2
        begun = log.stat().st_size
        if not SAFEPOINT.search(log.read_text()):
            raise Trouble("no pause while it was warmed up, which is hard to believe: did the JVM write its log?")
        micros = generator.latencies(scenario, postern, rate, chosen.seconds)
        pauses = [(why, int(nanos) / 1e6) for why, nanos in SAFEPOINT.findall(log.read_text()[begun:])]
        print(f"{rate:.0f} requests a second on {len(cores)} loops: p50 {statistics.median(micros) / 1000:.2f} ms, p99 {micros[int(0.99 * len(micros))] / 1000:.2f} ms; {postern.process.rss_bytes() / MIB:.0f} MiB resident")
        return report(pauses, chosen.seconds)


if __name__ == "__main__":
    sys.exit(exit_code("scripts/pauses", lambda: run(options())))
