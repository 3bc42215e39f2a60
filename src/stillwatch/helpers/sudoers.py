"""Who may sudo, and what: the rules of sudoers(5) as names. Of a command only its program is told, never arguments."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, TypedDict

from stillwatch.helpers.root_files import lines_of, names_in

FILE: Final = "/etc/sudoers"
MOST: Final = 200
MOST_PROGRAMS: Final = 30
DEEPEST: Final = 8
LONGEST: Final = 200
_INCLUDE: Final = re.compile(r"^[@#](include|includedir)\s+\"?(/[^\"\s]+)\"?\s*$")
_ALIAS: Final = re.compile(r"^(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.+)$")
_WHO: Final = re.compile(r"^((?:\\.|\"[^\"]*\"|[^\s,\"\\])+(?:\s*,\s*(?:\\.|\"[^\"]*\"|[^\s,\"\\])+)*)\s+(\S.*)$")
_TAGS: Final = re.compile(
    r"\b(NOPASSWD|PASSWD|(?:NO)?(?:EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)) *: *"
    r"|\b(?:ROLE|TYPE|PRIVS|LIMITPRIVS|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE)=\S+ +"
    r"|\bsha\d+:[^\s,]+ *(?:, *(?=sha))?"
)
_TAG: Final = re.compile(r"<([A-Z_]+)>")
_PROGRAM: Final = re.compile(r"^!*(?:ALL\b|sudoedit\b|list\b|\^?/\S*)")
_HOST: Final = re.compile(r"[\w.%+*!, -]{1,200}")
_RUN_AS: Final = re.compile(r"^\(([^)]*)\)\s*")
_COMMENT: Final = re.compile(r"(?<!\\)#(?!\d).*$")


class Grant(TypedDict):
    """who: a user, %group, #uid or ALL; run_as: users, or users : groups; programs: "!" before what is forbidden."""

    who: str
    host: str
    run_as: str
    password: bool
    programs: list[str]


class Sudoers(TypedDict):
    """unread: files and lines that could not be read or understood, so that more may be granted."""

    grants: list[Grant]
    unread: int


def sudoers(root: Path = Path("/")) -> Sudoers | None:
    """None where the file may not be read; no grants where there is none."""
    if not (root / FILE.lstrip("/")).is_file():
        return Sudoers(grants=[], unread=0)
    reader = _Reader(root)
    reader.file(FILE, 0)
    if reader.closed:
        return None
    found = list(islice((one for line in reader.rules for one in reader.grants(line)), MOST + 1))
    return Sudoers(grants=found[:MOST], unread=reader.unread + (len(found) > MOST))


class _Reader:
    def __init__(self, root: Path) -> None:
        self._root = root
        self.closed, self.unread = False, 0
        self.rules: list[str] = []
        self._aliases: dict[str, list[str]] = {}
        self._members: dict[str, list[str]] = {}
        self._files = 0

    def file(self, path: str, depth: int) -> None:
        self._files += 1
        lines = lines_of(self._root / path.lstrip("/"), follow=True) if self._files <= MOST else None
        if lines is None:
            self.unread += 1
            self.closed = self.closed or depth == 0
            return
        for line in _joined(lines):
            if found := _INCLUDE.match(line):
                self._included(found[1], found[2], depth + 1)
            elif found := _ALIAS.match(line):
                self._alias(found[2])
            elif not line.startswith("Defaults"):
                self.rules.append(line)

    def _included(self, kind: str, path: str, depth: int) -> None:
        if depth > DEEPEST or "%h" in path:
            self.unread += 1
        elif kind == "include":
            self.file(path, depth)
        else:
            names = names_in(self._root / path.lstrip("/"))
            self.unread += names is None
            for name in names or ():
                if "." not in name and not name.endswith("~"):
                    self.file(f"{path.rstrip('/')}/{name}", depth)

    def _alias(self, text: str) -> None:
        for one in _parts(text, ":"):
            name, _, members = one.partition("=")
            self._aliases[name.strip()] = _parts(members, ",")

    def grants(self, line: str) -> Iterator[Grant]:
        """Of one rule; counted as not understood where it is none."""
        found = _WHO.match(line)
        if found is None or "=" not in found[2]:
            self.unread += 1
            return
        who = [name for one in _parts(found[1], ",") for name in self._expanded(one)]
        marked = _TAGS.sub(lambda tag: f"<{tag[1]}>" if tag[1] else "", found[2])
        for one in _parts(marked, ":"):
            host, _, commands = one.partition("=")
            if not _HOST.fullmatch(host):
                self.unread += 1
                continue
            for (run_as, password), programs in self._programs(commands).items():
                grant = {"host": host.strip(), "run_as": run_as[:LONGEST], "password": password}
                yield from (Grant(who=name, programs=programs[:MOST_PROGRAMS], **grant) for name in who)  # type: ignore[typeddict-item]

    def _programs(self, text: str) -> dict[tuple[str, bool], list[str]]:
        """By whom it is run as and whether a password is asked; both hold for what follows, too."""
        run_as, password = "root", True
        found: dict[tuple[str, bool], list[str]] = defaultdict(list)
        for part in _parts(text, ","):
            command = part
            if named := _RUN_AS.match(command):
                run_as, command = named[1].strip() or "root", command[named.end() :]
            for tag in _TAG.findall(command):
                password = {"NOPASSWD": False, "PASSWD": True}.get(tag, password)
            for one in self._expanded(_TAG.sub("", command).strip()):
                program = _PROGRAM.match(one)
                self.unread += program is None
                if program and program[0][:LONGEST] not in found[(run_as, password)]:
                    found[(run_as, password)].append(program[0][:LONGEST])
        return found

    def _expanded(self, name: str) -> list[str]:
        """The members of an alias, each alias worked out once; itself where it is none."""
        bare, no = name.lstrip("! "), "!" if name.startswith("!") else ""
        if bare not in self._aliases:
            return [name.strip('"').replace("\\", "")[:LONGEST]]
        if bare not in self._members:
            self._members[bare] = []  # of one that names itself nothing more
            found = (one for member in self._aliases[bare] for one in self._expanded(member))
            self._members[bare] = list(islice(found, MOST))
        return [f"{no}{one}" for one in self._members[bare]]


def _joined(lines: list[str]) -> Iterator[str]:
    """Without comments and empty lines; a backslash at the end joins the next."""
    held = ""
    for line in lines:
        held += line
        if held.endswith("\\"):
            held = held[:-1]
            continue
        bare = held.strip()
        bare = bare if _INCLUDE.match(bare) else _COMMENT.sub("", bare).strip()
        if bare:
            yield bare
        held = ""


def _parts(text: str, at: str) -> list[str]:
    """Cut at a mark that is not escaped, quoted or in brackets."""
    found, depth, quoted, begun = list[str](), 0, False, 0
    place = 0
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            place += 1
        elif letter == '"':
            quoted = not quoted
        elif letter in "()" and not quoted:
            depth += 1 if letter == "(" else -1
        elif letter == at and not quoted and depth == 0:
            found.append(text[begun:place].strip())
            begun = place + 1
        place += 1
    return [one for one in [*found, text[begun:].strip()] if one]
