"""Measures Postern and HAProxy in turns on this machine. Started by scripts/bench, which has looked after the tools."""

import argparse
import hashlib
import http.client
import os
import pathlib
import platform
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import load
import report
from harness import MIB, ROOT, Stage, Trouble, first_line, free_ports, render

NAMES = ("postern", "haproxy")
# One cipher and one group for both proxies, settled by the client: else each would take what its library likes best.
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
        description="Compares Postern with HAProxy on this machine: the CPU that the proxy takes for each operation.",
        epilog="""scenarios:
"""
        + "\n".join(f"  {s.name:<12} {s.says}" for s in load.SCENARIOS)
        + """

In CMD these words are replaced: {config} (a config file of Postern), {haproxy} (the same for HAProxy),
{port}, {backend}, {dir}. The noise of the machine shows when HAProxy is measured against itself:
  scripts/bench --postern 'haproxy -db -f {haproxy}'""",
    )
    parser.add_argument("--rounds", type=int, default=5, help="pairs of measurements for each scenario (5)")
    parser.add_argument("--seconds", type=float, default=5, help="about how long a measurement takes (5)")
    parser.add_argument("--warm-up", type=float, default=30, help="seconds of mixed load before anything is measured (30)")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 2 seconds after 10 seconds: a look, not a measurement")
    parser.add_argument("--only", action="append", metavar="NAME", choices=[s.name for s in load.SCENARIOS], help="this scenario only; may be repeated")
    parser.add_argument("--postern", default=f"{ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started")
    parser.add_argument("--haproxy", default="haproxy", metavar="PROGRAM", help="the HAProxy to compare with (that of the PATH)")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "target" / "bench" / "results.json", help="where the figures go (target/bench/results.json)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with configs and logs")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.warm_up = 2, 2, 10
    if chosen.rounds < 1 or chosen.seconds <= 0:
        parser.error("--rounds and --seconds must be above 0")
    return chosen


def say(text):
    print(text, file=sys.stderr, flush=True)


class Proxy:
    """One of the two under test: where it listens, what it logs, what it has cost."""

    def __init__(self, process, port, log):
        self.process = process
        self.name = process.name
        self.port = port
        self._log = log

    def cut_log(self):
        os.truncate(self._log, 0)

    def logged(self, expected):
        """Lines of the access log since it was cut; waits up to 2 s for those still in a buffer."""
        deadline = time.monotonic() + 2
        while True:
            with open(self._log, "rb") as lines:
                count = sum(block.count(b"\n") for block in iter(lambda: lines.read(MIB), b""))
            if count >= expected or time.monotonic() > deadline:
                return count
            time.sleep(0.05)


def start_backend(stage, port, cores):
    folder = stage.folder("backend")
    (folder / "1m").write_bytes(os.urandom(MIB))
    config = render("nginx.conf", folder, {"DIR": folder, "BACKEND_PORT": port})
    backend = stage.start("nginx", ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(config)], cores, folder)
    backend.await_port(port)
    return folder


def start_haproxy(stage, program, port, backend_port, cores):
    folder = stage.folder("haproxy")
    (folder / "both.pem").symlink_to(stage.dir / "both.pem")
    config = render("haproxy.cfg", folder, {"DIR": folder, "PORT": port, "BACKEND_PORT": backend_port})
    process = stage.start("haproxy", [program, "-db", "-f", str(config)], cores, folder)
    process.await_port(port)
    return Proxy(process, port, process.output), folder / "haproxy.sock"


def start_postern(stage, command, port, backend_port, cores):
    process = stage.start_postern(command, port, backend_port, cores)
    own = process.output.parent / "access.log"
    return Proxy(process, port, own if own.exists() else process.output)


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


def check_handshakes_full(generator, scenario, haproxy, stats):
    """Asks HAProxy, in the midst of the load, how many of its handshakes resumed a session: a few do on a
    busy machine, where a client of h2load connects after another has got its ticket."""
    thread = threading.Thread(target=generator.run, args=(scenario, haproxy.port, 3000, 60))
    thread.start()
    time.sleep(1.2)
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(str(stats))
        asked.sendall(b"show info\n")
        text = b"".join(iter(lambda: asked.recv(65536), b"")).decode()
    thread.join()
    info = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    if int(info["SslFrontendKeyRate"]) == 0 or int(info["SslFrontendSessionReuse_pct"]) > 5:
        raise Trouble(f"the handshakes are not full ones: {info['SslFrontendSessionReuse_pct']} % resumed a session")


