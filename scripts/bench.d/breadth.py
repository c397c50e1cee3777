"""Measures what a config of many routes, pools and tenants costs a request. Started by scripts/breadth."""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from harness import ROOT, Stage, exit_code, free_ports

CLIENTS = 16
BOUND = 1.08
HEAD = """
listeners:
  edge: {{bind: "127.0.0.1:{port}", tls: {{certificates: [{{chain: {dir}/cert.pem, key: {dir}/key.pem}}]}}}}
accessLog: {{to: file, file: /dev/null}}
process: {{eventLoops: 1}}
"""
NGINX = """
daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log stderr crit;
events {{ worker_connections 4096; }}
http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir}; uwsgi_temp_path {dir}; scgi_temp_path {dir};
  keepalive_requests 100000000; server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok\\n"; }} }} }}
"""


def options():
    parser = argparse.ArgumentParser(
        prog="scripts/breadth",
        description="Two Posterns on one core, in turns: one with a route, a pool and no tenant, one with many of each, where the client is of the"
        f" last tenant and the last route takes its requests. Exit code 0 if a request costs at most {BOUND} times as much processor time there (median).",
    )
    parser.add_argument("--routes", type=int, default=1000)
    parser.add_argument("--pools", type=int, default=200)
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=20_000, help="in each round (20000)")
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder with configs and logs")
    return parser.parse_args()


def small(backend):
    return f'routes:\n  - {{name: all, pool: app}}\npools:\n  app: {{servers: [{{address: "127.0.0.1:{backend}"}}]}}\n'


def large(chosen, backend):
    """By hosts, paths and fields in turn, as such configs are; none but the last concerns the client."""
    lines = ["tenants:"]
    for i in range(chosen.tenants - 1):
        lines.append(f"  t{i}: {{sources: [10.{i >> 16}.{i >> 8 & 255}.{i & 255}/32], limits: {{concurrentRequests: 100}}}}")
    lines.append("  mine: {sources: [127.0.0.0/8], limits: {concurrentRequests: 1000000, requestRate: 10000000/s}}")
    lines.append("routes:")
    for i in range(chosen.routes - 1):
        kinds = (f"hosts: [h{i}.example.com]", f"hosts: [localhost], path: [/p{i}]", f"hosts: [localhost], pathPrefix: [/q{i}]", f"hosts: [g{i}.example.com], headers: {{x-h{i}: \"1\"}}")
        lines.append(f"  - {{name: r{i}, match: {{{kinds[i % 4]}}}, pool: p{i % chosen.pools}}}")
    lines.append("  - {name: all, match: {hosts: [localhost]}, pool: p0}")
    lines.append("pools:")
    for i in range(chosen.pools):
        lines.append(f'  p{i}: {{servers: [{{address: "127.0.0.1:{backend}"}}]}}')
    return "\n".join(lines) + "\n"


class Trial:
    def __init__(self, stage, name, config, port, core):
        folder = stage.folder(name)
        file = folder / "postern.yaml"
        file.write_text(config)
        self._port = port
        self._proxy = stage.start("postern", [f"{ROOT}/scripts/postern", "run", "-c", str(file)], core, folder)
        self._proxy.await_port(port)

    def cost(self, requests, cores):
        """Processor time of one request, in microseconds."""
        before = self._proxy.cpu_micros()
        command = ["h2load", "--h1", "-n", str(requests), "-c", str(CLIENTS), f"https://localhost:{self._port}/"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=120, check=True, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        if f"{requests} succeeded" not in done.stdout:
            raise subprocess.SubprocessError(done.stdout)
        return (self._proxy.cpu_micros() - before) / requests


def start_backend(stage, port, cores):
    folder = stage.folder("nginx")
    (folder / "nginx.conf").write_text(NGINX.format(dir=folder, port=port))
    stage.start("nginx", ["nginx", "-c", str(folder / "nginx.conf")], cores, folder).await_port(port)


def run(chosen):
    first, *others = sorted(os.sched_getaffinity(0))
    rest = set(others) or {first}
    with Stage(chosen.keep) as stage:
        stage.certificate()
        backend, one, many = free_ports(3)
        start_backend(stage, backend, rest)
        heads = [HEAD.format(port=port, dir=stage.dir) for port in (one, many)]
        trials = (Trial(stage, "one", heads[0] + small(backend), one, {first}), Trial(stage, "many", heads[1] + large(chosen, backend), many, {first}))
        for _ in range(3):  # what has never run is slow at first
            for trial in trials:
                trial.cost(chosen.requests, rest)
        print(f"{chosen.routes} routes, {chosen.pools} pools, {chosen.tenants} tenants beside one, one and none; {chosen.rounds} rounds of {chosen.requests} requests each")
        costs = [(trials[0].cost(chosen.requests, rest), trials[1].cost(chosen.requests, rest)) for _ in range(chosen.rounds)]
        ratios = sorted(large_one / small_one for small_one, large_one in costs)
        for name, values in (("one", [a for a, _ in costs]), ("many", [b for _, b in costs])):
            print(f"{name:<5} {statistics.median(values):.1f} us a request ({min(values):.1f} to {max(values):.1f})")
        median = statistics.median(ratios)
        print(f"ratio {median:.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f}), at most {BOUND}")
    return median <= BOUND


if __name__ == "__main__":
    sys.exit(exit_code("scripts/breadth", lambda: run(options())))
