"""Measures Postern, HAProxy and nginx in turns on this machine. Started by scripts/bench, which has looked after the tools."""

import argparse
import hashlib
import http.client
import os
import pathlib
import platform
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import load
import plot
import proxies
import report
from harness import ROOT, Stage, Trouble, first_line
from idle_clients import Clients, come_and_go

PEERS = ("haproxy", "nginx")
LATENCY, IDLE = "latency", "idle"
NAMES = [s.name for s in load.SCENARIOS] + [LATENCY, IDLE]
# One cipher and one group for all, settled by the client: else each would take what its library likes best.
CLIENT_TLS = """openssl_conf = client
[client]
ssl_conf = modules
[modules]
system_default = defaults
[defaults]
MinProtocol = TLSv1.3
Ciphersuites = TLS_AES_128_GCM_SHA256
Groups = X25519
"""


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Compares Postern with HAProxy and nginx on this machine: the CPU that the proxy takes for each operation.",
        epilog="scenarios:\n"
        + "\n".join(f"  {s.name:<12} {s.says}" for s in load.SCENARIOS)
        + f"""
  {LATENCY:<12} h1-small at half the rate that all can carry: p50, p99, p99.9
  {IDLE:<12} memory of each idle TLS connection, half of them h2

In CMD {{config}} stands for a config file of Postern.""",
    )
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each proxy in each scenario (5)")
    parser.add_argument("--seconds", type=float, default=4, help="about how long a measurement takes (4)")
    parser.add_argument("--warm-up", type=float, default=300, help="seconds of mixed load before anything is measured, half for each Postern; as many for those with 1,000 routes (300)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1 second, epoll only, 1,500 idle connections at most: a look, not a measurement")
    parser.add_argument("--only", action="append", metavar="NAME", choices=NAMES, help="this scenario only; may be repeated")
    parser.add_argument("--without", action="append", default=[], metavar="NAME", choices=["postern-io_uring", *PEERS], help="leave out a column: postern-io_uring, haproxy, nginx")
    parser.add_argument("--postern", default=f"{ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started")
    parser.add_argument("--haproxy", default="haproxy", metavar="PROGRAM", help="the HAProxy to compare with (that of the PATH)")
    parser.add_argument("--idle", type=int, default=9000, help="idle connections (9000)")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "target" / "bench", help="the folder where results.json, table.txt and ratios.svg go (target/bench)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with configs and logs")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.warm_up, chosen.idle = 2, 1, 40, min(chosen.idle, 1500)
        chosen.without = [*chosen.without, "postern-io_uring"]
    if chosen.rounds < 1 or chosen.seconds <= 0:
        parser.error("--rounds and --seconds must be above 0")
    if set(PEERS) <= set(chosen.without):
        parser.error("one of haproxy and nginx must be left")
    return chosen


def say(text):
    print(text, file=sys.stderr, flush=True)


def start_all(starter, chosen, routes):
    """The columns, in the order of the table."""
    started = [starter.postern("postern", chosen.postern, "epoll", routes)]
    if "postern-io_uring" not in chosen.without:
        started.append(starter.postern("postern-io_uring", chosen.postern, "io_uring", routes))
    if "haproxy" not in chosen.without:
        started.append(starter.haproxy(chosen.haproxy, routes))
    if "nginx" not in chosen.without:
        started.append(starter.nginx(routes))
    return started


def check_answers(stage, proxy, content):
    """Each kind of request once, and its answer looked at, before figures are taken of them."""
    connection = http.client.HTTPSConnection("localhost", proxy.port, timeout=10, context=stage.client_context())
    digest = hashlib.sha256(content).hexdigest()
    for method, path, body in (("GET", "/small", None), ("GET", "/1m", None), ("POST", "/upload", content)):
        connection.request(method, path, body)
        response = connection.getresponse()
        got = response.read()
        good = {"/small": len(got) == 24, "/1m": hashlib.sha256(got).hexdigest() == digest, "/upload": got == b"taken"}
        if response.status != 200 or not good[path]:
            raise Trouble(f"{proxy.name} answers {method} {path} with {response.status} and {len(got)} bytes: {got[:200]!r}")
    connection.close()


