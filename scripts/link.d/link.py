"""Uploads and downloads through Postern over a long line, by HTTP/1.1 and by h2, and compares. Started by scripts/link."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import content
from harness import MIB, ROOT, Stage, Trouble, exit_code, free_ports

BACKEND = ROOT / "scripts" / "lib" / "backend.py"
RELAY = pathlib.Path(__file__).with_name("relay.py")
PROTOCOLS = {"h1": "--http1.1", "h2": "--http2"}


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/link",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Uploads and downloads through Postern over a line with delay and a rate, by HTTP/1.1 and by h2, in turns, and compares. The client is curl.",
        epilog="""The line is a relay between curl and Postern that delays both directions and holds both to the rate. HTTP/1.1 has no
flow control of its own; h2 goes at the pace of the windows, which for an upload Postern gives and for a download curl. A round begins with the
connection and ends when the server, or curl, has counted all bytes: what a window needs to grow is in the figure.

In CMD these words are replaced: {config} (a config file of Postern), {haproxy} (the same for HAProxy),
{port}, {backend}, {dir}. For comparison:
  scripts/link --postern 'haproxy -db -f {haproxy}'

Exit code 0 if the median of h2 is at least --least percent of that of HTTP/1.1, in both directions.""",
    )
    parser.add_argument("--rtt", type=float, default=60, help="milliseconds there and back (60)")
    parser.add_argument("--rate", type=float, default=400, help="Mbit/s each way (400)")
    parser.add_argument("--seconds", type=float, default=6, help="for which content is given to each upload; a download is what the line carries in them (6)")
    parser.add_argument("--rounds", type=int, default=3, help="uploads and downloads by each protocol (3)")
    parser.add_argument("--least", type=float, default=80, help="percent of HTTP/1.1 that h2 must reach (80)")
    parser.add_argument("--postern", default=f"{ROOT}/scripts/postern run -c {{config}}", metavar="CMD", help="how Postern is started")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config and logs")
    return parser.parse_args()


def endless():
    while True:
        yield from content.blocks(1024 * MIB)


def curl(protocol, certificate, seconds, *more):
    command = ["curl", "-sS", "--fail-with-body", "--max-time", str(seconds + 60), PROTOCOLS[protocol], "--cacert", str(certificate), *more]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def upload(protocol, port, certificate, chosen):
    """Mbit/s of an upload that takes what it can get for some seconds, from the connection to the answer."""
    began = time.monotonic()
    client = curl(protocol, certificate, chosen.seconds, "-H", "Expect:", "-T", "-", f"https://localhost:{port}/sink")
    sent = 0
    try:
        for block in endless():
            if time.monotonic() - began > chosen.seconds:
                break
            sent += client.stdin.write(block)
    except BrokenPipeError:
        pass  # what curl says below tells why
    return speed(f"an upload by {protocol}", client, began, sent, lambda answer: json.loads(answer)["bytes"])


def download(protocol, port, certificate, chosen):
    """Mbit/s of a download of what the line carries in some seconds, from the connection to the last byte."""
    size = int(chosen.rate * 1e6 / 8 * chosen.seconds)
    began = time.monotonic()
    client = curl(protocol, certificate, chosen.seconds, "-o", os.devnull, "-w", "%{size_download}", f"https://localhost:{port}/source?bytes={size}")
    return speed(f"a download by {protocol}", client, began, size, int)


def speed(what, client, began, expected, count):
    answer, complaint = client.communicate()
    took = time.monotonic() - began
    if client.returncode != 0:
        raise Trouble(f"{what}: curl {client.returncode} {complaint.decode().strip()} {answer[:200].decode(errors='replace')}")
    counted = count(answer)
    if counted != expected:
        raise Trouble(f"{what}: {counted} bytes arrived of {expected}")
    return counted * 8 / 1e6 / took


WAYS = {"upload": upload, "download": download}


def run(chosen):
    cores = os.sched_getaffinity(0)
    with Stage(chosen.keep) as stage:
        stage.certificate()
        certificate = stage.dir / "cert.pem"
        backend_port, port, line_port = free_ports(3)
        backend = stage.start("backend", [sys.executable, "-B", str(BACKEND), str(backend_port)], cores, stage.folder("backend"))
        backend.await_port(backend_port)
        stage.start_postern(chosen.postern, port, backend_port, cores)
        line = [line_port, port, chosen.rtt / 2000, chosen.rate * 1e6 / 8]
        relay = stage.start("relay", [sys.executable, "-B", str(RELAY), *map(str, line)], cores, stage.folder("relay"))
        relay.await_port(line_port)
        # Code that has never run is slow; that is not what is measured.
        for way in WAYS.values():
            for protocol in PROTOCOLS:
                way(protocol, port, certificate, argparse.Namespace(seconds=2, rate=chosen.rate))
        rounds = {way: [measured(way, number, line_port, certificate, chosen) for number in range(1, chosen.rounds + 1)] for way in WAYS}
    return all([report(chosen, way, rounds[way]) for way in WAYS])


def measured(way, number, port, certificate, chosen):
    speeds = {protocol: WAYS[way](protocol, port, certificate, chosen) for protocol in PROTOCOLS}
    print(f"{way} {number}   " + "   ".join(f"{protocol} {speed:7.1f} Mbit/s" for protocol, speed in speeds.items()), flush=True)
    return speeds


def report(chosen, way, rounds):
    h1, h2 = (statistics.median(speeds[protocol] for speeds in rounds) for protocol in PROTOCOLS)
    percent = 100 * h2 / h1
    print(f"{way.capitalize()}s over {chosen.rtt:g} ms and {chosen.rate:g} Mbit/s: h1 {h1:.1f} Mbit/s, h2 {h2:.1f} Mbit/s, {percent:.1f} % of it")
    if percent < chosen.least:
        print(f"scripts/link: less than {chosen.least:g} %", file=sys.stderr)
    return percent >= chosen.least


if __name__ == "__main__":
    sys.exit(exit_code("scripts/link", lambda: run(options())))
