"""Has testssl.sh look at a Postern with the default TLS settings, and judges what it finds. Started by scripts/testssl."""

import argparse
import collections
import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import authority
from harness import ROOT, Stage, Trouble, exit_code, free_ports

HOST = "postern.example.test"
CONFIG = """
listeners:
  edge:
    bind: 127.0.0.1:{port}
    tls: {{certificates: [{{chain: ecdsa.pem, key: ecdsa.key}}, {{chain: rsa.pem, key: rsa.key}}]}}
routes:
  - {{name: all, pool: app}}
pools:
  app: {{servers: [{{address: "127.0.0.1:{server}"}}]}}
accessLog: {{to: file, file: access.log}}
"""

# As public authorities issue them: what is said of the certificates then needs no excuse. Nobody asks the URI.
EXTENSIONS = f"""{authority.REQUESTS}
[server]
{authority.server(HOST)}
crlDistributionPoints = URI:http://crl.example.test/ca.crl
"""
DAYS = "200"
KEYS = {"ecdsa": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "rsa": ("rsa:2048",)}

# LOW is what it says of TLS 1.0 and of CBC. The last two are tests that did not take place.
FAILING = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "FATAL", "WARN")
SEVERITIES = (*FAILING, "INFO", "OK")
LIMIT_SECONDS = 1800


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/testssl",
        description="Has testssl.sh (Debian's package) look at a Postern with the default TLS settings and an ECDSA and an RSA certificate for one host,"
        " on loopback, and says how many findings of each severity there are, and those that are more than INFO.",
        epilog="Exit code 0 if none is LOW or worse, and every test took place. None is excused: the certificates have what those of public"
        " authorities have, testssl.sh is told to trust who signed them, and the server behind Postern sends the fields that are missed otherwise.",
    )
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with config, certificates and the report")
    return parser.parse_args()


class Application(http.server.BaseHTTPRequestHandler):
    """A server behind Postern that says what is its own to say, so that testssl.sh does not miss it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Strict-Transport-Security", "max-age=31536000")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def certificates(folder):
    """ca.pem, and what it signed for each kind of key."""
    config = folder / "openssl.cnf"
    config.write_text(EXTENSIONS)
    request = ["openssl", "req", "-x509", "-config", config, "-nodes", "-days", DAYS]
    issue(folder, "ca", request + ["-extensions", "ca", "-subj", "/O=Postern/CN=Test CA"], KEYS["ecdsa"])
    signed = request + ["-extensions", "server", "-subj", f"/CN={HOST}", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key"]
    for name, key in KEYS.items():
        issue(folder, name, signed, key)


def issue(folder, name, command, key):
    files = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"]
    subprocess.run([*command, "-newkey", *key, *files], check=True, stderr=subprocess.DEVNULL)


def start(stage):
    """Postern before a server; answers its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (port,) = free_ports(1)
    config = stage.dir / "postern.yaml"
    config.write_text(CONFIG.format(port=port, server=server.server_port))
    postern = stage.start("postern", [f"{ROOT}/scripts/postern", "run", "-c", str(config)], os.sched_getaffinity(0), stage.dir)
    postern.await_port(port)
    return port


def read(report):
    """The findings; none where a run ended so early that they are not whole."""
    try:
        return json.loads(report.read_text())
    except (FileNotFoundError, ValueError):
        return []


def scan(folder, port):
    """What testssl.sh finds by all the tests that it has, without DNS and without any address but this one."""
    program = shutil.which("testssl") or shutil.which("testssl.sh")
    report, output = folder / "testssl.json", folder / "testssl.out"
    command = [program, "--quiet", "--full", "--color", "0", "--warnings", "batch", "--nodns", "none", "--ip", "127.0.0.1"]
    command += ["--add-ca", folder / "ca.pem", "--jsonfile", report, f"https://{HOST}:{port}/"]
    # Not every OpenSSL has GOST, and testssl.sh warns where it has not.
    environment = os.environ | {"NO_ENGINE": "true"}
    with open(output, "wb") as sink:
        child = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            child.wait(LIMIT_SECONDS)
        finally:
            # It has helpers, and a folder in /tmp that it removes when it is asked to end.
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
                child.wait()
    findings = read(report)
    # The last finding of a run to the end; of another it is a warning, or missing.
    if not any(found["id"] == "scanTime" and found["severity"] == "INFO" for found in findings):
        raise Trouble(f"testssl.sh ended with {child.returncode} before it was done:\n{output.read_text(errors='replace')[-2000:]}")
    return findings


def judge(findings):
    """Says what was found; answers whether it may stay so."""
    count = collections.Counter(found["severity"] for found in findings)
    print(f"{len(findings)} findings: " + ", ".join(f"{count[severity]} {severity}" for severity in SEVERITIES if count[severity]))
    for severity in FAILING:
        for found in findings:
            if found["severity"] == severity:
                print(f"  {severity:<9}{found['id']}: {found['finding']}")
    return not any(count[severity] for severity in FAILING)


def run(chosen):
    with Stage(chosen.keep) as stage:
        certificates(stage.dir)
        port = start(stage)
        print("testssl.sh takes some three minutes ...", flush=True)
        return judge(scan(stage.dir, port))


if __name__ == "__main__":
    sys.exit(exit_code("scripts/testssl", lambda: run(options())))
