"""The host's runs as the journal keeps them, the newest first, and how each ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from systemd import _reader

from stillwatch.errors import NotReachable
from stillwatch.untrusted.redact import safe_text

MOST: Final = 20
LAST: Final = 40
Ended = Literal["still runs", "was shut down", "was rebooted", "ended without a shutdown", "unknown"]
_ORDERLY: Final = (
    ("rebooted", ("reached target reboot", "system is rebooting", "rebooting")),
    (
        "shut down",
        ("reached target power", "reached target system power off", "system is powering down", "powering off"),
    ),
    ("shut down", ("reached target shutdown", "journal stopped", "reached target system shutdown")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """first, last: wall seconds of its first and last entry; last_words: its last entries, oldest first."""

    id: str
    first: float
    last: float
    ended: Ended
    last_words: tuple[str, ...]


def boots() -> list[Boot]:
    """Blocks briefly. Raises NotReachable where no journal may be read."""
    try:
        with _reader._Reader(_reader.LOCAL_ONLY) as reader:
            names = sorted(str(name) for name in reader.query_unique("_BOOT_ID"))[:1000]
            found = [one for name in names if (one := _boot(reader, name))]
    except (OSError, ValueError) as error:
        raise NotReachable(f"the journal cannot be opened: {error}") from error
    found.sort(key=lambda one: -one.first)
    if found:
        newest = found[0]
        found[0] = Boot(id=newest.id, first=newest.first, last=newest.last, ended="still runs", last_words=())
    return found[:MOST]


def _boot(reader: Any, name: str) -> Boot | None:
    reader.flush_matches()
    reader.add_match(f"_BOOT_ID={name}")
    reader.seek_head()
    if not reader._next():
        return None
    first = reader._get_realtime() / 1e6
    reader.seek_tail()
    words, last = list[str](), first
    for number in range(LAST):
        if not reader._previous():
            break
        last = reader._get_realtime() / 1e6 if number == 0 else last
        words.append(safe_text(_message(reader), 200))
    return Boot(id=name, first=first, last=last, ended=how_it_ended(words), last_words=tuple(reversed(words[:5])))


def how_it_ended(words: list[str]) -> Ended:
    """By the last entries, the newest first."""
    lowered = [word.casefold() for word in words]
    for what, marks in _ORDERLY:
        if any(mark in word for word in lowered for mark in marks):
            return "was rebooted" if what == "rebooted" else "was shut down"
    return "ended without a shutdown" if words else "unknown"


def _message(reader: Any) -> str:
    try:
        value = reader._get("MESSAGE")
    except (OSError, KeyError, ValueError):
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
