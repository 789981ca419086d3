"""Plays the demo's service where there is no Go: memory that was given back with MADV_FREE, and some that is kept.

Usage: stand-in.py TOTAL_MIB KEEP_MIB. Prints one JSON line when it is ready and ends when its standard input closes.
"""
import ctypes
import json
import mmap
import os
import sys

MADV_FREE = 8
MIB = 1 << 20
total, keep = int(sys.argv[1]), int(sys.argv[2])


def fill(size_mib):
    area = mmap.mmap(-1, size_mib * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    piece = bytes(i * 7 % 255 + 1 for i in range(4096)) * 256
    for _ in range(size_mib):
        area.write(piece)
    return area


kept = fill(keep)
freed = fill(total - keep)
# mmap.madvise came with Python 3.8; the C library's has always been there.
libc = ctypes.CDLL(None, use_errno=True)
address = ctypes.addressof(ctypes.c_char.from_buffer(freed))
if libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(len(freed)), MADV_FREE) != 0:
    sys.exit("madvise: " + os.strerror(ctypes.get_errno()))
print(json.dumps({"url": None, "pid": os.getpid()}), flush=True)
while sys.stdin.buffer.read(4096):
    pass
# The areas must not be touched or freed before this point.
os._exit(0)
