"""Space that may be had again: old files of the journal, packages that can be fetched anew. Read here, then freed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from stillwatch.helpers.child import program, run
from stillwatch.helpers.policyfile import entry
from stillwatch.helpers.request import HalfDone, RequestRefused

JOURNALS: Final = ("/var/log/journal", "/run/log/journal")
PACKAGES: Final = "/var/cache/apt/archives"
KEPT: Final = 200
"""Megabytes of the journal where the policy file does not say how many."""
MEGABYTE: Final = 1_048_576
MOST: Final = 20_000
_ARCHIVED: Final = re.compile(r"[\w.-]{1,100}@[\w-]{1,120}\.journal~?")
_JOURNAL: Final = re.compile(r"[\w.@-]{1,220}\.journal~?")
_PACKAGE: Final = re.compile(r"[\w.+~%-]{1,250}\.deb")


def journal(directory: str) -> dict[str, Any]:
    """What vacuuming would free: archived files alone, and no more than lies above what the policy keeps."""
    keep = _kept(directory) * MEGABYTE
    files = [*_sizes(directory, _JOURNAL), *(one for place in _folders(directory) for one in _sizes(place, _JOURNAL))]
    archived = sum(size for name, size in files if _ARCHIVED.fullmatch(name))
    return _gain(directory, min(archived, max(0, sum(size for _, size in files) - keep)))


def vacuum(directory: str) -> dict[str, Any]:
    before = journal(directory)
    _do([program("journalctl"), "--quiet", f"--directory={directory}", f"--vacuum-size={_kept(directory)}M"])
    return {"bytes": max(0, before["bytes"] - journal(directory)["bytes"])}


def packages(which: str) -> dict[str, Any]:
    """What apt would free: packages that were fetched, and can be again."""
    if entry("package_caches", "program", which)["program"] != "apt":
        raise RequestRefused(f"{which[:80]} is no program whose packages are known here")
    found = [size for place in (PACKAGES, f"{PACKAGES}/partial") for _, size in _sizes(place, _PACKAGE)]
    return _gain(PACKAGES, sum(found))


def clean(which: str) -> dict[str, Any]:
    before = packages(which)
    _do([program("apt-get"), "clean"])
    return {"bytes": max(0, before["bytes"] - packages(which)["bytes"])}


def _kept(directory: str) -> int:
    """Megabytes of the journal that stay. Raises RequestRefused for one that policy or systemd does not have."""
    keep = entry("journal", "directory", directory).get("keep_megabytes", KEPT)
    if directory not in JOURNALS or type(keep) is not int or keep < 1:
        raise RequestRefused(f"{directory[:200]} is not where a journal lies, or nothing says how much of it stays")
    return keep


def _do(argv: list[str]) -> None:
    ended = run(argv, seconds=60, limit=4_096)
    if ended.code != 0:
        raise HalfDone(f"{Path(argv[0]).name} ended with {ended.code}")


def _gain(directory: str, freed: int) -> dict[str, Any]:
    """used_percent: of the directory's file system, as df counts it; then: what it would be without those bytes."""
    try:
        facts = os.statvfs(directory)
    except OSError as error:
        raise RequestRefused(f"{directory}: {error.strerror}") from error
    left, whole = facts.f_bavail * facts.f_frsize, max(facts.f_blocks * facts.f_frsize, 1)
    used, then = (100 - room * 100 // whole for room in (left, left + freed))
    return {"directory": directory, "bytes": freed, "used_percent": used, "then_percent": max(then, 0)}


def _folders(directory: str) -> list[str]:
    return [entry.path for entry in _entries(directory) if entry.is_dir(follow_symlinks=False)]


def _sizes(directory: str, names: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    for one in _entries(directory):
        facts = one.stat(follow_symlinks=False)
        if names.fullmatch(one.name) and stat.S_ISREG(facts.st_mode):
            yield one.name, facts.st_blocks * 512


def _entries(directory: str) -> list[os.DirEntry[str]]:
    """None where there is no such directory. Raises RequestRefused where there are too many."""
    try:
        with os.scandir(directory) as listing:
            found = [one for one, _ in zip(listing, range(MOST + 1), strict=False)]
    except OSError:
        return []
    if len(found) > MOST:
        raise RequestRefused(f"{directory} holds more than {MOST} entries")
    return found
