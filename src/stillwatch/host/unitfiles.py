"""Which installed units speak of a port, whether or not PID 1 knows them now: stopped ones it has forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from stillwatch.host.unitports import ports_in

PLACES: Final = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
MOST: Final = 1000
LARGEST: Final = 65_536
_SPOKEN: Final = re.compile(r"^\s*(Exec\w+|Environment|ListenStream|ListenDatagram)\s*=(.*)$", re.MULTILINE)
_FILES: Final = re.compile(r"(?<![\w/.])/(?:etc|usr/local/(?:etc|s?bin)|opt)/[\w@%+./-]{1,200}")


def claims(port: int, paths: Sequence[str] = PLACES) -> list[dict[str, Any]]:
    """Of services and sockets: name, path, and how the port is named: "listens" (a socket unit's own line), "names" (an
    argument, variable or a file that it reads) or "asks" (only in an address with a host, as a client does)."""
    found: dict[str, dict[str, Any]] = {}
    for path in _unit_files(paths):
        try:
            text = path.read_text(errors="replace")[:LARGEST]
        except OSError:
            continue
        how = _how(text.replace("\\\n", " "), port)
        if how:
            found.setdefault(path.name, {"unit": path.name, "path": str(path), "how": how})
    return sorted(found.values(), key=lambda row: (row["how"] == "asks", row["unit"]))


def _unit_files(paths: Sequence[str]) -> Iterator[Path]:
    """The first MOST files; a link to /dev/null (a masked unit) hides nothing: the file below it says what it was."""
    seen: set[Path] = set()
    for place in paths:
        try:
            files = sorted(Path(place).iterdir())
        except OSError:
            continue
        for path in files[:MOST]:
            real = path.resolve()
            if path.suffix in (".service", ".socket") and real not in seen and real.is_file():
                seen.add(real)
                yield path


def _how(text: str, port: int) -> str:
    lines = _SPOKEN.findall(text)
    number = re.compile(rf"(?<![\w.]){port}(?![\w.])")
    if any(name.startswith("Listen") and number.search(value) for name, value in lines):
        return "listens"
    asks = re.compile(
        rf"(?:[a-z][a-z0-9+]*://|@|\b[a-z][\w.-]*[a-z]:)[^\s\"']*\b{port}\b|\b\d+\.\d+\.\d+\.\d+:{port}\b", re.I
    )
    words = [word for name, value in lines if not name.startswith("Listen") for word in value.split()]
    naming = [word for word in words if number.search(word)]
    if any(not asks.search(word) for word in naming):
        return "names"
    if naming:
        return "asks"
    files = [path for word in words for path in _FILES.findall(word)]
    return "names" if port in ports_in(files) else ""
