"""The scenarios of scripts/bench: what a load generator does in each, and what it reports."""

import dataclasses
import pathlib
import re
import subprocess
import sys

from harness import MIB, Trouble

HANDSHAKE_BATCH = 100
ECHO = pathlib.Path(__file__).with_name("echo.py")

# What a browser of a customer sends to an API: about 1 KB.
FIELDS = tuple(pathlib.Path(__file__).with_name("fields.txt").read_text().splitlines())


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A kind of load. An operation is one request; of handshakes one connection with one request, of the echo one message there and back.

    `floor` is the ratio to the better of the peers that we hold ourselves to; None where there is none."""

    name: str
    says: str
    floor: float | None
    path: str = "/small"
    options: tuple = ()
    fields: tuple = ()
    content: str | None = None
    first_guess: int = 2000
    bytes_up: int = 0
    bytes_down: int = 24
    by: str = "h2load"
    rsa: bool = False
    routes: int = 0
    connections: int = 0
    host: str = "localhost"

    def lines(self, operations):
        """The lines that so many operations leave in an access log."""
        return self.connections if self.by == "echo" else operations


H1, H2 = ("--h1", "-c32"), ("-c16", "-m16")
LARGE_H1, LARGE_H2 = ("--h1", "-c8"), ("-c4", "-m2")
K16 = 16 * 1024

SCENARIOS = (
    Scenario("h1-small", "GET, 24 bytes, HTTP/1.1, 32 connections", 1.0, options=H1),
    Scenario("h1-fields", "the same with 15 request fields of about 1 KB", 1.0, options=H1, fields=FIELDS),
    Scenario("h1-16k", "GET, 16 KiB, HTTP/1.1, 32 connections", 0.9, "/16k", H1, bytes_down=K16),
    Scenario("h2-small", "GET, 24 bytes, h2, 16 connections x 16 streams", 1.0, options=H2),
    Scenario("h2-fields", "the same with 15 request fields of about 1 KB", 1.0, options=H2, fields=FIELDS),
    Scenario("h2-16k", "GET, 16 KiB, h2, 16 connections x 16 streams", 1.0, "/16k", H2, bytes_down=K16),
    Scenario("h1-download", "GET, 1 MiB, HTTP/1.1, 8 connections", 0.65, "/1m", LARGE_H1, first_guess=200, bytes_down=MIB),
    Scenario("h2-download", "GET, 1 MiB, h2, 4 connections x 2 streams", 0.8, "/1m", LARGE_H2, first_guess=200, bytes_down=MIB),
    Scenario("h1-upload", "POST, 1 MiB, HTTP/1.1, 8 connections", 0.95, "/upload", LARGE_H1, content="1m", first_guess=200, bytes_up=MIB, bytes_down=5),
    Scenario("h2-upload", "POST, 1 MiB, h2, 4 connections x 2 streams", 0.9, "/upload", LARGE_H2, content="1m", first_guess=200, bytes_up=MIB, bytes_down=5),
    # h2load offers no session of an earlier connection, so each handshake is a full one; wrk resumes all but the first.
    Scenario("tls-full", "full TLS 1.3 handshake, ECDSA P-256, one GET a connection", 0.85, options=("--h1",), first_guess=200, by="batches"),
    Scenario("tls-full-rsa", "the same with RSA 2048", None, options=("--h1",), first_guess=200, by="batches", rsa=True),
    Scenario("tls-resumed", "resumed TLS 1.3 handshake, one GET a connection", 0.95, first_guess=500, by="wrk"),
    Scenario("websocket", "echo of 512 bytes, HTTP/1.1, 32 connections", None, first_guess=5000, bytes_up=512, bytes_down=512, by="echo", connections=32),
    Scenario(
        "grpc-unary",
        "gRPC, 24 bytes each way, h2 on both sides, 16 connections x 16 streams",
        None,
        "/grpc",
        H2,
        fields=("content-type: application/grpc", "te: trailers"),
        content="../grpc/grpc",
        bytes_up=24,
    ),
    Scenario("routes-1000", "h1-small behind 1,000 routes by host", None, options=H1, host="h900.example.com", routes=1000),
)


@dataclasses.dataclass(frozen=True)
class Load:
    """What a run of the load generator came to."""

    operations: int
    seconds: float
    errors: int


class Generator:
    """The load generators on their cores."""

    def __init__(self, cores, stage, backends):
        self._on_cores = ["taskset", "-c", ",".join(map(str, sorted(cores)))]
        self._certificate = stage.dir / "cert.pem"
        self._log = stage.dir / "h2load.log"
        self._folder = backends.folder

    def run(self, scenario, proxy, operations, patience):
        """Does about so many operations; trouble when they take longer than patience, in seconds."""
        port = proxy.rsa_port if scenario.rsa else proxy.port
        url = f"https://{scenario.host}:{port}{scenario.path}"
        match scenario.by:
            case "h2load":
                return self._h2load(scenario, operations, url, patience, f"--connect-to=localhost:{port}")
            case "batches":
                batches = [self._h2load(scenario, HANDSHAKE_BATCH, url, patience, f"-c{HANDSHAKE_BATCH}") for _ in range(-(-operations // HANDSHAKE_BATCH))]
                return Load(sum(l.operations for l in batches), sum(l.seconds for l in batches), sum(l.errors for l in batches))
            case "wrk":
                return self._wrk(scenario, operations, url, patience)
            case "echo":
                return self._echo(scenario, operations, proxy.port, patience)

    def latencies(self, scenario, proxy, rate, seconds, warm_up=2):
        """Microseconds of each request at a rate of so many a second, which begins `warm_up` seconds before it counts."""
        clients = int(next(option for option in scenario.options if option.startswith("-c"))[2:])
        options = [f"--rps={rate / clients:.1f}", f"-D{seconds:.0f}", f"--warm-up-time={warm_up}", f"--log-file={self._log}"]
        url = f"https://localhost:{proxy.port}{scenario.path}"
        self._log.unlink(missing_ok=True)
        self._said([*self._on_cores, "h2load", "-t1", *scenario.options, *options, url], seconds + 30, scenario)
        lines = [line.split("\t") for line in self._log.read_text().splitlines()]
        if not lines or any(status != "200" for _, status, _ in lines):
            raise Trouble(f"{proxy.name} at {rate:.0f} requests a second: not every answer was 200")
        return sorted(int(micros) for _, _, micros in lines)

    def _h2load(self, scenario, operations, url, patience, *more):
        command = [*self._on_cores, "h2load", "-t1", *scenario.options, *more, f"-n{operations}"]
        command += [f"-H{field}" for field in scenario.fields]
        if scenario.content:
            command += ["-d", str(self._folder / scenario.content)]
        return parse_h2load(self._said([*command, url], patience, scenario), operations, scenario.bytes_down)

    def _wrk(self, scenario, operations, url, patience):
        """It goes by time, so a first look tells how long the operations take."""
        command = [*self._on_cores, "wrk", "-t1", "-c16", "-HConnection: close"]
        look = parse_wrk(self._said([*command, "-d1s", url], patience, scenario))
        left = round((operations - look.operations) * look.seconds / look.operations)
        if left < 1:
            return look
        rest = parse_wrk(self._said([*command, f"-d{left}s", url], patience, scenario))
        return Load(look.operations + rest.operations, look.seconds + rest.seconds, look.errors + rest.errors)

    def _echo(self, scenario, operations, port, patience):
        messages = max(operations, scenario.connections)
        command = [*self._on_cores, sys.executable, "-B", str(ECHO), "ask", str(port), str(self._certificate), str(scenario.connections), str(messages)]
        done, seconds = self._said(command, patience, scenario).split()
        asked = messages // scenario.connections * scenario.connections
        return Load(asked, float(seconds), asked - int(done))

    @staticmethod
    def _said(command, patience, scenario):
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=patience, check=False)
        except subprocess.TimeoutExpired:
            raise Trouble(f"{scenario.name}: took longer than {patience:.0f} s") from None
        if done.returncode:
            raise Trouble(f"{scenario.name}: {command[3]} says:\n{done.stdout.strip()}")
        return done.stdout


_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def parse_h2load(report, operations, bytes_down):
    """Reads h2load's report. What is not a whole 2xx answer is an error."""
    finished = re.search(r"finished in ([\d.]+)(us|ms|s),", report)
    good = re.search(r"status codes: (\d+) 2xx", report)
    succeeded = re.search(r"(\d+) succeeded", report)
    content = re.search(r"\((\d+)\) data", report)
    if not (finished and good and succeeded and content):
        raise Trouble(f"h2load says:\n{report.strip()}")
    whole = min(int(good[1]), int(succeeded[1]), int(content[1]) // bytes_down)
    return Load(operations, float(finished[1]) * _UNITS[finished[2]], operations - whole)


def parse_wrk(report):
    """Reads wrk's report, where errors are told only if there are any."""
    done = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m),", report)
    if not done or not int(done[1]):
        raise Trouble(f"wrk says:\n{report.strip()}")
    failed = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", report)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", report)
    errors = sum(map(int, failed.groups())) if failed else 0
    return Load(int(done[1]), float(done[2]) * _UNITS[done[3]], errors + (int(refused[1]) if refused else 0))
