"""What a person did shortly before the trouble began: the command, the package, the unit that was switched off.

It is told behind the cause, with person and time, and never takes its place: who did something and what broke are two
facts, and that one followed the other is a third.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from posixpath import join, normpath
from typing import Final

from stillwatch.think.diagnosis.causes.case import Case, Finding
from stillwatch.think.diagnosis.causes.facts import EDITING, Row, before, by_whom, changed_at, reads, rows, text
from stillwatch.unit.facts import paths_of
from stillwatch.unit.names import is_unit

Told = tuple[str, tuple[str, ...]]

LATELY: Final = 24.0
"""Hours in which a deed that names the very thing is told."""
JUST_BEFORE: Final = 600.0
"""Seconds in which packages that do not hold the thing's own files are told, too: what it loads may be among them."""
SWITCHES: Final = frozenset({"stop", "disable", "mask", "kill", "edit", "set-property", "revert", "isolate", "freeze"})
_LEAVE_TIMES: Final = frozenset(
    {
        "chmod",
        "chown",
        "chgrp",
        "setfacl",
        "chattr",
        "chcon",
        "mv",
        "ln",
        "rm",
        "cp",
        "rsync",
        "tar",
        "systemctl",
        "service",
    }
)
"""What they do does not show in the time at which a file's content changed, or not as the time at which they ran."""
_VERBS: Final = {
    "Install": "installed", "Upgrade": "upgraded", "Remove": "removed", "Purge": "purged", "Downgrade": "downgraded",
    "Reinstall": "reinstalled",
}  # fmt: skip
_PACKAGED: Final = ("/usr/", "/etc/", "/opt/", "/lib", "/bin/", "/sbin/", "/boot/", "/var/lib/")
"""Where packages put files (hier(7)); who holds a path is read from the lists of all that changed, which costs."""
_SHOWN: Final = 4
_TARGETS: Final = {"timer": "timers", "socket": "sockets", "path": "paths"}
"""The folder whose links say what is started at boot; disabling takes one away."""


async def with_deeds(case: Case, finding: Finding) -> Finding:
    """The finding with what somebody did to the thing before, where the host's own records tell."""
    things = _things(case, finding)
    if case.looks is None or not things or finding.over or finding.meant:
        return finding
    for telling in (_commanded, _packaged, _switched):
        words, cited = await telling(case, finding, things)
        if words:
            sentence = finding.cause.text.rstrip(".")
            mark = f" ({', '.join(cited)})" if cited else ""
            cause = replace(finding.cause, text=f"{sentence}; {words}{mark}.")
            return replace(finding, cause=cause, evidence=tuple(dict.fromkeys([*finding.evidence, *cited])))
    return finding


def _things(case: Case, finding: Finding) -> list[str]:
    """Names and paths of what is at fault: the culprit, its unit and the unit's own files."""
    culprit = finding.cause.object
    units = [unit for name in (culprit, case.incident.subject) if (unit := case.unit_named(name)) is not None]
    named = [name for name in (culprit, case.incident.subject) if name.startswith("/") or is_unit(name)]
    files = [path for unit in units for path in (*paths_of(unit, with_program=True), unit.fragment_path)]
    paths = [f"/etc/systemd/system/{unit.name}" for unit in units]
    return list(dict.fromkeys(filter(None, [*named, *(unit.name for unit in units), *files, *paths])))


async def _commanded(case: Case, finding: Finding, things: Sequence[str]) -> Told:
    for row in rows(await case.look("sudo_use", hours=LATELY), "commands"):
        ran, command = row.get("at"), text(row, "command")
        if not isinstance(ran, int | float) or not _earlier(case, ran) or row.get("denied"):
            continue
        if touches(command, text(row, "folder"), things) and await _took_effect(case, command, ran, things):
            words = f"{text(row, 'user')} ran {command} with {text(row, 'how') or 'sudo'}"
            if words in finding.cause.text:
                return "", ()
            return await _cited(case, "sudo_use", f"{words} {_when(case, ran)}", hours=LATELY)
    return "", ()


async def _took_effect(case: Case, command: str, ran: float, things: Sequence[str]) -> bool:
    """Whether the file that it names changed last while it ran: an editor that wrote nothing has changed nothing."""
    words = command.split()
    if PurePosixPath(words[0]).name in _LEAVE_TIMES:
        return True
    for thing in things:
        if thing.startswith("/") and thing.rpartition("/")[2] in {word.rpartition("/")[2] for word in words[1:]}:
            at = await changed_at(case, thing)
            return at is None or -1.0 <= at - ran <= EDITING
    return True


