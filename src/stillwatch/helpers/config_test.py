"""The declared test of a file, run by root in a unit that reaches and changes nothing of the host (R39).

`config_test.py` answers one request on its socket; the root program asks it by `ask`. In that unit /run and /var/log
are empty, since a server that tests its configuration writes there: `ask` tells which folders it expects to find.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final

from stillwatch.helpers.child import run
from stillwatch.helpers.policyfile import entry
from stillwatch.helpers.request import RequestRefused, closed, read_object, serve
from stillwatch.unit.facts import paths_in

SOCKET = Path("/run/stillwatch-helpers/test.sock")
EMPTY: Final = ("/run", "/var/log")
MOST_FOLDERS: Final = 300
MOST_LINKS: Final = 40
OWN: Final = ("/tmp", "/var/tmp")  # noqa: S108
"""Of these a test has its own (PrivateTmp=)."""
DEEP: Final = 3
"""Levels below /run and /var/log down to which folders are there for a test."""
SECONDS: Final = 20.0
PATIENCE: Final = 35.0
INTERPRETERS: Final = re.compile(
    r"(?:ba|da|z|k|mk|c|tc|fi|a|r)?sh|busybox|toybox|env|python.*|pypy.*|perl.*|ruby.*|node(?:js)?|deno|bun|php(?!-fpm).*"
    r"|lua.*|[gmn]?awk|tclsh.*|wish.*|expect|guile.*|scheme.*|racket|java|dotnet|mono|pwsh|osascript|sed|ed|ex|vim?|nvim"
    r"|emacs.*|xargs|find|parallel|make|gdb|strace|ltrace|script|timeout|nice|ionice|nohup|setsid|chroot|unshare|nsenter"
    r"|setpriv|capsh|runuser|su|sudo|doas|pkexec|systemd-run|systemctl|ssh|socat|nc|ncat|flock|stdbuf|watch|time|tar|git"
)
"""Programs that run what they are told to, rather than test."""
ELSEWHERE: Final = re.compile(
    r"Cannot assign requested address|Network is unreachable|No route to host|[Hh]ost not found|not be resolved"
    r"|Name or service not known|Temporary failure in name resolution|Name does not resolve|Unknown host"
)
"""How libc and servers say that the network of a test lacks an address or a name. Such a test has not failed."""


def handle(request: dict[str, Any]) -> dict[str, Any]:
    closed(request, "do", {"test": {"name": str, "folders": list}})
    for folder in request["folders"]:
        _make(folder)
    ended = run(checked_argv(request["name"]), seconds=SECONDS, limit=16_384)
    if ended.code != 0 and (lacking := ELSEWHERE.search(ended.text)):
        reason = f"only the host's own network has what the test asks for ({lacking[0]}): it cannot be run here"
        raise RequestRefused(reason)
    return {"passed": ended.code == 0, "code": ended.code}


def _make(folder: object) -> None:
    """Raises RequestRefused for one that is not below /run or /var/log."""
    if not isinstance(folder, str) or ".." in folder.split("/") or not folder.startswith(tuple(f"{e}/" for e in EMPTY)):
        raise RequestRefused("a test gets folders below /run and /var/log alone")
    with contextlib.suppress(OSError):
        Path(folder).mkdir(parents=True, exist_ok=True)


def folders(empty: Sequence[str] = EMPTY) -> list[str]:
    """The folders that are there now, the first MOST_FOLDERS of them; those of other users' sessions are left out."""
    found: list[str] = []
    for top in empty:
        for place, below, _ in os.walk(top):
            depth = place.count("/") - top.count("/")
            below[:] = sorted(name for name in below if depth < DEEP and name != "user")
            found += [f"{place}/{name}" for name in below]
    return found[:MOST_FOLDERS]


def checked_argv(name: str) -> list[str]:
    """The declared test's argv. Raises RequestRefused where it is no plain program of root's, or names a place
    in which others than root could write."""
    argv = entry("files", "name", name).get("test")
    if not isinstance(argv, list) or not argv or not all(isinstance(word, str) for word in argv):
        raise RequestRefused(f"{name} has no test")
    program = os.path.realpath(argv[0])
    if not argv[0].startswith("/") or any(INTERPRETERS.fullmatch(Path(path).name) for path in (argv[0], program)):
        raise RequestRefused(f"{argv[0][:80]} is not a program that may test")
    if not Path(program).is_file():
        raise RequestRefused(f"{argv[0][:80]} is absent")
    for path in (argv[0], program, *_interpreter(program), *(path for word in argv[1:] for path in _paths(word))):
        check_roots_alone(path)
    return argv


def _paths(word: str) -> Iterator[str]:
    """Paths that a word names, in an option too; a word is also taken for a path from the root, where tests run."""
    yield from paths_in(word)
    if not word.startswith(("-", "/")) and os.path.lexists(f"/{word}"):
        yield f"/{word}"


def _interpreter(program: str) -> list[str]:
    """Of a script of root's own: what the kernel starts for it (execve(2)), which must be root's alone as well."""
    with open(program, "rb") as file:  # noqa: PTH123
        head = file.readline(256)
    return [os.fsdecode(word) for word in head[2:].split()[:1]] if head.startswith(b"#!") else []


def check_roots_alone(path: str) -> None:
    """Raises RequestRefused if others than root (run by a person: than that person) could write it or what leads to it.

    Every link on the way is followed one by one: who owns the folder of one decides where it leads.
    """
    todo, place, links, anybodys = list(reversed(PurePosixPath(path).parts)), PurePosixPath("/"), MOST_LINKS, False
    while todo:
        step = todo.pop()
        place = place.parent if step == ".." else place / step
        try:
            facts = os.lstat(place)
        except OSError:
            break  # what is absent is judged by the folder that it would lie in
        anybodys = _check_place(place, facts)
        if stat.S_ISLNK(facts.st_mode):
            links -= 1
            if links < 0:
                raise RequestRefused(f"{path[:80]} leads over more than {MOST_LINKS} links")
            leads = PurePosixPath(os.readlink(place))  # noqa: PTH115
            todo += reversed(leads.parts)
            place = place.parent
    if anybodys:
        raise RequestRefused(f"{path[:80]} could be written by others than root, so no test may name it")


def _check_place(place: PurePosixPath, facts: os.stat_result) -> bool:
    """Whether anybody may put something new there, and only the sticky bit keeps what is."""
    loose = bool(facts.st_mode & 0o022) and not stat.S_ISLNK(facts.st_mode)
    sticky = loose and stat.S_ISDIR(facts.st_mode) and bool(facts.st_mode & stat.S_ISVTX)
    if facts.st_uid not in (0, os.geteuid()) or (loose and not sticky):
        raise RequestRefused(f"{place} could be written by others than root, so no test may name it")
    return sticky and str(place) not in OWN


def ask(name: str) -> bool:
    """Whether the declared test passes. Raises RequestRefused where it cannot be run."""
    checked_argv(name)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(PATIENCE)
            link.connect(str(SOCKET))
            link.sendall(json.dumps({"do": "test", "name": name, "folders": folders()}).encode())
            link.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: link.recv(65_536), b""))
    except OSError as error:
        raise RequestRefused(f"no test can be run: {error}") from error
    reply = read_object(answer)
    if reply.get("ok") is not True:
        raise RequestRefused(str(reply.get("reason", "no test can be run")))
    return reply.get("passed") is True


if __name__ == "__main__":
    raise SystemExit(serve(handle, ()))
