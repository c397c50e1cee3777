"""What a JVM says of its memory."""

import os
import pathlib
import re
import subprocess


class Memory:
    """Of a process with a JVM: resident, and live on the heap, after a full collection. In bytes."""

    def __init__(self, process):
        process.check_alive()
        jcmd = pathlib.Path(os.readlink(f"/proc/{process.pid}/exe")).with_name("jcmd")
        self.before_collection = process.rss_bytes()
        for _ in range(2):  # the second finds what the first had freed for it
            subprocess.run([jcmd, str(process.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
        said = subprocess.run([jcmd, str(process.pid), "GC.heap_info"], check=True, capture_output=True, text=True).stdout
        self.heap = sum(int(used) * 1024 for used in re.findall(r" total .* used (\d+)K", said))  # of each generation
        self.resident = process.rss_bytes()
