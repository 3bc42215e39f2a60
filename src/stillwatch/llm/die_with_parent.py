"""Run as a program of its own: `python -I die_with_parent.py PARENT[:SIGNAL] PROGRAM ARG…` becomes PROGRAM, which gets
SIGNAL when PARENT dies: the number of one that it hands on to what it started itself, or else SIGKILL's.

prctl(2): PR_SET_PDEATHSIG outlives execve(2). It is set here, after the fork and before the exec, because a fork
hook in a program with threads may lock up. A parent that died before the call is noticed by the changed parent pid.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, _, number = arguments[0].partition(":")
    last = int(number or signal.SIGKILL)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, last, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execv(arguments[1], arguments[1:])  # noqa: S606 - the argument list is ours


if __name__ == "__main__":
    main(sys.argv[1:])
