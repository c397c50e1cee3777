"""What h2load asks of a proxy while something happens to it, and whether every request of it was answered."""

import dataclasses
import re
import subprocess
import threading
import time

HOST = "localhost"
PROTOCOLS = {"h2": (), "http/1.1": ("--h1",)}
KEPT_CONNECTIONS, KEPT_RATE = 8, 10  # of each protocol; requests a second on each connection
MORE_SECONDS = 5
NEW_CONNECTIONS, NEW_REQUESTS, NEW_RATE = 40, 2, 4  # of a run; on each connection; connections in 100 ms
SILENCE = "10s"  # after which h2load gives a connection up and counts its requests as timed out
_WORDS = ("total", "started", "done", "succeeded", "failed", "errored", "timeout")


@dataclasses.dataclass
class Outcome:
    """Of all runs of one kind. `trouble` holds what h2load said where a request was lost."""

    runs: int = 0
    connections: int = 0
    answered: int = 0
    trouble: list = dataclasses.field(default_factory=list)

    def add(self, said, protocol, connections, requests):
        self.runs += 1
        self.connections += connections
        found = re.search(r"^requests: " + ", ".join(rf"(\d+) {word}" for word in _WORDS), said, re.M)
        good = re.search(r"^status codes: (\d+) 2xx", said, re.M)
        if found and good:
            counts = dict(zip(_WORDS, map(int, found.groups())))
            self.answered += counts["succeeded"]
            lost = counts["failed"] + counts["errored"] + counts["timeout"]
            whole = all(counts[word] == requests for word in ("total", "started", "done", "succeeded"))
            if whole and not lost and int(good.group(1)) == requests and f"Application protocol: {protocol}\n" in said:
                return
        self.trouble.append(said)


class Load(threading.Thread):
    """Runs h2load again and again until it is to stop."""

    def __init__(self, port, protocol):
        super().__init__(daemon=True)
        self.outcome = Outcome()
        self._port = port
        self._protocol = protocol
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._child = None

    def stop(self):
        """No run begins any more; the one that has begun goes on to its end."""
        self._over.set()

    def give_up(self):
        """Ends the run, too."""
        with self._lock:
            self._over.set()
            if self._child:
                self._child.kill()
        self.join()

    def _load(self, connections, requests, limit, *more):
        command = ["h2load", *PROTOCOLS[self._protocol], "-c", str(connections), "-n", str(requests), "-N", SILENCE, *more]
        command += [f"--connect-to=127.0.0.1:{self._port}", f"https://{HOST}:{self._port}/source?bytes=2000"]
        with self._lock:
            if self._over.is_set():
                return
            self._child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            said = self._child.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            self._child.kill()
            said = f"h2load was not done after {limit} s\n" + self._child.communicate()[0]
        self.outcome.add(said, self._protocol, connections, requests)


class Kept(Load):
    """Connections that are kept for some seconds; should it all take longer others begin, for shorter."""

    def __init__(self, port, protocol, seconds):
        super().__init__(port, protocol)
        self.says = f"{protocol}, kept connections"
        self.ended = None  # those that began first
        self._seconds = seconds

    def run(self):
        self._keep(self._seconds)
        self.ended = time.monotonic()
        while not self._over.is_set():
            self._keep(MORE_SECONDS)

    def _keep(self, seconds):
        self._load(KEPT_CONNECTIONS, KEPT_CONNECTIONS * KEPT_RATE * seconds, seconds * 3 + 60, "--rps", str(KEPT_RATE))


class New(Load):
    """Run after run of a second, with new connections all the time: none resumes a session."""

    def __init__(self, port, protocol):
        super().__init__(port, protocol)
        self.says = f"{protocol}, new connections"

    def run(self):
        while not self._over.is_set():
            self._load(NEW_CONNECTIONS, NEW_CONNECTIONS * NEW_REQUESTS, 60, "-r", str(NEW_RATE), "--rate-period", "100ms")
