"""What was changed on this host lately: configuration, unit files, local programs, packages. Newest first, bounded."""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from stillwatch.records.event import Event, Untrusted
from stillwatch.untrusted.redact import safe_text

PLACES = (
    "/etc",
    "/usr/local/lib/systemd",
    "/lib/systemd/system",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/etc",
    "/opt",
)
PACKAGE_LOGS = ("/var/log/dpkg.log", "/var/log/pacman.log")
TAIL = 65_536
DERIVED = frozenset({"__pycache__", "node_modules", ".git", ".cache"})
"""Folders that programs fill by themselves; nobody changed the host there."""
CACHE_TAG = "CACHEDIR.TAG"
"""Marks a folder as a cache: https://bford.info/cachedir/"""


def changes(host: str, since: float, *, root: Path = Path("/"), limit: int = 100, entries: int = 20_000) -> list[Event]:
    """Files whose content changed after `since` (seconds since the epoch), and the newest package operations."""
    seen = heapq.nlargest(limit, _changed(root, since, entries), key=itemgetter(0))
    found = [_of_file(host, root, path, facts) for _, path, facts in seen]
    for log in PACKAGE_LOGS:
        found += _packages(host, root / log.lstrip("/"), since)
    return sorted(found, key=lambda event: -event.at)[:limit]


def _changed(root: Path, since: float, entries: int) -> Iterator[tuple[float, str, os.stat_result]]:
    """When, which, and its facts. Plain strings: on a host that was just made it is nearly every file."""
    left = entries
    for place in PLACES:
        for folder, below, names in os.walk(root / place.lstrip("/"), followlinks=False):
            below[:] = [] if CACHE_TAG in names else [name for name in below if name not in DERIVED]
            for name in names if CACHE_TAG not in names else ():
                left -= 1
                path = f"{folder}/{name}"
                try:
                    facts = os.lstat(path)
                except OSError:
                    continue
                if facts.st_mtime >= since:
                    yield facts.st_mtime, path, facts
            if left <= 0:
                break


def _of_file(host: str, root: Path, path: str, facts: os.stat_result) -> Event:
    shown = "/" + safe_text(str(Path(path).relative_to(root)), 300)
    fields = {"owner": str(facts.st_uid), "mode": f"{facts.st_mode & 0o7777:04o}"}
    return _event(host, facts.st_mtime, shown, f"{shown} changed", fields)


def _packages(host: str, log: Path, since: float) -> list[Event]:
    """The log's newest operations, dated by the log itself: its lines carry local time without a zone."""
    try:
        at = log.stat().st_mtime
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL))
            lines = file.read(TAIL).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    words = (" install ", " upgrade ", " remove ", " purge ", " installed ", " upgraded ", " removed ")
    seen = [line for line in lines if any(word in line for word in words) and " status " not in line][-10:]
    return [_event(host, at, str(log), line, {"kind": "package"}) for line in seen] if at >= since else []


def _event(host: str, at: float, subject: str, text: str, fields: dict[str, str]) -> Event:
    return Event(
        host=host, at=at, source="change", subject=subject, text=Untrusted(safe_text(text, 400)), fields=fields
    )
