"""A well-behaved client: `good.py PORT CERTIFICATE SECONDS`. One request after the other, each looked at; prints what it saw as JSON."""

import http.client
import json
import ssl
import sys
import time

PAUSE = 0.005
LENGTH = 512


def main():
    port, certificate, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    context = ssl.create_default_context(cafile=certificate)
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
    millis, failures = [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            connection.request("GET", f"/good?bytes={LENGTH}")
            answer = connection.getresponse()
            size = len(answer.read())
            if (answer.status, size) != (200, LENGTH):
                failures.append(f"{answer.status}, {size} bytes")
        except (OSError, http.client.HTTPException) as failure:
            failures.append(repr(failure))
            connection.close()
        millis.append(1000 * (time.monotonic() - began))
        time.sleep(PAUSE)
    print(json.dumps({"millis": millis, "failures": failures}))


if __name__ == "__main__":
    main()
