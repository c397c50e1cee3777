"""Attacks a running Postern in many ways while a well-behaved client measures. Started by scripts/attack."""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from attacks import ATTACKS, SERVERS
from harness import MIB, ROOT, Stage, exit_code, free_ports, prompt

HERE = pathlib.Path(__file__).parent
BACKEND = ROOT / "scripts" / "lib" / "backend.py"
CONFIG = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
routes:
  - {{name: good, match: {{path: [/good]}}, pool: good}}
  - {{name: hostile-h2, match: {{path: [/hostile-h2]}}, pool: hostile-h2}}
  - {{name: hostile-h1, match: {{path: [/hostile-h1]}}, pool: hostile-h1}}
  - {{name: others, pool: others}}
pools:
  good: {{servers: [{{address: "127.0.0.1:{good}"}}]}}
  others: {{servers: [{{address: "127.0.0.1:{others}"}}]}}
  hostile-h2: {{protocol: h2c, servers: [{{address: "127.0.0.1:{hostile}"}}]}}
  hostile-h1: {{servers: [{{address: "127.0.0.1:{hostile}"}}]}}
admin: {{bind: "127.0.0.1:{admin}"}}
accessLog: {{to: file, file: {dir}/access.log}}
"""

# What an attack may be seen by, most telling first.
TELLTALES = [
    "postern_clients_sent_away_total",
    "postern_server_sent_away_total",
    "postern_connections_refused_total",
    "postern_faults_total",
    "postern_server_faults_total",
    "postern_tls_handshake_failures_total",
    "postern_probes_total",
    "postern_glitches_total",
    "postern_slow_reads_total",
    "postern_connections_accepted_total",
]
LINES = 4  # of the process, for each attack
# Sixteen connections with 128 streams each may have as many connections to a server of HTTP/1.1.
MOST_FILES = 2500


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/attack",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Attacks a running Postern in many ways, one after the other, while a well-behaved client measures.",
        epilog="""An attacker keeps at most 16 connections and begins at most 20 in a second; it is a process with nice 10, since it would be elsewhere.
