"""Measures Postern with two event loops beside one. Started by scripts/scale, which has looked after the tools."""

import argparse
import dataclasses
import os
import pathlib
import re
import statistics
import sys
import threading
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import compare
import load
import proxies
from harness import ROOT, Stage, Trouble, exit_code, thread_micros

BOUND, SPREAD = 1.08, 1.2
CROWD = 1000
NAMES = ("h1-small", "h2-small")


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/scale",
        description=f"""What a second event loop costs: CPU per operation of Postern with two loops and with one, in turns, on the same cores; two
        loops get twice the connections, so that a loop has as much to do in one pass. It may be {BOUND} times as much. HAProxy with two threads
        beside one stands next to it, for with two the load and the servers have no core for themselves. Then {CROWD} connections at
        two loops: neither may have more of them, nor be busier, than {SPREAD} times the other. The exit code is 1 where it is.""",
    )
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each in each scenario (9)")
    parser.add_argument("--seconds", type=float, default=4, help="about how long a measurement takes (4)")
    parser.add_argument("--warm-up", type=float, default=120, help="seconds of load before anything is measured, for all four in equal parts (120)")
    parser.add_argument("--postern", default=f"{ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started; {config} stands for the file")
    return parser.parse_args()


def of_two(scenario):
    """The same for two loops: as many connections for each of them."""
    doubled = (f"-c{2 * int(each[2:])}" if each.startswith("-c") else each for each in scenario.options)
    return dataclasses.replace(scenario, options=tuple(doubled))


def ratio(generator, scenario, pairs, chosen):
    """The median of the rounds' ratios, for Postern, which is the first of the pairs; each proxy is measured in each round."""
    seconds = chosen.warm_up / len(NAMES) / sum(len(pair) for pair in pairs)
    rate = min(compare.warm(generator, scenario, proxy, seconds) for pair in pairs for proxy in pair)
    operations, costs = max(100, int(rate * chosen.seconds)), [[] for _ in pairs]
    for _ in range(chosen.rounds):
        for (one, two), cost in zip(pairs, costs, strict=True):
            runs = [compare.measure(generator, each, proxy, operations, 10 * chosen.seconds + 60) for each, proxy in ((scenario, one), (of_two(scenario), two))]
            if any(run["errors"] or (run["unlogged"] and cost is costs[0]) for run in runs):  # two threads of HAProxy drop lines that come together
                raise Trouble(f"{scenario.name}: not every request was answered and logged")
            cost.append([run["cpuMicrosPerOperation"] for run in runs])
    found = []
    for (one, _), cost in zip(pairs, costs, strict=True):
        ratios = [b / a for a, b in cost]
        found.append(statistics.median(ratios))
        medians = [statistics.median(each) for each in zip(*cost, strict=True)]
        verdict = judged(found[0], BOUND) if len(found) == 1 else ""
        print(
            f"{scenario.name:<10} {one.name:<11} one {medians[0]:.1f} us, two {medians[1]:.1f} us; ratio {found[-1]:.3f}  ({min(ratios):.3f}-{max(ratios):.3f})  {verdict}".rstrip(),
            flush=True,
        )
    return found[0]


def connections(proxy):
    """How many each loop has."""
    with urllib.request.urlopen(f"http://127.0.0.1:{proxy.admin_port}/metrics", timeout=10) as answer:
        return [float(value) for value in re.findall(r"^postern_event_loop_connections\{.*\} (\S+)$", answer.read().decode(), re.MULTILINE)]


def spread(generator, proxy, seconds):
    """Of many connections with equal load: what the one loop has above the other, in number and in processor time."""
    crowd = dataclasses.replace(load.SCENARIOS[0], options=("--h1", f"-c{CROWD}"))
    operations = int(compare.warm(generator, crowd, proxy, 2) * max(3, seconds))
    before = thread_micros(proxy.process.pid, "loop-")
    run = threading.Thread(target=generator.run, args=(crowd, proxy, operations, 120))
    run.start()
    most = []
    while run.is_alive():
        most = max(most, connections(proxy), key=sum)
        run.join(0.2)
    busy = [after - spent for after, spent in zip(thread_micros(proxy.process.pid, "loop-"), before, strict=True)]
    found = [max(each) / max(1, min(each)) for each in (most, busy)]
    print(f"{CROWD} connections: by loop {most}, ratio {found[0]:.2f}  {judged(found[0], SPREAD)}")
    print(f"{'':<10} processor time {[round(each / 1000) for each in busy]} ms, ratio {found[1]:.2f}  {judged(found[1], SPREAD)}", flush=True)
    return max(found)


def judged(found, bound):
    return f"{'within' if found <= bound else 'ABOVE'} {bound:.2f}"


def run(chosen):
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        raise Trouble("two cores are needed; this machine gives us one")
    with Stage(False) as stage:
        stage.certificate()
        stage.certificate("rsa-", ("rsa:2048",))
        backends = proxies.start_backends(stage, cores)
        starter = proxies.Starter(stage, backends, cores)
        generator = load.Generator(cores, stage, backends)
        two = starter.postern("postern-2", chosen.postern, "epoll", 0, 2)
        pairs = (starter.postern("postern", chosen.postern, "epoll", 0, 1), two), tuple(starter.haproxy("haproxy", 0, name, n) for name, n in (("haproxy", 1), ("haproxy-2", 2)))
        scenarios = [each for each in load.SCENARIOS if each.name in NAMES]
        ratios = [ratio(generator, each, pairs, chosen) for each in scenarios]
        crowded = spread(generator, two, chosen.seconds)
        return max(ratios) <= BOUND and crowded <= SPREAD


if __name__ == "__main__":
    sys.exit(exit_code("scripts/scale", lambda: run(options())))
