"""The one door to other programs: an argv list in, a bounded `Completed` out. No shell, no string, no inheritance."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

SEARCH: Final[tuple[str, ...]] = ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/run/current-system/sw/bin")
"""Where a bare program name is looked for: root-owned places only, never the caller's PATH."""

ENVIRONMENT: Final[Mapping[str, str]] = MappingProxyType(
    {"LC_ALL": "C.UTF-8", "PATH": ":".join(SEARCH), "SYSTEMD_PAGER": "", "SYSTEMD_COLORS": "0", "TERM": "dumb"}
)
MISSING: Final = 127
CHUNK: Final = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """How a program ended.

    code: its exit status, negative for the signal that killed it, 127 where there is no such program
      (then `err` says so and nothing ran); out, err: the head of what it wrote, decoded with replacement;
    truncated: more was written than kept; timed_out: it was killed at its deadline; seconds: how long it took.
    """

    argv: tuple[str, ...]
    code: int
    out: str
    err: str
    truncated: bool = False
    timed_out: bool = False
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """It ended by itself with status 0."""
        return self.code == 0 and not self.timed_out


def find_program(name: str) -> str | None:
    """Absolute path of an executable regular file, looked for in SEARCH alone; None where there is none."""
    if "\0" in name or ("/" in name and not name.startswith("/")):
        return None
    paths = [Path(name)] if name.startswith("/") else [Path(folder) / name for folder in SEARCH]
    return next((str(path) for path in paths if _is_program(path)), None)


async def run(
    argv: Sequence[str],
    *,
    seconds: float = 10.0,
    limit: int = 262_144,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
) -> Completed:
    """Run argv[0] and wait for it, at most `seconds`; keep at most `limit` bytes of each stream (the head).

    The child gets a cleared environment (ENVIRONMENT and what `environment` adds), /dev/null as stdin and a session of
    its own, which is killed as a group when it is too slow or the caller is cancelled. `user`: drop to this uid (root).
    A failing, missing or killed program is a `Completed`, never an exception. Raises TypeError for anything but a
    sequence of str, and ValueError for an empty one or a NUL.
    """
    words = _checked(argv)
    program = find_program(words[0])
    if program is None:
        return Completed(argv=words, code=MISSING, out="", err=f"{words[0]}: no such program")
    started = time.monotonic()
    try:
        child = await asyncio.create_subprocess_exec(
            program,
            *words[1:],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**ENVIRONMENT, **(environment or {})},
            cwd="/",
            start_new_session=True,
            user=user,
        )
    except OSError as error:
        return Completed(argv=words, code=MISSING - 1, out="", err=f"{program}: {error.strerror or error}")
    return await _collect(child, words, seconds, limit, started)


async def _collect(
    child: asyncio.subprocess.Process, argv: tuple[str, ...], seconds: float, limit: int, started: float
) -> Completed:
    assert child.stdout is not None
    assert child.stderr is not None
    out, err = _Head(limit), _Head(limit)
    timed_out = False
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(out.drain(child.stdout), err.drain(child.stderr))
            await child.wait()
    except TimeoutError:
        timed_out = True
    finally:
        _kill_group(child.pid)
        with contextlib.suppress(TimeoutError):  # closing the pipes first would reap the child behind asyncio's back
            await asyncio.wait_for(child.wait(), 1.0)
        child._transport.close()  # type: ignore[attr-defined]  # unread pipes: a flood's, or a grandchild's that left us
        code = await child.wait()
        await asyncio.sleep(0)  # lets the loop close the pipes
    return Completed(
        argv=argv,
        code=code,
        out=out.text(),
        err=err.text(),
        truncated=out.cut or err.cut,
        timed_out=timed_out,
        seconds=time.monotonic() - started,
    )


class _Head:
    """Keeps the first bytes of a stream and throws the rest away, so that a writer is never blocked by a full pipe."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.kept = bytearray()
        self.cut = False

    async def drain(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(CHUNK):
            room = self.limit - len(self.kept)
            self.kept += chunk[:room]
            self.cut = self.cut or len(chunk) > room

    def text(self) -> str:
        return self.kept.decode("utf-8", "replace")


def _kill_group(leader: int) -> None:
    """Also after a normal end: what a program leaves behind in its group must not outlive the look."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _checked(argv: Sequence[str]) -> tuple[str, ...]:
    if isinstance(argv, (str, bytes)) or not all(isinstance(word, str) for word in argv):
        raise TypeError("a program is started from a list of words, never from a string")
    words = tuple(argv)
    if not words or not words[0] or any("\0" in word for word in words):
        raise ValueError("an argv needs a program and holds no NUL")
    return words


def _is_program(path: Path) -> bool:
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except OSError:
        return False
