"""Run as a program of its own: `python -I die_with_parent.py PARENT PROGRAM ARG…` becomes PROGRAM, dies with PARENT.

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
    parent, program = int(arguments[0]), arguments[1]
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(program, arguments[1:])  # noqa: S606 - the argument list is ours


if __name__ == "__main__":
    main(sys.argv[1:])
