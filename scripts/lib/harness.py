"""What the scripts that measure share: programs that are started and ended, and what they cost."""

import ctypes
import os
import pathlib
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "scripts" / "lib"
MIB = 1 << 20
_TICK_MICROS = 1_000_000 / os.sysconf("SC_CLK_TCK")
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """Something that the user must read; it ends the run."""


def exit_code(script, run):
    """Runs a script, which answers whether all was as it should be; trouble is said in its name."""
    try:
        return 0 if run() else 1
    except (Trouble, subprocess.SubprocessError, OSError) as trouble:
        print(f"{script}: {trouble}", file=sys.stderr)
        return 1


def _fields(pid):
    """The fields of /proc/PID/stat from the third on; the second, a name, may hold blanks."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def thread_micros(pid, prefix):
    """User and system time so far of each thread of a process whose name begins so, by its id."""
    tasks = sorted(int(entry) for entry in os.listdir(f"/proc/{pid}/task"))
    named = [task for task in tasks if pathlib.Path(f"/proc/{task}/comm").read_text().startswith(prefix)]
    spent = [_fields(task) for task in named]
    return [(int(fields[11]) + int(fields[12])) * _TICK_MICROS for fields in spent]


def _family(pid):
    """A process and all that descend from it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents.setdefault(int(_fields(entry)[1]), []).append(int(entry))
            except (FileNotFoundError, ProcessLookupError):
                continue
    family = [pid]
    for member in family:
        family += parents.get(member, [])
    return family


def prompt(command, before=1):
    """The command as one that gets a processor as soon as it has something to do, where we may ask for that, and ahead of those with a lower number: each would be on a machine of its own."""
    first = ["chrt", "--fifo", str(before)]
    allowed = subprocess.run([*first, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    return [*(first if allowed else []), *command]


class Process:
    """A program that runs beside us, on given cores, its output in a file. It ends when we do, however we end."""

    def __init__(self, name, command, cores, output):
        self.name = name
        self.output = pathlib.Path(output)

        def before_exec():
            os.sched_setaffinity(0, cores)
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

        # Appending, so that the file can be cut to nothing while the program writes.
        with open(self.output, "ab") as sink:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before_exec,
                env={**os.environ, "POSTERN_LOG_FORMAT": "text"},  # its messages are read by us
            )
        self.pid = self._child.pid

    def cpu_micros(self):
        """User and system time of all its threads and children so far."""
        total = 0
        for pid in _family(self.pid):
            try:
                fields = _fields(pid)
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += int(fields[11]) + int(fields[12])
        return total * _TICK_MICROS

    def rss_bytes(self):
        """Resident memory of it and its children."""
        pages = 0
        for pid in _family(self.pid):
            try:
                pages += int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
        return pages * os.sysconf("SC_PAGE_SIZE")

    def check_alive(self):
        if self._child.poll() is not None:
            tail = "\n".join(self.output.read_text(errors="replace").splitlines()[-20:])
            raise Trouble(f"{self.name} ended with exit code {self._child.returncode}:\n{tail}")

    def await_port(self, port, seconds=30):
        deadline = time.monotonic() + seconds
        while True:
            self.check_alive()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise Trouble(f"{self.name} does not listen on port {port} after {seconds} s") from None
                time.sleep(0.002)

    def kill(self):
        """Ends it by SIGKILL; when this returns it is gone, and its sockets with it."""
        self._child.kill()
        self._child.wait()

    def end(self):
        """Asks it to end, then not to drain first (a second SIGTERM says so to Postern), then makes it."""
        for patience in (0.5, 5):
            self._child.terminate()
            try:
                self._child.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue
        self._child.kill()
        self._child.wait()


class Stage:
    """A scratch folder with a certificate and rendered configs, and the programs that run in it."""

    def __init__(self, keep):
        roomy = os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 2 << 30
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="postern-", dir="/dev/shm" if roomy else None))
        self._keep = keep
        self._processes = []

    def __enter__(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda received, _: sys.exit(128 + received))
        return self

    def __exit__(self, *_):
        for process in reversed(self._processes):
            process.end()
        if self._keep:
            print(f"Kept: {self.dir}", file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def folder(self, name):
        made = self.dir / name
        made.mkdir()
        return made

    def start(self, name, command, cores, folder):
        process = Process(name, command, cores, folder / f"{name}.out")
        self._processes.append(process)
        return process

    def certificate(self, prefix="", key_type=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        """cert.pem, key.pem and both.pem for localhost and *.example.com: ECDSA P-256, where nothing else is asked for."""
        key, cert = self.dir / f"{prefix}key.pem", self.dir / f"{prefix}cert.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", *key_type, "-nodes", "-days", "2", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=DNS:localhost,DNS:*.example.com,IP:127.0.0.1", "-keyout", key, "-out", cert],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        (self.dir / f"{prefix}both.pem").write_bytes(cert.read_bytes() + key.read_bytes())

    def client_context(self, trusted="cert.pem"):
        """TLS of a client that trusts our certificate and no other."""
        return ssl.create_default_context(cafile=self.dir / trusted)

    def start_postern(self, command, port, backend_port, cores, name="postern"):
        """Postern, or what stands in for it: `command` is a shell line in which {config} and the like are replaced."""
        folder = self.folder(name)
        for name in ("cert.pem", "key.pem", "both.pem"):
            (folder / name).symlink_to(self.dir / name)
        values = {"DIR": folder, "PORT": port, "BACKEND_PORT": backend_port}
        words = {
            "{config}": render(TEMPLATES / "postern.yaml", folder, values),
            "{haproxy}": render(TEMPLATES / "haproxy.cfg", folder, values),
            "{dir}": folder,
            "{port}": port,
            "{backend}": backend_port,
        }
        for word, value in words.items():
            command = command.replace(word, shlex.quote(str(value)))
        process = self.start(name, ["sh", "-c", f"exec {command}"], cores, folder)
        process.await_port(port)
        return process


def render(template, folder, values):
    """Writes a template into a folder, with @NAME@ replaced."""
    text = template.read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    path = folder / template.name
    path.write_text(text)
    return path


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def first_line(*command):
    """The first line that a program prints, for the record of versions."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0].strip()
