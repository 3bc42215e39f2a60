"""What the policy file declares: the only files, logs, runbooks and locks that an action may name.

In policy.toml each is an array of tables ([[files]], [[rotated_logs]], …); a proposal's target is its `name`
(a unit's name for runbooks, cleaners and timers), never a path of its own.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from stillwatch.unit.names import LONGEST, NAMED, pattern

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}\Z")]
AbsolutePath = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9@+=:,_~-][A-Za-z0-9@+=:,._~-]*)+\Z", max_length=1024)]
Pattern = Annotated[str, Meta(pattern=r"^[A-Za-z0-9@+=:,_~*?][A-Za-z0-9@+=:,._~*?-]*\Z", max_length=255)]
UnitName = Annotated[str, Meta(pattern=rf"^{pattern(NAMED)}\Z", max_length=LONGEST)]
UnitOrPath = Annotated[
    str, Meta(pattern=r"^((/[A-Za-z0-9@+=:,._~-]+)+|[A-Za-z0-9:_.@\\-]+\.[a-z]+)\Z", max_length=1024)
]
Account = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_-]{0,31}\Z")]
Mode = Annotated[str, Meta(pattern=r"^0[0-7]{3}\Z")]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every declared thing: unknown keys are an error."""


class RotatedLogs(Entry, frozen=True):
    """Files directly in `directory` whose name matches `pattern` (a glob without slash) and that are old enough."""

    name: Name
    directory: AbsolutePath
    pattern: Pattern
    older_than_days: Annotated[int, Meta(ge=0, le=3650)] = 7
    keep: Annotated[int, Meta(ge=0, le=1000)] = 1


class Placed(Entry, frozen=True):
    """What has a name and a path."""

    name: Name
    path: AbsolutePath


class RestorableFile(Placed, frozen=True):
    """A configuration file with the test that must pass (argv with an absolute program) and the unit that reads it."""

    test: Annotated[tuple[str, ...], Meta(min_length=1, max_length=16)]
    unit: UnitName


class Runbook(Entry, frozen=True):
    """A oneshot unit that the administrator wrote; it is started, nothing is passed to it."""

    unit: UnitName
    description: Annotated[str, Meta(max_length=200)] = ""


class Cleaner(Runbook, frozen=True):
    """A oneshot unit that frees space."""


class RepeatableJob(Runbook, frozen=True):
    """A oneshot unit that may be run once more when it has failed and what made it fail is gone."""


class Ownership(Placed, frozen=True):
    """Owner, group and mode that a path should have.

    below: also owner and group of what root, or the path's wrong owner, owns below it; modes there stay as they are.
    """

    owner: Account
    group: Account
    mode: Mode
    below: bool = False


class Lock(Placed, frozen=True):
    """A lock or pid file, the unit it belongs to, and the program (comm) whose living process makes it not stale."""

    unit: UnitName
    program: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._+-]{1,15}\Z")]


class Timer(Entry, frozen=True):
    """A timer that should be enabled."""

    unit: Annotated[str, Meta(pattern=r"^[A-Za-z0-9:_.@\\-]+\.timer\Z", max_length=255)]


class Needed(Entry, frozen=True):
    """A unit that others need: where somebody masked it, the mask may be taken away."""

    unit: UnitName


class Journal(Entry, frozen=True):
    """Where the journal lies, and how much of it stays when its old files make room."""

    directory: Annotated[str, Meta(pattern=r"^/(var|run)/log/journal\Z")]
    keep_megabytes: Annotated[int, Meta(ge=8, le=1_000_000)] = 200


class PackageCache(Entry, frozen=True):
    """A program whose fetched packages may be deleted; it can fetch them again."""

    program: Literal["apt"]


class MountPoint(Entry, frozen=True):
    """A place where something is to be mounted, by a mount unit or a line of fstab."""

    path: AbsolutePath


class Releases(Placed, frozen=True):
    """A link (`path`) that leads to one of the releases directly in `directory`; each whole one holds `holds`."""

    directory: AbsolutePath
    unit: UnitName
    holds: Annotated[str, Meta(pattern=r"^([A-Za-z0-9@+=:,_~-][A-Za-z0-9@+=:,._~-]*/?)*\Z", max_length=255)] = ""


class Backup(Entry, frozen=True):
    """A unit that backs up and verifies; `protects`: units, and paths with all below them."""

    unit: UnitName
    protects: Annotated[tuple[UnitOrPath, ...], Meta(min_length=1, max_length=64)]
    max_age_hours: Annotated[int, Meta(ge=1, le=8760)] = 26


class Nixos(Entry, frozen=True):
    """This host is a NixOS that the gate may switch and clean. configuration: to which patches may be suggested."""

    keep: Annotated[int, Meta(ge=1, le=1000)] = 5
    configuration: AbsolutePath | None = None


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All declared sets. version: the hash of the file."""

    version: str = ""

    rotated_logs: tuple[RotatedLogs, ...] = ()
    files: tuple[RestorableFile, ...] = ()
    runbooks: tuple[Runbook, ...] = ()
    cleaners: tuple[Cleaner, ...] = ()
    jobs: tuple[RepeatableJob, ...] = ()
    ownership: tuple[Ownership, ...] = ()
    locks: tuple[Lock, ...] = ()
    timers: tuple[Timer, ...] = ()
    needed: tuple[Needed, ...] = ()
    journal: tuple[Journal, ...] = ()
    package_caches: tuple[PackageCache, ...] = ()
    mounts: tuple[MountPoint, ...] = ()
    releases: tuple[Releases, ...] = ()
    backups: tuple[Backup, ...] = ()
    nixos: tuple[Nixos, ...] = ()


def places(declared: Declared) -> list[tuple[str, str]]:
    """(name, path) of all that is declared by a path; the name of what has none is its path."""
    named = (*declared.files, *declared.ownership, *declared.locks, *declared.releases)
    logs = [(one.name, one.directory) for one in declared.rotated_logs]
    bare = [one.path for one in declared.mounts] + [one.directory for one in declared.journal]
    bare += [each for one in declared.backups for each in one.protects if each.startswith("/")]
    return [*((one.name, one.path) for one in named), *logs, *((path, path) for path in bare)]
