"""Opens thousands of TLS connections to a running Postern and says what each costs it. Started by scripts/idle."""

import argparse
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from harness import MIB, ROOT, Stage, exit_code, free_ports
from idle_clients import Clients, come_and_go
from jvm import Memory

BACKEND = ROOT / "scripts" / "lib" / "backend.py"


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/idle",
        description="Opens TLS connections, half of them h2, makes one request on each, and says what they cost while idle: resident memory"
        " of the process after a full collection, less that before, for each; and the live heap for each."
        " Exit code 0 if that is at most --most.",
    )
    parser.add_argument("--connections", type=int, default=9000, help="how many (9000)")
    parser.add_argument("--most", type=int, default=20 * 1024, help="bytes that each may cost (20480)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    return parser.parse_args()


def run(chosen):
    cores = os.sched_getaffinity(0)
    with Stage(chosen.keep) as stage:
        stage.certificate()
        certificate = stage.dir / "cert.pem"
        backend_port, port = free_ports(2)
        backend = stage.start("backend", [sys.executable, "-B", str(BACKEND), str(backend_port)], cores, stage.folder("backend"))
        backend.await_port(backend_port)
        postern = stage.start_postern(f"{ROOT}/scripts/postern run -c {{config}}", port, backend_port, cores)
        come_and_go(port, certificate, chosen.connections)
        empty = Memory(postern)
        with Clients(port, certificate, chosen.connections):
            full = Memory(postern)
        return report(chosen, empty, full)


def report(chosen, empty, full):
    count = chosen.connections
    each = (full.resident - empty.resident) / count
    print(f"{count} idle TLS connections, half of them h2; MiB")
    print(f"  resident, without them   {empty.resident / MIB:8.1f}")
    print(f"  resident, with them      {full.resident / MIB:8.1f}   ({full.before_collection / MIB:.1f} before the collection)")
    print(f"  live heap, without       {empty.heap / MIB:8.1f}")
    print(f"  live heap, with          {full.heap / MIB:8.1f}")
    print(f"  each, resident           {each / 1024:8.1f} KiB, of it {(full.heap - empty.heap) / count / 1024:.1f} KiB live heap")
    if each > chosen.most:
        print(f"scripts/idle: more than {chosen.most / 1024:.0f} KiB", file=sys.stderr)
    return each <= chosen.most


if __name__ == "__main__":
    sys.exit(exit_code("scripts/idle", lambda: run(options())))
