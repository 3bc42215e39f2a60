"""What only root may read, as names and counts: read here where we are root, else told by the peek program."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from stillwatch.helpers.mail_waiting import Queue, mail_waiting
from stillwatch.helpers.own_crontabs import OwnCrontabs, own_crontabs
from stillwatch.helpers.sudoers import Sudoers, sudoers
from stillwatch.host.peek import peek

T = TypeVar("T")
HERE: Final = Path("/")


def who_may_sudo(root: Path = HERE) -> Sudoers | None:
    """None where it cannot be seen."""
    return sudoers(root) if _may(root) else _told("sudoers", "sudoers", Sudoers)


def crontabs(root: Path = HERE) -> OwnCrontabs | None:
    """None where they cannot be seen."""
    return own_crontabs(root) if _may(root) else _told("crontabs", "crontabs", OwnCrontabs)


def mail_queues(root: Path = HERE) -> list[Queue]:
    """A count is None where it cannot be seen."""
    here = mail_waiting(root)
    if _may(root) or all(queue["count"] is not None for queue in here):
        return here
    kind: Any = list[Queue]
    rows: list[Queue] | None = _told("mail", "queues", kind)
    return here if rows is None else rows


def _may(root: Path) -> bool:
    """Root's own eyes are enough; of another root the peek program knows nothing."""
    return os.geteuid() == 0 or root != HERE


def _told(see: str, name: str, kind: type[T]) -> T | None:
    answer = peek({"see": see})
    with contextlib.suppress(KeyError, msgspec.ValidationError):
        return msgspec.convert(answer[name], kind)
    return None
