"""Files of a unit that it does not name itself: its settings and its logs, by what the unit says and by custom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Final

from stillwatch.host.smallfile import content
from stillwatch.host.unitfiles import PLACES
from stillwatch.host.unitoutput import outputs_in
from stillwatch.records.unit import UnitState
from stillwatch.unit.facts import paths_of

HERE: Final = Path("/")
MOST_SETTINGS: Final = 120
MOST_LOGS: Final = 4
DEEPEST: Final = 4
_ENDINGS: Final = re.compile(r"(?:-server|-daemon|-service|d)$")
_BESIDE: Final = ("/etc/default/", "/etc/sysconfig/", "/etc/conf.d/")
_NO_SETTINGS: Final = re.compile(
    r"/etc/(?:init\.d|logrotate\.d|cron[^/]*|apparmor\.d|ssl/certs)/.*|.*\.(?:dpkg-\w+|bak|orig)"
)
_LOGS_DIRECTORY: Final = re.compile(rb"(?m)^[ \t]*LogsDirectory[ \t]*=[ \t]*([^\n%]{1,300})$")
_LOG_PATH: Final = re.compile(
    rb"(?im)^[ \t]*[^#;\n]{0,200}?log[^\n]{0,200}?[\s\"'=:(](/(?:var|srv|opt|run|data)/[\w@%+./-]{1,200})"
)
_ROTATED: Final = re.compile(r"\.(?:\d+|gz|xz|bz2|zst|old)$|-\d{8}")
_OF_CLIENTS: Final = re.compile(r"access|request|quer(?:y|ies)|audit|stat(?:s|us)|transfer|slow", re.I)
"""Logs of what others asked for: their trouble is not the service's."""
_LOG_PLACE: Final = "/var/log/"


def stems_of(unit: UnitState) -> list[str]:
    """Names by which its files are called: the unit's, its program's, its user's; each also without its ending."""
    program = PurePosixPath(unit.exec_start[0]).name if unit.exec_start else ""
    names = [unit.name.partition(".")[0].partition("@")[0], program, unit.user]
    return list(dict.fromkeys(_shorter(name for name in names if len(name) > 2 and name != "root")))


def _shorter(names: Iterable[str]) -> list[str]:
    """These names, and behind them what is left of them without their endings."""
    known = list(names)
    return [*known, *(short for name in known if len(short := _ENDINGS.sub("", name)) > 2)]


def settings_of(unit: UnitState, root: Path = HERE) -> list[str]:
    """Files in which people set what it does, those that the unit names first."""
    stems = stems_of(unit)
    named = [path for path in (unit.fragment_path, *unit.additions, *paths_of(unit)) if path]
    customary = [f"{place}{stem}" for place in _BESIDE for stem in stems]
    folders = [f"/etc/{stem}" for stem in stems]
    alike = (f"/{file.relative_to(root)}" for stem in stems for file in _matching(root / "etc", f"{stem}.*"))
    shipped = (line for stem in stems for line in _shipped(root, stem))
    files = chain.from_iterable(_files(root, path) for path in [*named, *customary, *folders, *alike, *shipped])
    return list(islice(dict.fromkeys(path for path in files if not _NO_SETTINGS.fullmatch(path)), MOST_SETTINGS))


def logs_of(unit: UnitState, since: float = 0.0, root: Path = HERE) -> list[str]:
    """Log files that it writes itself, written to since then, the last written first."""
    files = [path for path in (unit.fragment_path, *unit.additions) if path]
    stems = stems_of(unit)
    named = [*outputs_in(files), *(path for path in paths_of(unit) if "log" in path)]
    for path in settings_of(unit, root):
        named += _logs_named(content(str(root / path.lstrip("/"))))
    named += [f"{_LOG_PLACE}{folder}" for path in files for folder in _folders(path)]
    named += [f"{_LOG_PLACE}{stem}{end}" for stem in stems for end in ("", ".log")]
    written: dict[str, float] = {}
    for path in dict.fromkeys(named):
        for file in _files(root, path.rstrip("/"), deepest=1):
            at = (root / file.lstrip("/")).stat().st_mtime
            if at >= since and not _ROTATED.search(file):
                written[file] = at
    return sorted(written, key=lambda file: -written[file])[:MOST_LOGS]


def named_after(root: Path = HERE) -> dict[str, str]:
    """Logs below /var/log that are called as a service that is installed, or lie in a folder that is; with its unit."""
    services = _services(root)
    units = {short: name for name in services for short in _shorter([name])} | {name: name for name in services}
    found: dict[str, str] = {}
    for entry in _matching(root / _LOG_PLACE.strip("/"), "*"):
        if (unit := units.get(entry.name.removesuffix(".log"), "")) and len(entry.name) > 2:
            for path in islice(_files(root, f"{_LOG_PLACE}{entry.name}", deepest=1), MOST_SETTINGS):
                if not _ROTATED.search(path) and not _OF_CLIENTS.search(path[len(_LOG_PLACE) :]):
                    found[path] = f"{unit}.service"
    return found


def _services(root: Path) -> list[str]:
    """Names of what is installed to run, as unit files or scripts of old."""
    files = [file for place in PLACES for file in _matching(root / place.lstrip("/"), "*.service")]
    names = [file.name.removesuffix(".service") for file in files if "@" not in file.name]
    return [*names, *(file.name for file in _matching(root / "etc/init.d", "*"))]


def _logs_named(settings: bytes) -> list[str]:
    """Absolute paths in lines that speak of a log and are no comments."""
    rows = (line for line in settings.splitlines() if b"log" in line.lower() and line.lstrip()[:1] not in (b"#", b";"))
    return [path.decode(errors="replace") for line in rows for path in _LOG_PATH.findall(b" " + line[:500])]


def _folders(unit_file: str) -> list[str]:
    return [
        name for row in _LOGS_DIRECTORY.findall(content(unit_file)) for name in row.decode(errors="replace").split()
    ]


def _shipped(root: Path, stem: str) -> list[str]:
    """What dpkg takes for settings of the package of that name."""
    return content(str(root / f"var/lib/dpkg/info/{stem}.conffiles")).decode(errors="replace").splitlines()


def _matching(folder: Path, pattern: str) -> Iterable[Path]:
    try:
        return sorted(folder.glob(pattern.replace("[", "[[]")))
    except OSError:
        return ()


def _files(root: Path, path: str, deepest: int = DEEPEST) -> Iterator[str]:
    """The path where it is a regular file; of a folder those below it, as far as they may be seen."""
    place = root / path.lstrip("/")
    try:
        if place.is_file():
            yield path
        elif place.is_dir() and deepest > 0 and path.count("/") > 1:
            for entry in sorted(place.iterdir()):
                yield from _files(root, f"{path}/{entry.name}", deepest - 1)
    except OSError:
        return