def touches(command: str, folder: str, things: Sequence[str]) -> bool:
    """Whether the command changes one of these units or paths, or a folder that holds one; reading changes nothing."""
    words = command.split()
    program = PurePosixPath(words[0]).name if words else ""
    if reads(command) or len(words) < 2:
        return False
    units = [thing for thing in things if not thing.startswith("/")]
    names = {*units, *(name.removesuffix(".service") for name in units)}
    if program in ("systemctl", "service", "invoke-rc.d", "update-rc.d"):
        return bool(names & set(words[1:]) and SWITCHES & set(words[1:]))
    named = {normpath(join(folder or "/", word.rpartition("=")[2])) for word in words[1:] if not word.startswith("-")}
    return any(_holds(path, thing) for path in named for thing in things if thing.startswith("/"))


def _holds(path: str, thing: str) -> bool:
    """The path itself, or a folder above it that is of a few: /srv/app, and not /etc."""
    return path == thing or (path.count("/") > 1 and thing.startswith(f"{path}/"))


async def _packaged(case: Case, finding: Finding, things: Sequence[str]) -> Told:
    """The newest run that changed a package of the thing's own files; else of any package just before."""
    for path in [thing for thing in things if thing.startswith(_PACKAGED)][:_SHOWN]:
        for row in _runs(case, await case.look("package_changes", hours=LATELY, path=path), LATELY * 3600):
            return await _cited(case, "package_changes", await _run(case, row), hours=LATELY, path=path)
    if case.unit is not None:
        for row in _runs(case, await case.look("package_changes", hours=LATELY), JUST_BEFORE):
            return await _cited(case, "package_changes", await _run(case, row), hours=LATELY)
    return "", ()


def _runs(case: Case, seen: Row, reach: float) -> list[Row]:
    """Newest first."""
    found = []
    for row in rows(seen, "runs"):
        at = row.get("at")
        if isinstance(at, int | float) and _earlier(case, at) and at >= case.incident.opened - reach:
            found.append(row)
    return found


async def _run(case: Case, row: Row) -> str:
    """ "ann upgraded redis-server with `apt install redis-server` at 10:00:00 UTC, 12 seconds before …"."""
    at = float(str(row.get("at")))
    packages = row.get("packages")
    listed = packages if isinstance(packages, dict) else {}
    done = "; ".join(
        f"{_VERBS.get(kind, kind.lower())} {', '.join(names[:_SHOWN])}"
        + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        for kind, names in listed.items()
    )
    command = text(row, "command")
    itself = "unattended-upgrade" in command
    who = text(row, "by") or ("unattended-upgrade" if itself else await by_whom(case, at, command)) or "somebody"
    return f"{who} {done}{f' with {command}' if command and not itself else ''} {_when(case, at)}"


async def _switched(case: Case, finding: Finding, things: Sequence[str]) -> Told:
    """A unit that is masked or disabled: when, and who was there; no record of a command tells it."""
    name = finding.cause.object
    if finding.cause.id == "masked":
        path, done = f"/etc/systemd/system/{name}", "was put there"
    elif is_unit(name) and _is_off(await case.look("unit_status", unit=name)):
        path, done = _wants_of(name), f"was changed (nothing in it starts {name} at boot)"
    else:
        return "", ()
    at = await changed_at(case, path)
    if at is None or not _earlier(case, at):
        return "", ()
    if finding.cause.id != "masked" and at < case.incident.opened - JUST_BEFORE:
        return "", ()
    who = await by_whom(case, at)
    words = f"{path} {done} {_when(case, at)}{f', when {who} was there' if who else ''}"
    return await _cited(case, "file_metadata", words, path=path)


def _is_off(state: Row) -> bool:
    """One that failed was started, so that nothing starts it at boot is not its trouble."""
    return (text(state, "enabled"), text(state, "active_state")) == ("disabled", "inactive")


def _wants_of(unit: str) -> str:
    """The directory in which lies what is started at boot of its kind, by custom."""
    target = _TARGETS.get(unit.rpartition(".")[2], "multi-user")
    return f"/etc/systemd/system/{target}.target.wants"


async def _cited(case: Case, tool: str, words: str, **arguments: object) -> Told:
    return words, await case.cite_look(tool, words, **arguments)


def _earlier(case: Case, at: float) -> bool:
    """Before the trouble was noticed; the second in which it was counts, since logs round."""
    return case.incident.opened - LATELY * 3600 <= at <= case.incident.opened + 2.0


def _when(case: Case, at: float) -> str:
    return before(at, case.incident.opened, case.incident.updated)
