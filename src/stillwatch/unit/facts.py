"""What a unit's own description says: its paths, its ports, where its file lies, whether it is failing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stillwatch.records.unit import UnitState

OWN_PLACES: Final = ("/etc/systemd/system/", "/usr/local/lib/systemd/system/", "/run/systemd/system/")
"""Where administrators put units of their own; what packages ship lies in /usr/lib/systemd/system."""
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s\"']*")
_PATH: Final = re.compile(r"(?:^|(?<=[\s\"'=,;(])|(?<=^-[A-Za-z])|(?<=\bunix:)|(?<=\bfile:))/(?!/)[^\s\"'=:,;]{1,250}")
_PORT: Final = re.compile(r"(?<![\w.])(?:[\w.\[\]:/-]*:)?(\d{2,5})(?![\w.])")


_TIME: Final = re.compile(r"(?<![\d.:\]])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])")

_WRITTEN: Final = re.compile(r".*\.(?:pid|sock|socket|lock|log|tmp)$|/(?:var/)?run/.*|/proc/.*|/dev/.*|/sys/.*")


def is_written(path: str) -> bool:
    """Whether a program makes it itself: that it is missing or new says only how far the program got."""
    return _WRITTEN.fullmatch(path) is not None


def without_times(words: str) -> str:
    """The words without the times of day in them: "18:41:22" names no host and no port."""
    return _TIME.sub(" ", words)


def is_own(fragment_path: str) -> bool:
    """Whether an administrator, not a package, put the unit's file there."""
    return fragment_path.startswith(OWN_PLACES)


def is_failing(unit: UnitState | None) -> bool:
    """Failed, or failing and started again and again, by PID 1's word."""
    return unit is not None and (unit.active_state == "failed" or unit.sub_state.startswith("auto-restart"))


def paths_of(unit: UnitState, *, with_program: bool = False) -> list[str]:
    """Absolute paths of this host in its command line and environment.

    The path of a URL lies on another host ("https://example.org/etc"), unless it names none ("file:///etc/x"); so does
    what follows a host and a colon ("backup:/srv"). R15: a unit's own paths may name what a change is made to.
    """
    words = _words(unit)
    if with_program:
        words = [*unit.exec_start[:1], *words]
    return list(dict.fromkeys(path for word in words for path in paths_in(word)))


def paths_in(word: str) -> Iterator[str]:
    """Absolute paths of this host in one word of a command line; each entry of a list like PATH is one."""
    for piece in _ADDRESS.split(word):
        for entry in _entries(piece):
            yield from (path.rstrip("/.") for path in _PATH.findall(entry) if path.strip("/."))
    for address in _ADDRESS.findall(word):
        rest = address.partition("://")[2]
        if rest.startswith("/"):  # no host: sqlite:////var/lib/x and unix:///run/x name files of this one
            yield from paths_in("/" + rest.lstrip("/").partition("?")[0].partition("#")[0])


def _entries(word: str) -> list[str]:
    """Of a list of paths its entries: each one begins at the root, or an option's name stands before the first."""
    entries = word.split(":")
    rooted = [entry.rpartition("=")[2] for entry in entries[:1]] + entries[1:]
    return entries if len(entries) > 1 and all(entry.startswith("/") for entry in rooted) else [word]


def ports_of(unit: UnitState) -> frozenset[int]:
    """Numbers in its command line and environment that can be ports."""
    numbers = (int(match) for word in _words(unit) for match in _PORT.findall(word))
    return frozenset(number for number in numbers if 0 < number < 65536)


def _words(unit: UnitState) -> list[str]:
    return [*unit.exec_start[1:], *(unit.environment or {}).values()]
