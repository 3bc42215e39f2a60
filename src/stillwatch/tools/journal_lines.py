"""The newest lines of the journal that match, for the tools."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import PurePosixPath

from stillwatch.errors import NotReachable
from stillwatch.records.line import Line
from stillwatch.tools.tool import HostReader
from stillwatch.untrusted.redact import safe_text

READ = 100_000
SYSTEM_PLACES = ("/usr/", "/bin/", "/sbin/", "/lib/", "/nix/store/", "/run/wrappers/")


def last_lines(reader: HostReader, unit: str, text: str, seconds: float, count: int) -> list[str]:
    """At most READ lines are looked at; none where there is no journal."""
    return [as_text(line) for line in matching(reader, unit, text, seconds, count)]


def as_text(line: Line) -> str:
    """Who, and what was said."""
    return f"{line.subject}: {safe_text(line.text, 300)}"


def matching(reader: HostReader, unit: str, text: str, seconds: float, count: int) -> list[Line]:
    """The same, as lines."""
    if reader.journal is None:
        return []
    since = reader.clock.now() - seconds
    lines = islice(reader.journal(since=since, unit=unit or None), READ)
    found = (line for line in lines if text.casefold() in line.text.casefold())
    return list(deque(found, maxlen=count))


def newest(reader: HostReader, seconds: float, most: int, *, unit: str = "", matches: Sequence[str] = ()) -> list[Line]:
    """The last `most` lines, oldest first. Raises NotReachable where no journal is read."""
    if reader.journal is None:
        raise NotReachable("no journal is read here")
    lines: Iterable[Line] = reader.journal(since=reader.clock.now() - seconds, unit=unit or None, matches=matches)
    return list(deque(islice(lines, READ), maxlen=most))


def said_by(reader: HostReader, programs: Sequence[str], seconds: float, most: int = 5_000) -> list[Line]:
    """What these programs of the system said: anybody may take their name, so root or the program itself spoke."""
    lines = newest(reader, seconds, most, matches=[f"SYSLOG_IDENTIFIER={name}" for name in programs])
    return [line for line in lines if line.trusted or line.field("_UID") == "0" or _is_itself(line, programs)]


def _is_itself(line: Line, programs: Sequence[str]) -> bool:
    """Whether the file of the system's that spoke is one of these: `logger` is the system's, too, and says anything."""
    file = line.field("_EXE")
    name = PurePosixPath(file).name.removeprefix(".").removesuffix("-wrapped")
    return file.startswith(SYSTEM_PLACES) and name in programs
