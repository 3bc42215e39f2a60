"""Run one program, bounded: an argv list, a cleared environment, a session of its own, killed as a group (R5)."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FOLDERS: Final = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/run/current-system/sw/bin")
"""The last is where a NixOS has its programs."""
ENVIRONMENT: Final = {
    "LC_ALL": "C.UTF-8",
    "PATH": ":".join(FOLDERS),
    "SYSTEMD_PAGER": "",
    "SYSTEMD_COLORS": "0",
    "TERM": "dumb",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    code: int
    text: str
    truncated: bool = False
    timed_out: bool = False


def program(name: str) -> str:
    """Where the system has it; below /usr/bin where it has it nowhere, and then nothing can be started."""
    places = (f"{folder}/{name}" for folder in FOLDERS)
    return next((place for place in places if os.access(place, os.X_OK)), f"/usr/bin/{name}")


def run(argv: Sequence[str], *, seconds: float, limit: int) -> Ended:
    """stdout and stderr together, at most `limit` bytes. Raises OSError where the program cannot be started."""
    child = subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=ENVIRONMENT,
        cwd="/",
        start_new_session=True,
        close_fds=True,
    )
    deadline = time.monotonic() + seconds
    try:
        taken, whole = _collect(child, deadline, limit)
        timed_out = not whole and len(taken) <= limit
        if whole:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
    finally:
        with contextlib.suppress(
            ProcessLookupError, PermissionError
        ):  # where none may be sent, the unit's own end ends it
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout:
            child.stdout.close()
    text = taken[:limit].decode("utf-8", "replace")
    return Ended(code=child.returncode, text=text, truncated=len(taken) > limit, timed_out=timed_out)


def _collect(child: subprocess.Popen[bytes], deadline: float, limit: int) -> tuple[bytes, bool]:
    """What it wrote, and whether it closed its output before deadline and limit."""
    assert child.stdout is not None
    taken = b""
    while len(taken) <= limit:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
            return taken, False
        piece = os.read(child.stdout.fileno(), 65_536)
        if not piece:
            return taken, True
        taken += piece
    return taken, False
