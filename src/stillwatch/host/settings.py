"""The files in /etc that any account of the host may read: which there are, what stands in them, and what differs."""

from __future__ import annotations

import difflib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from stillwatch.host.changes import DERIVED
from stillwatch.untrusted.redact import redact

PLACE: Final = "/etc"
LARGEST: Final = 65_536
MOST_FILES: Final = 4_000
MOST_ENTRIES: Final = 50_000
MOST_COMPARED: Final = 400
"""Lines of each side, between what both begin and end with: comparing costs their product."""
MOST_SHOWN: Final = 40
LONGEST_LINE: Final = 200
_KEYS: Final = (".key", ".p12", ".pfx", ".jks", ".kdbx", ".gpg", ".asc")


class Settings(NamedTuple):
    """stamp: changes with the file; digest: of what stands in it; text: the same with its secrets cut out."""

    stamp: str
    changed: float
    digest: str
    text: str


class Difference(NamedTuple):
    """text: lines with "+" and "-" as diff(1) writes them, those that are left out counted at the end."""

    text: str
    added: int
    removed: int


class Change(NamedTuple):
    """kind: "new", "changed", "secret" (only in what is cut out) or "gone"."""

    path: str
    at: float
    kind: str
    difference: str
    added: int
    removed: int


def listed(root: Path = Path("/")) -> Mapping[str, str]:
    """Path → stamp. Nothing that some account may not read, whoever asks; no links, nothing large, no keys."""
    return dict(_listed(root))


def read(path: str, root: Path = Path("/")) -> Settings | None:
    """None for what is gone, may not be read any more, or is no text."""
    try:
        opened = os.open(root / path.lstrip("/"), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(opened, "rb") as file:
        facts = os.fstat(file.fileno())
        if not _is_for_all(facts):
            return None
        try:
            raw = file.read(LARGEST + 1)
        except OSError:
            return None
    if b"\0" in raw or len(raw) > LARGEST:
        return None
    text = redact(raw.decode("utf-8", "replace"))
    return Settings(_stamp(facts), facts.st_mtime, hashlib.sha256(raw).hexdigest(), text)


def difference(before: str, after: str) -> Difference:
    old, new = before.splitlines(), after.splitlines()
    head = _alike(old, new)
    tail = min(_alike(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    gone, come = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(gone), len(come)) > MOST_COMPARED or not (gone and come):
        rows = [f"-{line}" for line in gone] + [f"+{line}" for line in come]
    else:
        told = list(difflib.unified_diff(gone, come, n=0, lineterm=""))[2:]
        rows = [line for line in told if not line.startswith("@@")]
    added = sum(line.startswith("+") for line in rows)
    shown = [line[:LONGEST_LINE] for line in rows[:MOST_SHOWN]]
    shown += [f"({len(rows) - MOST_SHOWN} lines more)"] if len(rows) > MOST_SHOWN else []
    return Difference("\n".join(shown), added, len(rows) - added)


def change_of(path: str, before: tuple[str, str] | None, now: Settings | None, at: float) -> Change:
    """before: digest and text as they were; at: this moment, at which the file may have been gone for a while."""
    differs = difference(before[1] if before else "", now.text if now else "")
    kind = "gone" if now is None else "new" if before is None else "changed" if differs.text else "secret"
    when = min(now.changed, at) if now else at
    return Change(path, when, kind, differs.text, differs.added, differs.removed)


def _alike(one: Sequence[str], two: Sequence[str]) -> int:
    """How many lines both begin with."""
    count = 0
    for mine, yours in zip(one, two, strict=False):
        if mine != yours:
            break
        count += 1
    return count


def _listed(root: Path) -> Iterator[tuple[str, str]]:
    entries, files = MOST_ENTRIES, MOST_FILES
    for folder, below, names in os.walk(root / PLACE.lstrip("/"), followlinks=False):
        below[:] = sorted(name for name in below if name not in DERIVED and _may_enter(f"{folder}/{name}"))
        for name in sorted(names):
            entries -= 1
            path = f"{folder}/{name}"
            if files <= 0 or entries <= 0:
                return
            try:
                facts = os.lstat(path)
            except OSError:
                continue
            if _is_for_all(facts) and not name.endswith(_KEYS):
                files -= 1
                yield f"/{os.path.relpath(path, root)}", _stamp(facts)


def _may_enter(folder: str) -> bool:
    try:
        return os.lstat(folder).st_mode & 0o005 == 0o005
    except OSError:
        return False


def _is_for_all(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) and bool(facts.st_mode & 0o004) and facts.st_size <= LARGEST


def _stamp(facts: os.stat_result) -> str:
    return f"{facts.st_mtime_ns}-{facts.st_size}-{facts.st_ino}"
