"""The config of a proxy, of which parts come, go and change."""

import random

# What may be so or otherwise. One server, the first of app, is never touched.
TOGGLES = (
    "route",  # a route, its pool and its server
    "response",  # a timeout of a route
    "order",  # the order of two routes
    "second",  # one more server of app
    "drain",  # that server, where it is there, only finishes what it has
    "balance",  # how servers of app are chosen
    "checks",  # how they are checked
    "limits",  # of the pool of uploads, whose connections are other ones then
    "certificate",  # one more certificate
    "patience",  # of the listener for clients that say nothing
    "listener",  # one more listener
    "tenant",  # a tenant, with a weight
    "bandwidth",  # of the listener, plenty
)


class Config:
    """The text of it, as it is now."""

    def __init__(self, values, seed=1):
        self._values = values
        self._random = random.Random(seed)
        self._turn = 0
        self.on = set()

    def change(self):
        """Turns one thing after the other, and now and then a second with it; answers which."""
        turned = {TOGGLES[self._turn % len(TOGGLES)]}
        self._turn += 1
        if self._random.random() < 0.5:
            turned.add(self._random.choice(TOGGLES))
        self.on ^= turned
        return sorted(turned)

    def _if(self, toggle, then, otherwise=""):
        return then if toggle in self.on else otherwise

    def text(self):
        v = self._values
        certificates = f"{{chain: {v['certificates']}/site.pem, key: {v['certificates']}/site.key}}"
        more = self._if("certificate", f", {{chain: {v['certificates']}/more.pem, key: {v['certificates']}/more.key}}")
        uploads = "{name: uploads, match: {path: [/sink]}, pool: uploads}"
        sockets = "{name: sockets, match: {path: [/ws]}, pool: sockets}"
        routes = [uploads, sockets]
        if "order" in self.on:
            routes.reverse()
        if "route" in self.on:
            routes.insert(0, "{name: extra, match: {path: [/extra/*]}, pool: extra}")
        response = self._if("response", "31s", "30s")
        routes.append(f"{{name: all, pool: app, timeouts: {{response: {response}}}, retry: {{attempts: 3, reasons: [connect, refused-stream, reset-before-response]}}}}")
        second = f', {{address: "127.0.0.1:{v["second"]}", state: {self._if("drain", "drain", "ready")}}}'
        servers = f'{{address: "127.0.0.1:{v["first"]}"}}, {{address: "127.0.0.1:{v["killed"]}"}}{self._if("second", second)}'
        balance = self._if("balance", "least-outstanding", "round-robin")
        check = self._if("checks", "{type: http, path: /source, interval: 400ms, fall: 1, rise: 1}", "{type: tcp, interval: 500ms, fall: 1, rise: 1}")
        lines = [
            "listeners:",
            f'  edge: {{bind: "127.0.0.1:{v["port"]}", tls: {{certificates: [{certificates}{more}]}}, timeouts: {{idle: {self._if("patience", "301s", "300s")}}}'
            + self._if("bandwidth", ", limits: {bandwidth: 10GiB/s}")
            + "}",
            self._if("listener", f'  more: {{bind: "127.0.0.1:{v["more"]}"}}'),
            "routes:",
            *(f"  - {route}" for route in routes),
            "pools:",
            f"  app: {{balance: {balance}, servers: [{servers}], health: {{active: {check}}}}}",
            f'  uploads: {{servers: [{{address: "127.0.0.1:{v["first"]}"}}]' + self._if("limits", ", limits: {requestsPerServer: 1000}") + "}",
            f'  sockets: {{servers: [{{address: "127.0.0.1:{v["first"]}"}}]}}',
            self._if("route", f'  extra: {{servers: [{{address: "127.0.0.1:{v["second"]}"}}]}}'),
            self._if("tenant", f"tenants: {{local: {{sources: [127.0.0.0/8], weight: {self._random.randint(1, 9)}}}}}"),
            f'admin: {{bind: "127.0.0.1:{v["admin"]}"}}',
            f"accessLog: {{to: file, file: {v['log']}}}",
            "shutdown: {announce: 0s, spread: 0s}",
            "process: {watchInterval: 100ms}",
        ]
        return "\n".join(line for line in lines if line) + "\n"
