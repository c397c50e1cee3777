"""The scenarios of scripts/bench: what h2load does in each, and what it reports."""

import dataclasses
import re
import subprocess

from harness import MIB, Trouble

HANDSHAKE_BATCH = 100


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A kind of load. An operation is one request; of the handshakes, one connection with one request."""

    name: str
    says: str
    path: str
    options: tuple
    first_guess: int
    bytes_up: int = 0
    bytes_down: int = 0
    connection_each: bool = False


SCENARIOS = (
    Scenario("h1-small", "GET, 24 bytes, HTTP/1.1, 32 connections", "/small", ("--h1", "-c32"), 5000, bytes_down=24),
    Scenario("h2-small", "GET, 24 bytes, h2, 16 connections x 16 streams", "/small", ("-c16", "-m16"), 8000, bytes_down=24),
    Scenario("h1-download", "GET, 1 MiB, HTTP/1.1, 8 connections", "/1m", ("--h1", "-c8"), 200, bytes_down=MIB),
    Scenario("h1-upload", "POST, 1 MiB, HTTP/1.1, 8 connections", "/upload", ("--h1", "-c8"), 200, bytes_up=MIB, bytes_down=5),
    # h2load offers no session of an earlier connection, so each handshake is a full one; wrk would resume them all.
    Scenario(
        "handshake",
        "full TLS 1.3 handshake, ECDSA P-256, one GET a connection",
        "/small",
        ("--h1",),
        200,
        bytes_down=24,
        connection_each=True,
    ),
)


@dataclasses.dataclass(frozen=True)
class Load:
    """What a run of the load generator came to."""

    operations: int
    seconds: float
    errors: int


class Generator:
    """h2load on its cores, aimed at one port."""

    def __init__(self, cores, folder):
        self._prefix = ["taskset", "-c", ",".join(map(str, sorted(cores))), "h2load", "-t1"]
        self._content = folder / "1m"

    def run(self, scenario, port, operations, patience):
        """Does so many operations (rounded up to whole batches); trouble when they take longer than patience, in seconds."""
        command = [*self._prefix, *scenario.options]
        if scenario.bytes_up:
            command += ["-d", str(self._content)]
        url = f"https://localhost:{port}{scenario.path}"
        if not scenario.connection_each:
            return self._once(scenario, [*command, f"-n{operations}", url], operations, patience)
        batch = [*command, f"-c{HANDSHAKE_BATCH}", f"-n{HANDSHAKE_BATCH}", url]
        loads = [self._once(scenario, batch, HANDSHAKE_BATCH, patience) for _ in range(-(-operations // HANDSHAKE_BATCH))]
        return Load(sum(l.operations for l in loads), sum(l.seconds for l in loads), sum(l.errors for l in loads))

    def _once(self, scenario, command, operations, patience):
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=patience, check=False)
        except subprocess.TimeoutExpired:
            raise Trouble(f"{scenario.name}: {operations} operations took longer than {patience:.0f} s") from None
        return parse(done.stdout, operations, scenario.bytes_down)


_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def parse(report, operations, bytes_down):
    """Reads h2load's report. What is not a whole 2xx answer is an error."""
    finished = re.search(r"finished in ([\d.]+)(us|ms|s),", report)
    good = re.search(r"status codes: (\d+) 2xx", report)
    succeeded = re.search(r"(\d+) succeeded", report)
    content = re.search(r"\((\d+)\) data", report)
    if not (finished and good and succeeded and content):
        raise Trouble(f"h2load says:\n{report.strip()}")
    whole = min(int(good[1]), int(succeeded[1]), int(content[1]) // bytes_down)
    return Load(operations, float(finished[1]) * _UNITS[finished[2]], operations - whole)
