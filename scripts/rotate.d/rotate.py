"""Replaces a certificate again and again under load, and judges whether anybody lost anything. Started by scripts/rotate."""

import argparse
import collections
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from certificates import FLAWS, Authority, Served
from h2load import KEPT_CONNECTIONS, PROTOCOLS, Kept, New
from harness import MIB, Stage, Trouble, exit_code
from proxy import WATCH_SECONDS, Proxy

FIRST_SERIAL = 0x1000
GAP_SECONDS = 0.03  # between chain and key: whoever looks meanwhile finds two that do not fit
DEADLINE_SECONDS = 10
LOOKS = 5  # after each replacement
MAX_GROWTH = 0.15  # of resident memory


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/rotate",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="""Replaces the certificate of a listener again and again, chain first, then key, while h2load asks by HTTP/2 and HTTP/1.1, on connections
that are kept through all of it and on new ones all the time. Some pairs are broken (the key of another, expired, for another host), and the
old one has to be served on.""",
        epilog=f"""Exit code 0 if all of this is so:
  - every connection and request of h2load got its answer, 200; so says the access log, which has no exchange more or less, nor one with a fault.
    The kept connections were there for half of the replacements at least, or the machine was too busy
  - {DEADLINE_SECONDS} s after a replacement at the latest new clients are shown the new certificate, and from the first of them on all are
  - a broken pair is counted as refused, once, and every client is shown the one before
  - as many were taken over and refused as were good and broken; where the script itself was held up between chain and key for
    longer than Postern waits, that half may have been refused too, and the table says so
  - no handshake failed, for whatever reason, none resumed a session, and there were no more than there were connections
  - the log of the process has nothing but what was taken over and refused. Netty watches every context of TLS and every buffer, and full
    collections are asked for, so that what is not given back is told there
  - resident memory, as its median, is in the last third of the run at most {MAX_GROWTH:.0%} above that of the first. The heap is all
    resident from the start. What a few contexts take is too little to show here; for them there is the log""",
    )
    parser.add_argument("--times", type=int, default=100, help="how often the certificate is replaced (100)")
    parser.add_argument("--broken", type=int, default=10, metavar="N", help="each Nth pair is a broken one (10)")
    parser.add_argument("--every", type=float, default=1, metavar="SECONDS", help="from one replacement to the next (1), or as long as it takes")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config, certificates and logs")
    chosen = parser.parse_args()
    if chosen.times < 3 or chosen.broken < 2:
        parser.error("--times is at least 3, --broken at least 2")
    return chosen


class Rotation:
    """All replacements, one after the other, and what was seen of each."""

    def __init__(self, chosen, authority, served, proxy):
        self._chosen = chosen
        self._authority = authority
        self._served = served
        self._proxy = proxy
        self.serial = FIRST_SERIAL
        self.taken, self.refused, self.slow = [], collections.Counter(), 0
        self.done, self.resident, self.wrong = [], [], []

    def run(self):
        times = self._chosen.times
        quarter = max(1, times // 4)
        began = time.monotonic()
        for number in range(1, times + 1):
            time.sleep(max(0, began + (number - 1) * self._chosen.every - time.monotonic()))
            if number % quarter == quarter - 1:
                self._proxy.collect()  # what it finds is told of when the next context is made
            broken = number % self._chosen.broken == 0
            flaw = FLAWS[number // self._chosen.broken % len(FLAWS)] if broken else None
            self._replace(number, flaw)
            for _ in range(LOOKS):
                self._seen(self.serial)
            self.done.append(time.monotonic())
            self.resident.append(self._proxy.process.rss_bytes())
            self._proxy.process.check_alive()
            if sys.stderr.isatty():
                print(f"\r{number} of {times}", end="\r", file=sys.stderr, flush=True)

    def _replace(self, number, flaw):
        serial = FIRST_SERIAL + number
        pair = self._authority.issue(serial, flaw)
        refusals = self._proxy.metrics().refusals
        if self._served.replace(*pair, GAP_SECONDS) > WATCH_SECONDS:
            self.slow += 1
        if flaw:
            self._await(lambda: self._proxy.metrics().refusals > refusals, f"pair {number} ({flaw}) is not refused")
            self.refused[flaw] += 1
        else:
            began = time.monotonic()
            self._await(lambda: self._shows(serial), f"replacement {number} is not shown to new clients")
            self.taken.append(time.monotonic() - began)
            self.serial = serial

    def _shows(self, serial):
        """Whether a new client is shown that, and not what was shown until now."""
        return self._seen(serial, self.serial) == serial

    def _seen(self, *allowed):
        """What a new client is shown; None where it cannot say."""
        try:
            shown = self._proxy.serial()
        except OSError as failure:
            self.wrong.append(f"a client had no answer: {failure}")
            return None
        if shown not in allowed:
            self.wrong.append(f"a client is shown {shown:x} and not {' or '.join(f'{serial:x}' for serial in allowed)}")
        return shown

    @staticmethod
    def _await(done, otherwise):
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise Trouble(f"{otherwise} after {DEADLINE_SECONDS} s")
            time.sleep(0.02)


class Verdict:
    """The table, line by line, and whether all of it is as it should be."""

    def __init__(self):
        self.good = True

    def line(self, what, figure, good, reasons=()):
        self.good &= bool(good)
        print(f"{what:<34}{figure:<88}{'ok' if good else 'WRONG'}")
        if not good:
            for reason in list(reasons)[:5]:
                print(f"    {reason}")


def seconds(times):
    return f"new clients are shown it after {statistics.median(times):.2f} s, at most {max(times):.2f} s" if times else "none"


def judge_certificates(verdict, chosen, rotation, before, after):
    broken = chosen.times // chosen.broken
    swaps, refusals = after.swaps - before.swaps, after.refusals - before.refusals
    verdict.line("certificates taken over", f"{swaps} of {chosen.times - broken}; {seconds(rotation.taken)}", swaps == chosen.times - broken)
    flaws = ", ".join(f"{count} {flaw}" for flaw, count in rotation.refused.items())
    halves = f"; halves that stood too long: {rotation.slow}" if rotation.slow else ""
    verdict.line("refused", f"{refusals} of {broken}: {flaws}{halves}", broken <= refusals <= broken + rotation.slow)


def judge_loads(verdict, loads, done):
    for load in loads:
        outcome = load.outcome
        figure = f"{outcome.answered} requests on {outcome.connections} connections"
        good = outcome.runs and not outcome.trouble
        if isinstance(load, Kept):
            # On a machine that is too busy the load may be over before all is replaced, and what then is kept has seen little.
            through = sum(moment < load.ended for moment in done)
            figure += f"; {KEPT_CONNECTIONS} through {through} replacements"
            good = good and through >= len(done) / 2
        reasons = [line for said in outcome.trouble for line in said.splitlines() if line.startswith(("requests:", "status codes:", "h2load"))]
        verdict.line(load.says, f"{figure}; with a loss {len(outcome.trouble)} of {outcome.runs} runs", good, reasons)


def judge_handshakes(verdict, proxy, loads, before, after):
    connections = proxy.looks + sum(load.outcome.connections for load in loads)
    handshakes, resumed = (after.sum("postern_tls_handshakes_total", **labels) for labels in ({}, {"resumed": "true"}))
    failures = collections.Counter(after.failures()) - collections.Counter(before.failures())
    told = ", ".join(f"{count} {why}" for why, count in failures.items()) or "none"
    good = handshakes - before.sum("postern_tls_handshakes_total") == connections and not resumed and not failures
    verdict.line("handshakes", f"{handshakes} of {connections}, {resumed} of them resumed; failed: {told}", good)


def judge_exchanges(verdict, proxy, loads):
    expected = proxy.looks + sum(load.outcome.answered for load in loads)
    lines = proxy.exchanges(expected)
    ends = collections.Counter(f"{line['status']} {line['termination']}" for line in lines)
    told = ", ".join(f"{count} ended {end}" for end, count in ends.most_common(4))
    verdict.line("lines of the access log", f"{len(lines)} of {expected}: {told}", len(lines) == expected and set(ends) == {"200 --"})


def judge_memory(verdict, resident):
    third = len(resident) // 3
    first, last = statistics.median(resident[:third]), statistics.median(resident[-third:])
    growth = last / first - 1
    figure = f"{first / MIB:.1f} MiB in the first third, {last / MIB:.1f} MiB in the last: {growth:+.1%}"
    verdict.line("resident memory", figure, growth <= MAX_GROWTH)


def judge(chosen, proxy, rotation, loads, before):
    after = proxy.metrics()
    verdict = Verdict()
    judge_certificates(verdict, chosen, rotation, before, after)
    verdict.line("clients that looked", f"{proxy.looks}; shown another or without an answer: {len(rotation.wrong)}", not rotation.wrong, rotation.wrong)
    judge_loads(verdict, loads, rotation.done)
    judge_handshakes(verdict, proxy, loads, before, after)
    judge_exchanges(verdict, proxy, loads)
    alarms = proxy.alarms()
    verdict.line("log of the process", f"{len(alarms)} lines that should not be there", not alarms, alarms)
    judge_memory(verdict, rotation.resident)
    return verdict.good


def run(chosen):
    with Stage(chosen.keep) as stage:
        authority, directory = Authority(stage.dir), stage.folder("certificates")
        served = Served(directory)
        served.replace(*authority.issue(FIRST_SERIAL), 0)
        proxy = Proxy(stage, directory, authority)
        before = proxy.metrics()
        seconds_of_all = round(chosen.times * chosen.every) + 3
        print(f"{chosen.times} replacements, one each {chosen.every:g} s, under load; it takes some {seconds_of_all} s ...", flush=True)
        loads = [Kept(proxy.port, protocol, seconds_of_all) for protocol in PROTOCOLS] + [New(proxy.port, protocol) for protocol in PROTOCOLS]
        for load in loads:
            load.start()
        rotation = Rotation(chosen, authority, served, proxy)
        try:
            rotation.run()
            for load in loads:
                load.stop()
            for load in loads:
                load.join()
        except BaseException:
            for load in loads:
                load.give_up()
            raise
        return judge(chosen, proxy, rotation, loads, before)


if __name__ == "__main__":
    sys.exit(exit_code("scripts/rotate", lambda: run(options())))
