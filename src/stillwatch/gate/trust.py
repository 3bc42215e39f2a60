"""Files that the gate believes: owned by root (in a trial by the user), and writable by nobody else, up to the root."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from stillwatch.gate.change.action import Refused

MAX_BYTES: Final = 1_048_576


def read_trusted(path: Path, owners: frozenset[int] | None) -> bytes:
    """The file's bytes. owners: uids that may own it and its directories; None: a file of the program itself.

    Raises Refused if it cannot be read, is no plain file, too large, or if somebody else could have written it.
    """
    try:
        real = path.resolve(strict=True)
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_BYTES:
                raise Refused(f"{path}: not a plain file of at most 1 MiB")
            if owners is not None:
                _check(path, facts, owners)
                for folder in real.parents:
                    _check(folder, folder.stat(), owners | {0})
            return file.read(MAX_BYTES)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error


def _check(path: Path, facts: os.stat_result, owners: frozenset[int]) -> None:
    shared = facts.st_mode & 0o022
    sticky = stat.S_ISDIR(facts.st_mode) and facts.st_mode & stat.S_ISVTX and facts.st_uid == 0
    if facts.st_uid not in owners or (shared and not sticky):
        raise Refused(
            f"{path}: others could change it, so it is not read (owner {facts.st_uid}, mode {facts.st_mode:o})"
        )