def warm(generator, scenario, proxy, seconds):
    """Load for about so long; the rate that it came to, in operations a second."""
    ends = time.monotonic() + seconds
    operations = scenario.first_guess
    while True:
        done = generator.run(scenario, proxy.port, operations, 120)
        rate = done.operations / done.seconds
        left = ends - time.monotonic()
        proxy.cut_log()
        if left <= 0.05:
            return rate
        operations = max(100, int(rate * min(left, 1.5)))


def measure(generator, scenario, proxy, operations, patience):
    proxy.cut_log()
    before = proxy.process.cpu_micros()
    done = generator.run(scenario, proxy.port, operations, patience)
    lines = proxy.logged(done.operations)
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
        "logLines": lines,
    }


def void(runs):
    """Why the figures of a scenario count for nothing; empty when they count."""
    reasons = []
    for name in NAMES:
        own = [run for run in runs if run["proxy"] == name]
        errors = sum(run["errors"] for run in own)
        unlogged = sum(max(0, run["operations"] - run["logLines"]) for run in own)
        if errors:
            reasons.append(f"{name} failed {errors} of {sum(run['operations'] for run in own)}")
        if unlogged:
            reasons.append(f"{name} left {unlogged} requests out of its log")
    return ", ".join(reasons)


def compare(generator, scenario, proxies, chosen):
    """All rounds of one scenario, the proxies in turns, the same work for both."""
    rate = min(warm(generator, scenario, proxy, min(3.0, chosen.warm_up)) for proxy in proxies)
    operations = max(100, int(rate * chosen.seconds))
    runs = []
    for number in range(chosen.rounds):
        for proxy in proxies:
            runs.append({"round": number + 1, **measure(generator, scenario, proxy, operations, 10 * chosen.seconds + 60)})
        pair = "   ".join(f"{run['proxy']} {run['cpuMicrosPerOperation']:.1f}" for run in runs[-2:])
        say(f"  {scenario.name:<12} round {number + 1}   {pair}")
    found = {
        "name": scenario.name,
        "says": scenario.says,
        "bytesPerOperation": scenario.bytes_up + scenario.bytes_down,
        "void": void(runs),
        "summary": report.summary(runs, NAMES),
        "runs": runs,
    }
    if found["void"]:
        say(f"*** VOID: {scenario.name}: {found['void']} ***")
    return found


def machine(chosen, proxy_core, load_cores):
    model = [l for l in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if l.startswith("model name")]
    return {
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
    scenarios = [s for s in load.SCENARIOS if not chosen.only or s.name in chosen.only]
    about = machine(chosen, proxy_core, load_cores)
    if about["loadAverageBefore"] > 0.5:
        say(f"Note: other work is going on (load average {about['loadAverageBefore']:.2f}); it disturbs the figures.")
    os.sched_setaffinity(0, load_cores)
    with Stage(chosen.keep) as stage:
        stage.certificate()
        (stage.dir / "client.cnf").write_text(CLIENT_TLS)
        os.environ["OPENSSL_CONF"] = str(stage.dir / "client.cnf")
        backend_port, postern_port, haproxy_port = free_ports(3)
        backend = start_backend(stage, backend_port, load_cores)
        haproxy, stats = start_haproxy(stage, chosen.haproxy, haproxy_port, backend_port, {proxy_core})
        postern = start_postern(stage, chosen.postern, postern_port, backend_port, {proxy_core})
        proxies = (postern, haproxy)
        for proxy in proxies:
            check_answers(stage, proxy, (backend / "1m").read_bytes())
        generator = load.Generator(load_cores, backend)
        say(f"Warming up ({chosen.warm_up:.0f} s) ...")
        for scenario in scenarios:
            warm(generator, scenario, postern, chosen.warm_up / len(scenarios))
            if scenario.connection_each:
                check_handshakes_full(generator, scenario, haproxy, stats)
        say("Measuring: CPU of the proxy, in microseconds for each operation")
        results = [compare(generator, scenario, proxies, chosen) for scenario in scenarios]
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
    report.write_json(chosen.out, document)
    about = document["machine"]
    print(f"\n{about['cpu']}, Linux {about['kernel']}; proxy on core {about['proxyCore']}, load on {about['loadCores']}")
    print(f"{about['haproxy']}; {chosen.rounds} rounds of about {chosen.seconds:g} s; CPU for each operation, median, lower is better\n")
    print(report.table(document["scenarios"], NAMES))
    print(f"{time.monotonic() - began:.0f} s; all figures in {os.path.relpath(chosen.out)}")
    voids = [s["name"] for s in document["scenarios"] if s["void"]]
    if voids:
        say(f"*** VOID: {', '.join(voids)} ***")
    return 1 if voids else 0


if __name__ == "__main__":
    sys.exit(main())