Exit code 0 if in each attack no request of the well-behaved client failed, its p99 was within 3 times the quiet one or 10 ms, whichever
is more, memory and files of the proxy stayed bounded, a metric showed the attack, and the log had no more than a few lines of it.""",
    )
    parser.add_argument("--seconds", type=float, default=30, help="how long each attack lasts (30)")
    parser.add_argument("--only", metavar="PART", help="attacks whose name has this part")
    parser.add_argument("--max-growth", type=int, default=256, metavar="MIB", help="by which resident memory may rise above that before the attacks (256)")
    parser.add_argument("--postern", default=f"env POSTERN_JAVA_OPTS=-Xmx256m {ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    return parser.parse_args()


def p99(millis):
    return statistics.quantiles(millis, n=100)[98] if len(millis) > 1 else float("inf")


class Target:
    """The proxy, the servers behind it, and what can be seen of it."""

    def __init__(self, stage, chosen):
        self.stage = stage
        self.cores = os.sched_getaffinity(0)
        self.folder = stage.folder("attack")
        stage.certificate()
        self.port, good, others, self.hostile, self.admin = free_ports(5)
        for name, port in (("good", good), ("others", others)):
            # What attackers ask for is not to take the processor from those who measure.
            command = [sys.executable, "-B", str(BACKEND), str(port)]
            command = prompt(command) if name == "good" else ["nice", "-n", "10", *command]
            stage.start(name, command, self.cores, self.folder).await_port(port)
        config = self.folder / "postern.yaml"
        config.write_text(CONFIG.format(port=self.port, dir=stage.dir, good=good, others=others, hostile=self.hostile, admin=self.admin))
        self._command = ["sh", "-c", "exec " + chosen.postern.replace("{config}", str(config))]
        self.postern = None

    def begin(self, flood):
        """A new Postern. In a flood it has one processor, and one event loop therefore, and whoever floods it has the other; else all share them."""
        if self.postern:
            self.postern.end()
        first, *others = sorted(self.cores)
        self.postern = self.stage.start("postern", self._command, {first} if flood else self.cores, self.folder)
        self.postern.await_port(self.port)
        self.idle = self.postern.rss_bytes()
        # What is begun from now on has the rest.
        os.sched_setaffinity(0, set(others) if flood and others else self.cores)

    def quiet(self, seconds):
        """How long requests take where nobody attacks."""
        self.good(min(10, seconds)).communicate()  # code that has never run is slow
        millis = json.loads(self.good(seconds).communicate()[0])["millis"]
        limit = max(3 * p99(millis), 10)
        print(f"Quiet: p50 {statistics.median(millis):.1f} ms, p99 {p99(millis):.1f} ms of {len(millis)} requests, so p99 may be {limit:.1f} ms; {os.getloadavg()[0]:.1f} is the load of the machine", flush=True)
        return limit

    def good(self, seconds):
        """The well-behaved client, begun."""
        command = [sys.executable, "-B", str(HERE / "good.py"), str(self.port), str(self.stage.dir / "cert.pem"), str(seconds)]
        return subprocess.Popen(prompt(command, 2), stdout=subprocess.PIPE, text=True)

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return {series: float(value) for series, value in re.findall(r"^(\w+(?:\{.*\})?) (\S+)$", text, re.M)}

    def files(self):
        return len(os.listdir(f"/proc/{self.postern.pid}/fd"))

    def lines(self):
        return self.postern.output.read_text(errors="replace").count("\n")


class Watch:
    """The highest that memory and files came to."""

    def __init__(self, target):
        self._target = target
        self.resident = self.heap = self.direct = self.files = 0

    def look(self):
        values = self._target.metrics()
        heap = sum(value for series, value in values.items() if series.startswith("jvm_memory_used_bytes") and 'area="heap"' in series)
        self.heap = max(self.heap, heap)
        self.direct = max(self.direct, values["postern_direct_memory_bytes"])
        self.resident = max(self.resident, self._target.postern.rss_bytes())
        self.files = max(self.files, self._target.files())


def shown(before, after):
    """The first metric that the attack has moved."""
    for family in TELLTALES:
        moved = {series: after[series] - before.get(series, 0) for series in after if series.startswith(family + "{")}
        series, by = max(moved.items(), key=lambda item: item[1], default=("", 0))
        if by > 0:
            kinds = re.findall(r'(?:kind|reason|limit|why)="([^"]*)"', series)
            return f"{family.removeprefix('postern_')} {' '.join(kinds)} +{by:.0f}"
    return ""


def attacked(target, seconds, name):
    """Runs one attack; answers what was seen."""
    before, lines = target.metrics(), target.lines()
    processes = []
    where = name
    if name in SERVERS:
        command = [sys.executable, "-B", str(HERE / "hostile.py"), str(target.hostile), name]
        processes.append(subprocess.Popen(["nice", "-n", "10", *command]))
        where = "/hostile-h1" if "h1" in name else "/hostile-h2"
        time.sleep(0.5)
    try:
        good = target.good(seconds)
        command = [sys.executable, "-B", str(HERE / "attacker.py"), str(target.port), where, str(seconds)]
        processes.append(subprocess.Popen(["nice", "-n", "10", *command], stdout=subprocess.PIPE, text=True))
        watch = Watch(target)
        while True:
            watch.look()
            try:
                saw = json.loads(good.communicate(timeout=1)[0])
                break
            except subprocess.TimeoutExpired:
                continue
        connections, sent = processes[-1].communicate(timeout=30)[0].split()
    finally:
        for process in processes:
            process.kill()
            process.wait()
    target.postern.check_alive()
    return saw, watch, shown(before, target.metrics()), target.lines() - lines, int(connections), int(sent)


def run(chosen):
    floods = [each.name for each in ATTACKS if each.flood]
    names = [each.name for each in ATTACKS if not each.flood] + list(SERVERS) + floods
    names = [name for name in names if not chosen.only or chosen.only in name]
    with Stage(chosen.keep) as stage:
        target = Target(stage, chosen)
        passed = True
        flooded = limit = None
        for name in names:
            if flooded != (name in floods):
                flooded = name in floods
                target.begin(flooded)
                limit = target.quiet(chosen.seconds)
                print(f"{'attack':<34}{'conns':>8}{'MiB':>7}{'good':>6}{'p50':>7}{'p99':>8}{'failed':>7}{'RSS':>6}{'heap':>6}{'direct':>7}{'files':>6}{'lines':>6}  seen by")
            if name == floods[0] and flooded:
                # What has never run is slow here too: the compiler has the same processor.
                first = attacked(target, min(10, chosen.seconds), name)[0]
                print(f"First of {name}, while its code is compiled: p99 {p99(first['millis']):.1f} ms, {len(first['failures'])} failed", flush=True)
            saw, watch, seen, lines, connections, sent = attacked(target, chosen.seconds, name)
            wrong = []
            if p99(saw["millis"]) > limit:
                wrong.append("p99")
            if saw["failures"]:
                wrong.append(f"failed: {saw['failures'][0]}")
            if watch.resident - target.idle > chosen.max_growth * MIB:
                wrong.append("memory")
            if watch.files > MOST_FILES:
                wrong.append("files")
            if not seen:
                wrong.append("no metric")
            if lines > LINES:
                wrong.append("lines")
            print(
                f"{name:<34}{connections:>8}{sent / MIB:>7.0f}{len(saw['millis']):>6}{statistics.median(saw['millis']):>7.1f}{p99(saw['millis']):>8.1f}{len(saw['failures']):>7}"
                f"{watch.resident / MIB:>6.0f}{watch.heap / MIB:>6.0f}{watch.direct / MIB:>7.0f}{watch.files:>6}{lines:>6}  {seen}{'   WRONG: ' + ', '.join(wrong) if wrong else ''}",
                flush=True,
            )
            passed &= not wrong
    return passed


if __name__ == "__main__":
    sys.exit(exit_code("scripts/attack", lambda: run(options())))
