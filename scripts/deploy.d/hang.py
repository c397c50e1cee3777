"""Stops one thread, and no other, until its process is gone: hang.py TID. By ptrace(2), so as root."""

import ctypes
import os
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000


def main():
    thread = int(sys.argv[1])
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long] * 4
    for request in PTRACE_SEIZE, PTRACE_INTERRUPT:
        if libc.ptrace(request, thread, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"ptrace {request:#x} of {thread}")
    stopped = True
    while stopped:
        _, status = os.waitpid(thread, WALL)
        stopped = os.WIFSTOPPED(status)


main()
