"""The look program: run one accepted diagnostic. It judges the words again, and each path as resolved.

Request: {"look": "command", "line": "df -h"} – the line as typed. Reply: argv, code, text, truncated, timed_out.
"""

from __future__ import annotations

import os
from typing import Any, Final

from stillwatch.grammar import values
from stillwatch.grammar.command import Judged, judge
from stillwatch.helpers.child import run
from stillwatch.helpers.request import RequestRefused, closed, serve

SECONDS: Final = 30.0
LIMIT: Final = 262_144
CALLERS: Final = ("stillwatch", "stillwatch-gate")


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """Raises RequestRefused with the grammar's reason; whatever ran is reported, good or bad."""
    closed(request, "look", {"command": {"line": str}})
    judged = judge(request["line"])
    if judged.verdict != "allow":
        raise RequestRefused(judged.reason)
    if judged.network:
        raise RequestRefused(f"{judged.argv[0]} needs the network, which this process has not")
    check_resolved(judged)
    _check_program(judged.argv[0])
    try:
        ended = run(judged.argv, seconds=SECONDS, limit=LIMIT)
    except OSError as error:
        raise RequestRefused(f"{judged.argv[0]}: {error.strerror}") from error
    return {
        "argv": list(judged.argv),
        "code": ended.code,
        "text": ended.text,
        "truncated": ended.truncated,
        "timed_out": ended.timed_out,
    }


def check_resolved(judged: Judged) -> None:
    """A symbolic link must not lead out of what may be read."""
    for kind, path in judged.paths:
        real = os.path.realpath(path)
        if not values.path_rule(kind).accepts(real):
            raise RequestRefused(f"{path} leads to {real[:200]}, which may not be read")


def _check_program(path: str) -> None:
    """Only a program that nobody but root can have written."""
    try:
        facts = os.stat(os.path.realpath(path))  # noqa: PTH116
    except OSError as error:
        raise RequestRefused(f"{path} is not installed here") from error
    if facts.st_uid != 0 or facts.st_mode & 0o022:
        raise RequestRefused(f"{path} could have been written by others than root")


if __name__ == "__main__":
    raise SystemExit(serve(handle, CALLERS))
