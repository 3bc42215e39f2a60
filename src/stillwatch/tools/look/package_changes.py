"""Packages that were installed, upgraded or removed lately, by which command and person.

From apt's history; what was done by dpkg alone stands in dpkg's own log, which names no person.
"""

from __future__ import annotations

import contextlib
import glob
import gzip
import itertools
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from stillwatch.records.iso import iso
from stillwatch.tools.tool import HostReader, Look, Tool, in_thread

LOGS = "/var/log/apt/history.log"
DPKG = "/var/log/dpkg.log"
INFO = "/var/lib/dpkg/info"
DPKG_KINDS = {"install": "Install", "upgrade": "Upgrade", "remove": "Remove", "purge": "Purge"}
LONGEST_RUN = 3600.0
"""Seconds that a run of apt takes at most."""
TOGETHER = 60.0
"""Seconds: what dpkg did so soon after the step before belongs to one run."""
KINDS = ("Install", "Upgrade", "Remove", "Purge", "Downgrade", "Reinstall")


class Arguments(Tool, frozen=True):
    """Packages that were installed, upgraded or removed lately, by which command and person."""

    hours: Annotated[float, Meta(gt=0, le=720, description="how far back")] = 168.0
    path: Annotated[str, Meta(max_length=4096, description="only packages that hold this file")] = ""

    async def look(self, reader: HostReader) -> Look:
        since = reader.clock.now() - self.hours * 3600
        text = reader.text(LOGS)
        for older in reader.paths(f"{LOGS}.1.gz"):
            with contextlib.suppress(OSError, EOFError):
                text = gzip.decompress(older.read_bytes()[:4_194_304]).decode("utf-8", "replace") + "\n\n" + text
        known = runs(text)
        known += by_dpkg(reader.text(DPKG, 16_777_216), known)
        rows = sorted((row for row in reversed(known) if row["at"] >= since), key=lambda row: -row["at"])
        if self.path:
            held = await in_thread(lambda: [_only(row, holders(reader, row, self.path)) for row in rows])
            rows = [row for row in held if row["packages"]]
        lines = [
            f"{iso(row['at'])} {row['by'] or 'unknown'} ({row['command'][:80]}): "
            + "; ".join(f"{kind} {', '.join(names[:8])}" for kind, names in row["packages"].items())
            for row in rows[:20]
        ]
        return Look(
            "\n".join(lines) or f"no package was changed in {self.hours:g} h", {"runs": rows, "hours": self.hours}
        )


def runs(history: str) -> list[dict[str, Any]]:
    """apt's history.log, oldest first; its times are the host's own."""
    found = []
    for block in history.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        with contextlib.suppress(ValueError, KeyError):
            at = datetime.strptime(fields["Start-Date"], "%Y-%m-%d  %H:%M:%S").astimezone().timestamp()
            packages = {kind: _names(fields[kind]) for kind in KINDS if kind in fields}
            row = {
                "at": at,
                "command": fields.get("Commandline", ""),
                "by": fields.get("Requested-By", "").split(" ")[0],
            }
            found.append({**row, "packages": packages})
    return found


def holders(reader: HostReader, row: dict[str, Any], path: str) -> set[str]:
    """Those of the packages that hold the file, by dpkg's lists (dpkg-query(1)); /bin is /usr/bin here or there."""
    file = path.removeprefix("/usr")
    names = {name for names in row["packages"].values() for name in names}
    return {name for name in names if any(_lists(place, file) for place in _lists_of(reader, name))}


def _lists_of(reader: HostReader, name: str) -> list[Path]:
    return [*reader.paths(f"{INFO}/{glob.escape(name)}.list"), *reader.paths(f"{INFO}/{glob.escape(name)}:*.list")]


def _lists(place: Path, file: str) -> bool:
    with contextlib.suppress(OSError):
        return file in (line.removeprefix("/usr") for line in place.read_text("utf-8", "replace").splitlines())
    return False


def _only(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    kept = {kind: [name for name in listed if name in names] for kind, listed in row["packages"].items()}
    return {**row, "packages": {kind: listed for kind, listed in kept.items() if listed}}


def by_dpkg(log: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What dpkg's log tells beside apt's runs, oldest first: "2026-11-27 10:00:01 install git:amd64 <none> 1:2.39"."""
    runs: dict[str, list[float]] = {}
    for row in known:
        for name in itertools.chain(*row["packages"].values()):
            runs.setdefault(name, []).append(row["at"])
    found: list[dict[str, Any]] = []
    begins = True
    for line in log.splitlines():
        day, time, verb, what, *rest = [*line.split(" "), "", "", "", ""]
        begins = begins or (verb == "startup" and rest[0] != "configure")
        name = what.partition(":")[0]
        if verb not in DPKG_KINDS or not name:
            continue
        with contextlib.suppress(ValueError):
            at = datetime.strptime(f"{day} {time}", "%Y-%m-%d %H:%M:%S").astimezone().timestamp()
            if any(0 <= at - began < LONGEST_RUN for began in runs.get(name, ())):
                continue
            if begins or at - found[-1]["at"] > TOGETHER:
                found.append({"at": at, "command": "dpkg", "by": "", "packages": {}})
            begins = False
            found[-1]["packages"].setdefault(DPKG_KINDS[verb], []).append(name)
    return found


def _names(listed: str) -> list[str]:
    return [entry.partition(":")[0] for entry in listed.split("), ")]
