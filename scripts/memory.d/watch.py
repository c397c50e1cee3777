"""Moves large content through a running Postern and watches its memory. Started by scripts/memory."""

import argparse
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import at_once
import content
from harness import MIB, ROOT, Stage, Trouble, exit_code, free_ports
from transfers import BACKEND, WARM_UP, Case, Client


def size(text):
    """512MiB, 4GiB: a number of bytes."""
    units = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
    if text[-3:] not in units or not text[:-3].isdigit() or int(text[:-3]) == 0:
        raise argparse.ArgumentTypeError("a size such as 512MiB or 4GiB")
    return int(text[:-3]) * units[text[-3:]]


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/memory",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Moves large content through Postern, fast and with a slow reader, and watches its memory.",
        epilog="""With --at-once content goes by as many connections at the same time; memory is then looked at after full collections, with a heap
that is all resident from the start, and neither live heap nor direct memory nor RSS may rise by more than --max-growth.

In CMD these words are replaced: {config} (a config file of Postern), {haproxy} (the same for HAProxy),
{port}, {backend}, {dir}. For comparison:
  scripts/memory --postern 'haproxy -db -f {haproxy}'

Exit code 0 if every byte arrived as it was sent and memory stayed within --max-growth.""",
    )
    parser.add_argument("--size", type=size, default="4GiB", help="of each fast transfer (4GiB)")
    parser.add_argument("--slow-size", type=size, default="512MiB", help="of each transfer to a slow reader (512MiB)")
    parser.add_argument("--slow-rate", type=size, default="32MiB", help="bytes a second that a slow reader takes (32MiB)")
    parser.add_argument("--max-growth", type=size, default="256MiB", help="by which memory may rise above that after the warm-up (256MiB)")
    parser.add_argument("--at-once", type=int, metavar="N", help="N uploads of --size at once by each protocol, instead: live heap, direct memory and RSS over time")
    parser.add_argument("--heap", type=size, default="512MiB", help="with --at-once: of Postern (512MiB)")
    parser.add_argument("--every", type=float, default=10, help="with --at-once: seconds between two looks at memory (10)")
    parser.add_argument("--postern", default=f"{ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    chosen = parser.parse_args()
    if chosen.at_once and chosen.postern != parser.get_default("postern"):
        parser.error("--at-once asks the JVM and the metrics of Postern: it goes without --postern")
    return chosen


def cases(chosen):
    fast, slow, rate = chosen.size, chosen.slow_size, chosen.slow_rate
    for protocol in ("h1", "h2"):
        yield Case("upload", True, protocol, fast)
        yield Case("download", False, protocol, fast)
        yield Case("upload, slow server", True, protocol, slow, rate)
        yield Case("upload, slow server, no length", True, protocol, slow, rate, length=False)
        yield Case("download, slow client", False, protocol, slow, rate)


class Watch:
    """Samples the resident memory of a process each 100 ms, from `with` to its end."""

    def __init__(self, process):
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self):
        self.before = self.highest = self._process.rss_bytes()
        self._thread.start()
        return self

    def _sample(self):
        while not self._over.wait(0.1):
            self.highest = max(self.highest, self._process.rss_bytes())

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self.highest = max(self.highest, self._process.rss_bytes())


def observe(client, process, case, idle, limit):
    """Runs a case and prints its line; whether it passed. Growth counts from `idle`, the memory after the warm-up:
    a program that keeps what it once took would otherwise show it in one case only."""
    content.digest(case.size)
    began = time.monotonic()
    with Watch(process) as watch:
        wrong = client.move(case)
    process.check_alive()
    seconds = time.monotonic() - began
    growth = watch.highest - idle
    if not wrong and growth > limit:
        wrong = f"memory rose by more than {limit // MIB} MiB"
    print(
        f"{case.protocol} {case.says:<32}{case.size // MIB:>8}{seconds:>9.1f}{case.size / MIB / seconds:>8.0f}"
        f"{watch.before / MIB:>12.0f}{watch.highest / MIB:>9.0f}{growth / MIB:>8.0f}   {wrong or 'ok'}",
        flush=True,
    )
    return not wrong


def run(chosen):
    cores = os.sched_getaffinity(0)
    with Stage(chosen.keep) as stage:
        stage.certificate()
        backend_port, port = free_ports(2)
        backend = stage.start("backend", [sys.executable, "-B", str(BACKEND), str(backend_port)], cores, stage.folder("backend"))
        backend.await_port(backend_port)
        postern = stage.start_postern(chosen.postern, port, backend_port, cores)
        client = Client(port, stage.dir / "cert.pem")
        # Code that has never run takes memory of its own; that is not what is measured.
        for protocol in ("h1", "h2"):
            for upload in (True, False):
                wrong = client.move(Case("warm-up", upload, protocol, WARM_UP))
                if wrong:
                    raise Trouble(f"a first {'upload' if upload else 'download'} by {protocol} failed: {wrong}")
        idle = postern.rss_bytes()
        print(f"Resident memory (RSS) of the proxy, in MiB; {idle / MIB:.0f} after {4 * WARM_UP // MIB} MiB of warm-up")
        print(f"{'case':<35}{'MiB':>8}{'seconds':>9}{'MiB/s':>8}{'RSS before':>12}{'highest':>9}{'growth':>8}")
        passed = [observe(client, postern, case, idle, chosen.max_growth) for case in cases(chosen)]
    return all(passed)


def main():
    chosen = options()
    return exit_code("scripts/memory", lambda: (at_once.run if chosen.at_once else run)(chosen))


if __name__ == "__main__":
    sys.exit(main())
