"""One transfer through Postern: what it is, and a client that makes it."""

import dataclasses
import hashlib
import json
import subprocess

import content
from harness import MIB, ROOT

WARM_UP = 64 * MIB
BACKEND = ROOT / "scripts" / "lib" / "backend.py"


@dataclasses.dataclass(frozen=True)
class Case:
    """One transfer. A rate, in bytes a second, is that of the side which reads; 0 is as fast as it goes."""

    says: str
    upload: bool
    protocol: str
    size: int
    rate: int = 0
    # Whether an upload tells its length; without one, HTTP/1.1 carries it in chunks.
    length: bool = True


class Client:
    """curl, fed and read by us."""

    def __init__(self, port, certificate):
        self._port = port
        self._certificate = certificate

    def _curl(self, case, path, *more, **pipes):
        protocol = {"h1": "--http1.1", "h2": "--http2"}[case.protocol]
        command = ["curl", "-sS", "--fail-with-body", "--speed-limit", "1", "--speed-time", "60"]
        command += [protocol, "--cacert", str(self._certificate), *more]
        return subprocess.Popen([*command, f"https://localhost:{self._port}{path}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **pipes)

    def move(self, case):
        """Does the transfer; what went wrong, or nothing."""
        return self._upload(case) if case.upload else self._download(case)

    def _upload(self, case):
        # Of content from a pipe curl tells no length by itself; told one, it must be kept from chunks as well.
        told = ["-H", f"Content-Length: {case.size}", "-H", "Transfer-Encoding:"] if case.length else []
        curl = self._curl(case, f"/sink?rate={case.rate}", "-H", "Expect:", *told, "-T", "-", stdin=subprocess.PIPE)
        try:
            for block in content.blocks(case.size):
                curl.stdin.write(block)
        except BrokenPipeError:
            pass
        answer, complaint = curl.communicate()
        if curl.returncode != 0:
            return f"curl {curl.returncode}: {complaint.decode().strip()} {answer[:200].decode(errors='replace')}"
        got = json.loads(answer)
        return differs(case, got["bytes"], got["sha256"])

    def _download(self, case):
        curl = self._curl(case, f"/source?bytes={case.size}", stdin=subprocess.DEVNULL)
        pace, found, count = content.Pace(case.rate), hashlib.sha256(), 0
        while block := curl.stdout.read(1 << 18):
            found.update(block)
            count += len(block)
            pace.passed(len(block))
        complaint = curl.communicate()[1]
        if curl.returncode != 0:
            return f"curl {curl.returncode}: {complaint.decode().strip()}"
        return differs(case, count, found.hexdigest())


def differs(case, count, sha256):
    if count != case.size:
        return f"{count} bytes arrived of {case.size}"
    return "" if sha256 == content.digest(case.size) else "the content arrived changed"
