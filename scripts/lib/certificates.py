"""Certificates of an authority of our own, and the two files that one of them is served from."""

import os
import subprocess
import time

import authority
from h2load import HOST

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

# What is wrong with a pair that has to be refused.
WRONG_KEY, EXPIRED, OTHER_HOST = "the key of another", "expired", "for another host"
FLAWS = (WRONG_KEY, EXPIRED, OTHER_HOST)


class Authority:
    """Signs certificates, each with a key of its own."""

    def __init__(self, folder):
        self._folder = folder
        self._config = folder / "openssl.cnf"
        self._config.write_text(authority.REQUESTS)
        self.file = folder / "ca.pem"
        self._key = folder / "ca.key"
        how = ("-x509", "-extensions", "ca", "-days", "200", "-subj", "/O=Postern/CN=Test CA")
        self._openssl("req", "-config", self._config, *_KEY, *how, "-keyout", self._key, "-out", self.file)

    def issue(self, serial, flaw=None):
        """The content of a chain file and of a key file."""
        chain, key, request, extensions = (self._folder / f"issued.{kind}" for kind in ("pem", "key", "csr", "cnf"))
        extensions.write_text(authority.server("other.example.test" if flaw == OTHER_HOST else HOST))
        self._openssl("req", "-new", "-config", self._config, *_KEY, "-subj", f"/CN={HOST}", "-keyout", key, "-out", request)
        # -1 is the only number below nought that it takes: until yesterday.
        signing = ("-CA", self.file, "-CAkey", self._key, "-set_serial", str(serial), "-days", "-1" if flaw == EXPIRED else "200")
        self._openssl("x509", "-req", "-in", request, *signing, "-extfile", extensions, "-out", chain)
        if flaw == WRONG_KEY:
            self._openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
        return chain.read_bytes(), key.read_bytes()

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Served:
    """The pair in the directory that is watched."""

    def __init__(self, directory):
        self._directory = directory

    def replace(self, chain, key, gap):
        """Chain first, then key, each by a rename; answers the seconds that lay between the two at most: `gap`, if nothing came between."""
        # These names are none that a directory of certificates is searched for.
        staged = {}
        for name, content in (("site.pem", chain), ("site.key", key)):
            staged[name] = self._directory / f"{name}.new"
            staged[name].write_bytes(content)
        half = time.monotonic()
        os.replace(staged["site.pem"], self._directory / "site.pem")
        time.sleep(gap)
        os.replace(staged["site.key"], self._directory / "site.key")
        return time.monotonic() - half
