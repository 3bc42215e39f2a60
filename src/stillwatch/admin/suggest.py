"""What the policy file could declare on this host: found by looking, written by a person. Nothing here is in force."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stillwatch.errors import NotReachable
from stillwatch.host.command import run
from stillwatch.host.mounts import Mount, read_mounts, worth_watching

VAR_LOG = Path("/var/log")
LOG_FOLDERS = frozenset({"log", "logs"})
DEEPEST = 3
MOST_FOLDERS = 500
MOST_ENTRIES = 5_000
MOST_SUGGESTIONS = 40
ROTATED = re.compile(r"(?P<live>.{1,120}?)(?P<mark>\.|-)(?P<when>[0-9]{1,3}|[0-9]{8})(?P<packed>\.(?:gz|xz|zst|bz2))?")
PLAIN_PATH = re.compile(r"(/[A-Za-z0-9@+=:,_~-][A-Za-z0-9@+=:,._~-]*)+")
PLAIN_NAME = re.compile(r"[A-Za-z0-9@+=:,_~-][A-Za-z0-9@+=:,._~-]*")
TESTED = (
    ("/etc/nginx/nginx.conf", ("/usr/sbin/nginx", "-t"), "nginx.service"),
    ("/etc/haproxy/haproxy.cfg", ("/usr/sbin/haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg"), "haproxy.service"),
    ("/etc/bind/named.conf", ("/usr/bin/named-checkconf",), "named.service"),
    ("/etc/unbound/unbound.conf", ("/usr/sbin/unbound-checkconf",), "unbound.service"),
    ("/etc/squid/squid.conf", ("/usr/sbin/squid", "-k", "parse"), "squid.service"),
)
"""Configuration files whose own program can test them, and the unit that reads them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """table: of policy.toml; fields: as they would stand there; why: what was found, for the person who decides."""

    table: str
    fields: Mapping[str, str | int | tuple[str, ...]]
    why: str

    def toml(self) -> str:
        rows = [f"{name} = {_toml(value)}" for name, value in self.fields.items()]
        return "\n".join([f"# {self.why}", f"[[{self.table}]]", *rows])


async def suggestions(declared: Mapping[str, Collection[str]], root: Path = Path("/")) -> list[Suggestion]:
    """Everything found that is not declared yet. declared: table → directories, paths or units that are."""
    try:
        mounts = worth_watching(read_mounts())
    except NotReachable:
        mounts = []
    found = [*rotated_logs(log_folders(root, mounts)), *configuration_files(root), *await disabled_timers()]
    key = {"rotated_logs": "directory", "files": "path", "timers": "unit"}
    fresh = [each for each in found if each.fields[key[each.table]] not in declared.get(each.table, ())]
    return fresh[:MOST_SUGGESTIONS]


def log_folders(root: Path, mounts: Iterable[Mount]) -> list[Path]:
    """/var/log with what is below it, and folders called log or logs on mounted file systems of data."""
    top = root / str(VAR_LOG).lstrip("/")
    found = [top, *_below(top, DEEPEST)]
    for mount in mounts:
        if mount.point != "/" and not VAR_LOG.is_relative_to(mount.point):
            found += [each for each in _below(Path(mount.point), DEEPEST) if each.name in LOG_FOLDERS]
    return found


def rotated_logs(folders: Iterable[Path]) -> Iterator[Suggestion]:
    """Rotated files beside the live log that they came from; one suggestion for a folder and a way of rotating."""
    for folder in dict.fromkeys(folders):
        groups: dict[tuple[str, str], list[tuple[str, int]]] = {}
        names = dict(_files(folder))
        for name, size in names.items():
            match = ROTATED.fullmatch(name)
            if match and match["live"] in names and PLAIN_NAME.fullmatch(name):
                groups.setdefault((match["mark"], match["packed"] or ""), []).append((match["live"], size))
        for (mark, packed), members in sorted(groups.items()):
            if PLAIN_PATH.fullmatch(str(folder)):
                yield _logs(folder, mark, packed, members)


def _logs(folder: Path, mark: str, packed: str, members: list[tuple[str, int]]) -> Suggestion:
    lives = {live for live, _ in members}
    shared = next(iter(lives)) if len(lives) == 1 else "*.log" if all(n.endswith(".log") for n in lives) else "*"
    name = re.sub(r"[^a-z0-9]+", "-", f"{folder}{packed}-{mark}".lower()).strip("-")[:64]
    megabytes = sum(size for _, size in members) / 1e6
    fields: dict[str, str | int | tuple[str, ...]] = {"name": name, "directory": str(folder)}
    fields |= {"pattern": f"{shared}{mark}*{packed}", "older_than_days": 7, "keep": 1}
    why = f"rotated beside {', '.join(sorted(lives))[:80]}: {len(members)} of them, {megabytes:.1f} MB"
    return Suggestion(table="rotated_logs", fields=fields, why=why)


def configuration_files(root: Path) -> Iterator[Suggestion]:
    """Well-known configuration files that are here together with the program that tests them."""
    for path, test, unit in TESTED:
        if all((root / each.lstrip("/")).is_file() for each in (path, test[0])):
            name = unit.removesuffix(".service") + "-configuration"
            fields: dict[str, str | int | tuple[str, ...]] = {"name": name, "path": path, "test": test, "unit": unit}
            yield Suggestion(table="files", fields=fields, why="its own program tests it; good copies are kept")


async def disabled_timers() -> list[Suggestion]:
    """Timers that the distribution would enable and that are disabled."""
    listing = ["systemctl", "list-unit-files", "--type=timer", "--no-legend", "--no-pager", "--plain"]
    done = await run(listing, seconds=10)
    rows = [line.split() for line in done.out.splitlines()] if done.ok else []
    return [
        Suggestion(table="timers", fields={"unit": row[0]}, why="disabled, though enabled by preset")
        for row in rows
        if row[1:3] == ["disabled", "enabled"] and "@" not in row[0] and not row[0].startswith("stillwatch")
    ]


def _below(top: Path, depth: int) -> list[Path]:
    """Folders below, on the same file system, links left out; bounded."""
    found: list[Path] = []
    level = [top]
    for _ in range(depth):
        level = [Path(each.path) for folder in level for each in _folders(folder)][: MOST_FOLDERS - len(found)]
        found += level
    return found


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    return [entry for entry in _entries(folder) if entry.is_dir(follow_symlinks=False)]


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    for entry in _entries(folder):
        try:
            if entry.is_file(follow_symlinks=False):
                yield entry.name, entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """At most MOST_ENTRIES; none where we may not look."""
    found: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as listing:
            for entry in listing:
                found.append(entry)
                if len(found) == MOST_ENTRIES:
                    break
    except OSError:
        return []
    return sorted(found, key=lambda entry: entry.name)


def _toml(value: str | int | tuple[str, ...]) -> str:
    import json

    return json.dumps(list(value) if isinstance(value, tuple) else value)
