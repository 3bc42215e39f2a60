"""The model program: one model server as a throw-away user, for as long as whoever asked holds the connection.

Request, one line: {"serve": "model", "file", "port", "key", "context", "threads", "gpu_layers"}. Back comes what the
server writes to stderr, and two lines that begin with NUL: first the engine that serves, and at last how it ended, or
why it was refused. When the connection ends, so does the server.

Run as `python -I -m stillwatch.helpers.llama ENGINE…` (helpers/engine.py): the first that runs here is taken, so that a
better one is used from the next start on.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers.engine import arguments, first_that_runs, taken
from stillwatch.helpers.request import MAX_BYTES, RequestRefused, check_caller, closed, read_object, tell

CALLERS: Final = ("stillwatch",)
MODELS: Final = Path("/var/lib/stillwatch/models")
SECONDS: Final = 10.0
ENVIRONMENT: Final = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "OMP_WAIT_POLICY": "passive"}
"""Threads that spin while they wait for one another slow a busy host down several times over (decision 0002)."""
END: Final = b"\0"
"""Begins our own lines; in the server's it is a blank."""
_FIELDS: Final = {"file": str, "port": int, "key": str, "context": int, "threads": int, "gpu_layers": int}
_RANGES: Final = {
    "port": (1024, 65_535),
    "context": (512, 1_048_576),
    "threads": (0, 1024),
    "gpu_layers": (-1, 10_000),
}


def checked(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises RequestRefused for any field that is not in its range, and for a file that is no model of the service."""
    closed(request, "serve", {"model": _FIELDS})
    for name, (least, most) in _RANGES.items():
        if not least <= request[name] <= most:
            raise RequestRefused(f"{name} is {least} to {most}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,100}", request["key"]):
        raise RequestRefused("this is no key")
    file = Path(request["file"])
    if file.parent != MODELS or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,200}\.gguf", file.name):
        raise RequestRefused(
            f"the models of the service lie in {MODELS}: `stillwatch models import FILE` brings one there"
        )
    if os.path.islink(file) or not os.path.isfile(file) or not os.access(file, os.R_OK):  # noqa: PTH113,PTH114 – never raise
        raise RequestRefused(f"{file} cannot be read here; it must be a file that all may read, and no link")
    return request


def serve(engines: Sequence[str]) -> int:
    """Run the one server that is asked for on standard input, until it or the connection ends."""
    try:
        check_caller(CALLERS)
        request = checked(read_object(_line()))
        outcome = _run(_engine(engines), request)
    except RequestRefused as refused:
        outcome = f"refused: {refused}"
    except OSError as error:
        outcome = f"refused: the engine cannot be started: {error.strerror}"
    if outcome:
        tell(END + outcome.encode() + b"\n")
    return 0


def _engine(engines: Sequence[str]) -> str:
    """The first that runs here, for the caller; a single one is taken at its word. Raises RequestRefused for none."""
    chosen, failed = (taken(engines[0]), []) if len(engines) == 1 else first_that_runs(engines)
    if chosen is None:
        raise RequestRefused("; ".join(map(str, failed)) or "there is no engine here: `stillwatch install` brings one")
    tell(END + f"engine {chosen}\n".encode())
    return chosen.name


def _run(engine: str, request: Mapping[str, Any]) -> str:
    """How it ended; "" where whoever asked is gone."""
    key = os.memfd_create("key")  # on no disk, and gone with the process
    os.write(key, request["key"].encode() + b"\n")
    settings = {name: request[name] for name in ("port", "context", "threads", "gpu_layers")}
    argv = arguments(engine, model=request["file"], key_file=f"/proc/self/fd/{key}", **settings)
    child = _start(argv, key)
    assert child.stderr is not None
    errors = child.stderr.fileno()
    while 0 not in (ready := select.select([0, errors], [], [])[0]):
        assert ready
        piece = os.read(errors, 65_536)
        if not piece:
            tell(b"\n")  # its own last line may have no end
            return f"ended {child.wait()}"
        tell(piece.replace(END, b" "))
    child.kill()
    child.wait()
    return ""


def _start(argv: Sequence[str], key: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd="/",
        pass_fds=(key,),
    )


def _line() -> bytes:
    """The request; the connection stays open behind it. Raises RequestRefused where none comes."""
    taken = b""
    while not taken.endswith(b"\n") and len(taken) <= MAX_BYTES:
        if not select.select([0], [], [], SECONDS)[0] or not (piece := os.read(0, 65_536)):
            raise RequestRefused("no request came")
        taken += piece
    return taken


if __name__ == "__main__":
    raise SystemExit(serve(sys.argv[1:]))
