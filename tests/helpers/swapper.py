"""Swaps two names again and again, as the owner of their folder could: `swapper.py FIRST SECOND COUNT`.

renameat2(2) exchanges them with one stroke, so each name always leads to something.
"""

from __future__ import annotations

import ctypes
import os
import random
import sys
import time

AT_FDCWD, RENAME_EXCHANGE = -100, 2
libc = ctypes.CDLL(None, use_errno=True)


def main(first: bytes, second: bytes, count: int) -> None:
    dice = random.Random(count)
    print("ready", flush=True)
    for _ in range(count):
        if libc.renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE) != 0 and ctypes.get_errno() != 2:
            raise OSError(ctypes.get_errno(), "renameat2")
        end = time.perf_counter() + dice.random() * 3e-4  # between the steps of whoever looks at them
        while time.perf_counter() < end:
            pass


main(os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2]), int(sys.argv[3]))
