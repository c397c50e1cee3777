"""Mixed load while configs, certificates and servers change; judges whether anything was lost or has grown. Started by scripts/soak."""

import argparse
import collections
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))

from certificates import OTHER_HOST, Authority
from clients import Echo, Upload
from config import Config
from h2load import PROTOCOLS, Kept, New
from harness import MIB, Stage, exit_code, free_ports
from proxy import Proxy, Server

UPLOADS, SOCKETS = 4, 20
WARM_SECONDS, WARM_SHARE = 60, 0.1  # or so much of the run, if that is longer: for minutes the JIT still finds something to compile
RETIRED_SECONDS = 30  # for so long certificates of before are kept for handshakes that had begun
DOWN_SECONDS = 3
EXPECTED = r"server .* is down after|the limit of open files"  # of the server that is killed, and of this machine
HEAP_SLACK, MEMORY_GROWTH = 4 * MIB, 0.15
SLACK = {"descriptors": 20, "threads": 4}  # health checks and the collector come and go
ENDS = ("200 --", "101 C-")  # a WebSocket is ended by its client, when all is over
OBJECTS = 12  # of each class more than at first: what the last reloads have left behind


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/soak",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=f"""h2load asks by HTTP/2 and HTTP/1.1, on connections that are kept and on new ones all the time; {UPLOADS} clients upload, and {SOCKETS} have WebSockets, all on one
connection from the beginning to the end. Meanwhile the config is reloaded (routes, pools, servers, limits, checks, certificates, listeners and tenants come, go and
change), the certificate is replaced, and a server is killed and started again.""",
        epilog=f"""Exit code 0 if all of this is so:
  - every request got its answer, 200; every upload arrived as it was sent, every byte came back over its WebSocket, and none of these connections ended
  - so says the access log, which has no exchange with a fault
  - the server that nobody touches kept its counters through all reloads
  - the log of the process has nothing but what was taken over, and the server that was killed
  - once the collector has been, live heap is at most {HEAP_SLACK // MIB} MiB above its level after warm-up, direct and resident memory {MEMORY_GROWTH:.0%}, descriptors {SLACK["descriptors"]}, threads
    {SLACK["threads"]}; and of pools, servers and the like there are no more than {OBJECTS} more""",
    )
    parser.add_argument("--minutes", type=float, default=120, help="how long (120), behind the warm-up")
    parser.add_argument("--every", type=float, default=5, metavar="SECONDS", help="from one reload to the next (5)")
    parser.add_argument("--reloads", type=int, metavar="N", help="end after so many reloads, if that is sooner")
    parser.add_argument("--certificates", type=float, default=30, metavar="SECONDS", help="from one replacement of the certificate to the next (30); 0 is never")
    parser.add_argument("--kill", type=float, default=20, metavar="SECONDS", help="from one kill of the server to the next (20); 0 is never")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config, certificates and logs")
    return parser.parse_args()


class Events:
    """What happens meanwhile, each in its time."""

    def __init__(self, chosen, config, proxy, killed, replace):
        self._chosen, self._config, self._proxy, self._killed, self._replace = chosen, config, proxy, killed, replace
        self.seconds, self.certificates, self.counts = [], 0, []
        self._down = None

    def run(self, first):
        began = time.monotonic()
        end = began + self._chosen.minutes * 60
        reload_at, replace_at, kill_at = (began + seconds if seconds else end for seconds in (0.01, self._chosen.certificates, self._chosen.kill))
        while (now := time.monotonic()) < end and self._proxy.reloads < (self._chosen.reloads or sys.maxsize):
            if now >= reload_at:
                self._config.change()
                self.seconds.append(self._proxy.reload(self._config.text()))
                reload_at += self._chosen.every
            if now >= replace_at:
                self._replace()
                self.certificates += 1
                replace_at += self._chosen.certificates
            if self._down is None and now >= kill_at:
                self._killed.kill()
                self._down = now
                kill_at += self._chosen.kill
            if self._down is not None and now >= self._down + DOWN_SECONDS:
                self._killed.start_again()
                self._down = None
            if not self.counts or now >= self.counts[-1][0] + 1:
                self.counts.append((now, self._proxy.metrics()[first]))
                if sys.stderr.isatty():
                    print(f"\r{now - began:.0f} s, {len(self.seconds)} reloads", end="\r", file=sys.stderr, flush=True)
            time.sleep(0.02)
        if self._down is not None:
            self._killed.start_again()

    @property
    def kills(self):
        return self._killed.kills

    def lost_counts(self):
        return [b for (_, a), (_, b) in zip(self.counts, self.counts[1:]) if b < a]


class Verdict:
    """The table, line by line, and whether all of it is as it should be."""

    def __init__(self):
        self.good = True

    def line(self, what, figure, good, reasons=()):
        self.good &= bool(good)
        print(f"{what:<34}{figure:<100}{'ok' if good else 'WRONG'}", flush=True)
        if not good:
            for reason in list(reasons)[:5]:
                print(f"    {reason}")


def judge_loads(verdict, loads, clients):
    for load in loads:
        outcome = load.outcome
        reasons = [line for said in outcome.trouble for line in said.splitlines() if line.startswith(("requests:", "status codes:", "h2load"))]
        figure = f"{outcome.answered} requests on {outcome.connections} connections; with a loss {len(outcome.trouble)} of {outcome.runs} runs"
        verdict.line(load.says, figure, outcome.runs and not outcome.trouble, reasons)
    for kind in (Upload, Echo):
        of = [client for client in clients if isinstance(client, kind)]
        trouble = [client.trouble for client in of if client.trouble]
        verdict.line(kind.says, f"{sum(client.done for client in of)} on {len(of)} connections; lost {len(trouble)}", not trouble and all(client.done for client in of), trouble)


def judge_exchanges(verdict, proxy, expected):
    ends = collections.Counter()
    wrong = []
    for line in proxy.exchanges(expected):
        end = f"{line['status']} {line['termination']}"
        ends[end] += 1
        if end not in ENDS and len(wrong) < 5:
            wrong.append(line)
    told = ", ".join(f"{count} ended {end}" for end, count in ends.most_common(5))
    verdict.line("lines of the access log", f"{ends.total()} of {expected}: {told}", ends.total() == expected and not wrong, wrong)


def judge_level(verdict, before, after):
    for what, had in before.items():
        has = after[what]
        if what == "live heap":
            verdict.line(what, f"{had / MIB:.1f} MiB after warm-up, {has / MIB:.1f} MiB at the end", has <= had + HEAP_SLACK)
        elif what.endswith("memory"):
            verdict.line(what, f"{had / MIB:.1f} MiB after warm-up, {has / MIB:.1f} MiB at the end", has <= had * (1 + MEMORY_GROWTH))
        else:
            verdict.line(what, f"{had} after warm-up, {has} at the end", has <= had + SLACK.get(what, OBJECTS))


def judge(proxy, events, loads, clients, before, after):
    verdict = Verdict()
    took = sorted(events.seconds)
    if took:
        figure = f"{len(took)}, each {statistics.median(took) * 1000:.0f} ms in the median, {took[-1] * 1000:.0f} ms at most"
        verdict.line("reloads", figure, proxy.metrics()['postern_config_reloads_total{result="refused"}'] == 0)
    print(f"{'certificates replaced':<34}{events.certificates}")
    print(f"{'times the server was killed':<34}{events.kills}")
    judge_loads(verdict, loads, clients)
    answered = sum(load.outcome.answered for load in loads) + sum(client.done + (isinstance(client, Echo) and 1 - client.done) for client in clients)
    judge_exchanges(verdict, proxy, answered)
    lost = events.lost_counts()
    verdict.line("counter of the server that stays", f"{events.counts[0][1]:.0f} to {events.counts[-1][1]:.0f}; {len(lost)} times it fell", not lost)
    alarms = proxy.alarms(EXPECTED)
    verdict.line("log of the process", f"{len(alarms)} lines that should not be there", not alarms, alarms)
    judge_level(verdict, before, after)
    return verdict.good


def begin(stage, authority, proxy_port, seconds):
    loads = [Kept(proxy_port, protocol, seconds) for protocol in PROTOCOLS] + [New(proxy_port, protocol) for protocol in PROTOCOLS]
    tls = stage.client_context(authority.file)
    clients = [Upload(proxy_port, tls) for _ in range(UPLOADS)] + [Echo(proxy_port, tls) for _ in range(SOCKETS)]
    for each in loads + clients:
        each.start()
    return loads, clients


def end(loads, clients):
    for each in loads + clients:
        each.stop()
    for each in loads + clients:
        each.join()


def run(chosen):
    with Stage(chosen.keep) as stage:
        authority, directory = Authority(stage.dir), stage.folder("certificates")
        serials = iter(range(0x1000, 0x1000000))

        def replace(name="site", *flaw):
            for kind, content in zip(("pem", "key"), authority.issue(next(serials), *flaw)):
                (directory / f"{name}.{kind}.new").write_bytes(content)
            for kind in ("pem", "key"):
                (directory / f"{name}.{kind}.new").replace(directory / f"{name}.{kind}")

        replace()
        replace("more", OTHER_HOST)
        port, more, admin, first, second, killed = free_ports(6)
        log = stage.dir / "access.log"
        servers = [Server(stage, f"server-{number}", number) for number in (first, second, killed)]
        values = {"port": port, "more": more, "admin": admin, "first": first, "second": second, "killed": killed, "certificates": directory, "log": log}
        config = Config(values)
        proxy = Proxy(stage, config.text(), admin, log)
        meant = min(chosen.minutes * 60, chosen.reloads * chosen.every if chosen.reloads else float("inf"))
        warm = max(WARM_SECONDS, meant * WARM_SHARE)
        seconds = round(warm + meant) + RETIRED_SECONDS + 10
        loads, clients = begin(stage, authority, port, seconds)
        try:
            for _ in range(16):
                time.sleep(warm / 16)
                config.change()
                proxy.reload(config.text())
            config.on.clear()
            proxy.reload(config.text())
            before = proxy.level()
            proxy.reloads = 0
            print(f"{chosen.minutes:g} minutes under load, a reload each {chosen.every:g} s ...", flush=True)
            events = Events(chosen, config, proxy, servers[2], replace)
            counter = next(name for name in proxy.metrics() if name.startswith("postern_server_attempts_total") and 'pool="app"' in name and f":{first}" in name)
            events.run(counter)
            config.on.clear()
            proxy.reload(config.text())
            time.sleep(RETIRED_SECONDS)
            after = proxy.level()
            end(loads, clients)
        except BaseException:
            for load in loads:
                load.give_up()
            raise
        return judge(proxy, events, loads, clients, before, after)


if __name__ == "__main__":
    sys.exit(exit_code("scripts/soak", lambda: run(options())))