def doubt_of_handshakes(generator, scenario, haproxy):
    """Asks HAProxy how many handshakes of the last second resumed a session, and says what is wrong with that; empty where nothing is.
    It is asked behind the load: in its midst those connections count as resumed whose handshake has only begun."""
    generator.run(scenario, haproxy, 3000, 60)
    resumed = int(proxies.haproxy_info(haproxy)["SslFrontendSessionReuse_pct"])
    wrong = resumed < 80 if scenario.by == "wrk" else resumed > 5
    return f"{resumed} % of the handshakes resumed a session" if wrong else ""


def warm(generator, scenario, proxy, seconds):
    """Load for about so long; the rate that it came to, in operations a second."""
    ends = time.monotonic() + seconds
    operations = scenario.first_guess
    while True:
        done = generator.run(scenario, proxy, operations, 120)
        rate = done.operations / done.seconds
        left = ends - time.monotonic()
        proxy.cut_log()
        if left <= 0.05:
            return rate
        operations = max(100, int(rate * min(left, 1.5)))


def measure(generator, scenario, proxy, operations, patience):
    proxy.cut_log()
    before = proxy.process.cpu_micros()
    done = generator.run(scenario, proxy, operations, patience)
    lines = proxy.logged(scenario.lines(done.operations))
    spent = proxy.process.cpu_micros() - before
    proxy.process.check_alive()
    return {
        "proxy": proxy.name,
        "operations": done.operations,
        "seconds": done.seconds,
        "errors": done.errors,
        "cpuMicrosPerOperation": spent / done.operations,
        "operationsPerSecond": done.operations / done.seconds,
        "coreShare": spent / 1e6 / done.seconds,
        "rssBytes": proxy.process.rss_bytes(),
        "unlogged": max(0, scenario.lines(done.operations) - lines),
    }


def compare(generator, scenario, columns, chosen, doubt):
    """All rounds of one scenario, the proxies in turns, the same work for each."""
    rate = min(warm(generator, scenario, proxy, min(3.0, chosen.seconds)) for proxy in columns)
    operations = max(100, int(rate * chosen.seconds))
    runs = []
    for number in range(chosen.rounds):
        for proxy in columns:
            runs.append({"round": number + 1, **measure(generator, scenario, proxy, operations, 10 * chosen.seconds + 60)})
        figures = "   ".join(f"{run['proxy']} {run['cpuMicrosPerOperation']:.1f}" for run in runs[-len(columns) :])
        say(f"  {scenario.name:<12} round {number + 1}   {figures}")
    found = report.scenario(scenario.name, scenario.says, scenario.floor, runs, "cpuMicrosPerOperation", PEERS, doubt)
    return {**found, "bytesPerOperation": scenario.bytes_up + scenario.bytes_down}


def latency(generator, columns, chosen):
    """Of the time from a request to its answer, the tail, at a rate that no proxy is hard put to."""
    scenario = load.SCENARIOS[0]
    rate = min(warm(generator, scenario, proxy, min(3.0, chosen.seconds)) for proxy in columns) / 2
    runs = []
    for number in range(9 if chosen.rounds > 2 else chosen.rounds):
        for proxy in columns:
            micros = generator.latencies(scenario, proxy, rate, max(2, chosen.seconds))
            own = {f"p{share * 100:g}": micros[int(share * (len(micros) - 1))] for share in (0.5, 0.99, 0.999)}
            runs.append({"round": number + 1, "proxy": proxy.name, "errors": 0, "unlogged": 0, **own})
            proxy.cut_log()
        say(f"  {LATENCY:<12} round {number + 1}   " + "   ".join(f"{run['proxy']} {run['p99.9']}" for run in runs[-len(columns) :]))
    says = f"{scenario.says}, {rate:.0f} requests a second; us"
    return report.scenario(LATENCY, says, 1.2, runs, "p99.9", PEERS)


def idle(stage, columns, chosen):
    """What a connection that does nothing costs: what is resident with so many, less what is without."""
    runs = []
    for proxy in columns:
        come_and_go(proxy.port, stage.dir / "cert.pem", chosen.idle)
        empty = proxy.resident()
        with Clients(proxy.port, stage.dir / "cert.pem", chosen.idle):
            each = (proxy.resident() - empty) / chosen.idle
        runs.append({"round": 1, "proxy": proxy.name, "errors": 0, "unlogged": 0, "bytesPerConnection": each})
        say(f"  {IDLE:<12} {proxy.name} {each:.0f}")
    return report.scenario(IDLE, f"{chosen.idle} idle TLS connections, half of them h2; bytes each", 0.8, runs, "bytesPerConnection", PEERS)


