"""Content of any size that is the same each time and in which no block is like another."""

import functools
import hashlib
import random
import struct
import time

BLOCK = 1 << 20
_NOISE = random.Random(8443).randbytes(BLOCK - 8)


def blocks(size):
    """So many bytes, in blocks of at most 1 MiB; the first eight bytes of each are its number."""
    for number in range(-(-size // BLOCK)):
        yield (struct.pack(">Q", number) + _NOISE)[: min(BLOCK, size - number * BLOCK)]


@functools.cache
def digest(size):
    """The SHA-256 of the content of that size."""
    found = hashlib.sha256()
    for block in blocks(size):
        found.update(block)
    return found.hexdigest()


class Pace:
    """Holds a reader to so many bytes a second; 0 is no limit."""

    def __init__(self, rate):
        self._rate = rate
        self._began = time.monotonic()
        self._passed = 0

    def passed(self, count):
        if self._rate:
            self._passed += count
            time.sleep(max(0.0, self._began + self._passed / self._rate - time.monotonic()))