def machine(chosen, proxy_core, load_cores):
    model = [l for l in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if l.startswith("model name")]
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": model[0].partition(":")[2].strip() if model else platform.machine(),
        "kernel": platform.release(),
        "proxyCore": proxy_core,
        "loadCores": sorted(load_cores),
        "loadAverageBefore": os.getloadavg()[0],
        "postern": chosen.postern.replace(f"{ROOT}/", ""),
        "haproxy": first_line(chosen.haproxy, "-v"),
        "nginx": first_line("nginx", "-v"),
        "h2load": first_line("h2load", "--version"),
    }


def run(chosen):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise Trouble("two cores are needed, one for the proxy and one for the load; this machine gives us one")
    proxy_core, load_cores = cores[0], set(cores[1:])
    wanted = chosen.only or NAMES
    scenarios = [s for s in load.SCENARIOS if s.name in wanted]
    warmed = scenarios or (load.SCENARIOS[:1] if LATENCY in wanted else ())  # the first is what latency is measured with
    about = machine(chosen, proxy_core, load_cores)
    if about["loadAverageBefore"] > 0.5:
        say(f"Note: other work is going on (load average {about['loadAverageBefore']:.2f}); it disturbs the figures.")
    os.sched_setaffinity(0, load_cores)
    with Stage(chosen.keep) as stage:
        stage.certificate()
        stage.certificate("rsa-", ("rsa:2048",))
        (stage.dir / "client.cnf").write_text(CLIENT_TLS)
        os.environ["OPENSSL_CONF"] = str(stage.dir / "client.cnf")
        backends = proxies.start_backends(stage, load_cores)
        starter = proxies.Starter(stage, backends, {proxy_core})
        generator = load.Generator(load_cores, stage, backends)
        columns = {0: start_all(starter, chosen, 0)}
        for proxy in columns[0]:
            check_answers(stage, proxy, (backends.folder / "1m").read_bytes())
        say(f"Warming up ({chosen.warm_up:.0f} s) ...")
        for routes in {s.routes for s in scenarios if s.routes}:
            columns[routes] = start_all(starter, chosen, routes)
        doubts = {}
        for scenario in warmed:
            for proxy in columns[scenario.routes]:
                if proxy.name == "haproxy" and scenario.by in ("wrk", "batches") and not scenario.rsa:
                    doubts[scenario.name] = doubt_of_handshakes(generator, scenario, proxy)
                elif proxy.name.startswith("postern"):
                    warm(generator, scenario, proxy, chosen.warm_up / 2 / sum(s.routes == scenario.routes for s in warmed))
        say("Measuring: CPU of the proxy, in microseconds for each operation")
        results = [compare(generator, scenario, columns[scenario.routes], chosen, doubts.get(scenario.name, "")) for scenario in scenarios]
        if LATENCY in wanted:
            results.append(latency(generator, columns[0], chosen))
        if IDLE in wanted:
            results.append(idle(stage, columns[0], chosen))
    return {
        "machine": about,
        "settings": {"rounds": chosen.rounds, "seconds": chosen.seconds, "warmUp": chosen.warm_up},
        "scenarios": results,
    }


def main():
    chosen = options()
    began = time.monotonic()
    try:
        document = run(chosen)
    except (Trouble, subprocess.CalledProcessError, OSError) as trouble:
        say(f"scripts/bench: {trouble}")
        return 1
    about = document["machine"]
    text = (
        f"{about['date']}, {about['cpu']}, Linux {about['kernel']}; proxy on core {about['proxyCore']}, load on {about['loadCores']}\n"
        f"{about['haproxy']}; {about['nginx']}; {chosen.rounds} rounds of about {chosen.seconds:g} s; medians, lower is better\n\n"
        + report.table(document["scenarios"])
    )
    report.write(chosen.out, document, text, plot.ratios(document))
    print(f"\n{text}\n{time.monotonic() - began:.0f} s; all figures in {os.path.relpath(chosen.out)}")
    voids = [s["name"] for s in document["scenarios"] if s["void"]]
    if voids:
        say(f"*** VOID: {', '.join(voids)} ***")
    return 1 if voids else 0


if __name__ == "__main__":
    sys.exit(main())
