"""The systemd journal through libsystemd's own reader: the host's, a namespace's, or a directory of files.

Fields whose names begin with "_" are set by journald and the kernel; every other field, MESSAGE_ID, UNIT and PRIORITY
among them, is whatever the sender wrote (systemd.journal-fields(7)). `Line.trusted` tells the two apart.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from systemd import _reader

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host.journalfiles import find_journal_files, problems_of
from stillwatch.records.line import LINE_LIMIT, Line

SYSTEMD_PROGRAMS = frozenset(
    folder + name for folder in (b"/usr/lib/systemd/", b"/lib/systemd/") for name in (b"systemd", b"systemd-executor")
)
UNIT_SUFFIXES = (
    *(b".service", b".socket", b".timer", b".path", b".mount", b".automount"),
    *(b".swap", b".target", b".slice", b".scope", b".device"),
)
FIELD_LIMIT = 16384
STALE_KERNEL_SECONDS = 60.0
CHUNK_ERRORS = 64


class Journal:
    """One open journal, read forwards.

    path: a directory of journal files, one file, or None for the host's own; namespace: a journal namespace;
    since: wall seconds, older entries are left out; cursor: read on after this entry, and `since` is ignored.
    unit: only what this unit wrote and what PID 1 said of it, found by the journal's own index.
    matches: only entries with these fields ("PRIORITY=3"); several values of one field are alternatives.
    Raises WrongUsage for a path that cannot be used, NotReachable for a host's journal that cannot be read.
    `problems` tells what could not be read; it may grow while reading.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        namespace: str | None = None,
        since: float | None = None,
        cursor: str = "",
        unit: str = "",
        matches: Sequence[str] = (),
    ) -> None:
        self.problems: list[str] = []
        self.stale = 0
        self._elsewhere = path is not None
        self._since = 0.0 if cursor else (since or 0.0)
        self._open: Callable[[], Any] = _opener(path, namespace, self.problems)
        self._reader = self._open()
        self._boots: dict[bytes, float] = {}
        self._subjects: dict[bytes, str] = {}
        self._at_end = ""
        self._pending = False
        self._unit = unit
        if unit:
            self._only(unit)
        if matches:
            self._reader.add_conjunction()
            for match in matches:
                self._reader.add_match(match)
        self._seek(cursor)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._reader.close()

    def lines(self) -> Iterator[Line]:
        """Every entry up to the present end; call it again after `wait` for what came since."""
        step, everything, realtime = self._reader._next, self._reader._get_all, self._reader._get_realtime
        errors = 0
        while errors < CHUNK_ERRORS:
            try:
                if self._pending:
                    self._pending = False
                elif not step():
                    return
                entry, at = everything(), realtime() / 1e6
            except (OSError, ValueError) as error:
                errors += 1
                self._report(f"part of the journal cannot be read: {error}")
                if getattr(error, "errno", None) == errno.EBADF:
                    return
                continue
            line = self._line(entry, at)
            if line is not None and self._unit in ("", line.subject):
                yield line

    def cursor(self) -> str:
        """Where reading stands, "" before the first entry."""
        try:
            return str(self._reader._get_cursor())
        except OSError:
            return self._at_end

    def fileno(self) -> int:
        """A descriptor that becomes readable when the journal changes: poll it, then call `changed`."""
        return int(self._reader.fileno())

    def changed(self) -> bool:
        """Digest the wake-up of `fileno`; True if there may be more to read."""
        return bool(self._reader.process() != _reader.NOP)

    def wait(self, seconds: float) -> bool:
        """Block until the journal changes or the time is up; True if there may be more to read."""
        return bool(self._reader.wait(int(seconds * 1e6)) != _reader.NOP)

    def _only(self, unit: str) -> None:
        """As `journalctl --unit`. The index only narrows: whose line it is, `_place` decides for each one."""
        for matches in ((f"_SYSTEMD_UNIT={unit}",), ("_UID=0", f"UNIT={unit}"), ("_UID=0", f"COREDUMP_UNIT={unit}")):
            for match in matches:
                self._reader.add_match(match)
            self._reader.add_disjunction()

    def _seek(self, cursor: str) -> None:
        if cursor and self._seek_cursor(cursor):
            return
        if self._since:
            self._reader.seek_realtime(max(0, int(self._since * 1e6)))
        else:
            self._reader.seek_head()

    def _seek_cursor(self, cursor: str) -> bool:
        """A cursor that rotation has removed leads to the nearest entry after it: told, and read on from there."""
        self._at_end = cursor
        try:
            self._reader.seek_cursor(cursor)
            if not self._reader._next():
                return True
            if not self._reader.test_cursor(cursor):
                self._report("the journal was rotated past where reading had stopped: entries may be missing")
                self._pending = True
        except (OSError, ValueError):
            self._report("the saved place in the journal is not valid: reading from the start")
            return False
        return True

    def _report(self, problem: str) -> None:
        if problem not in self.problems and len(self.problems) < 16:
            self.problems.append(problem)

    def _line(self, entry: Mapping[str, Any], at: float) -> Line | None:
        message = entry.get("MESSAGE", b"")
        if message.__class__ is list:
            message = message[0]
        subject, trusted = self._place(entry)
        if subject == "kernel" and trusted:
            when = self._kernel_time(entry, at)
            if when is None:
                self.stale += 1
                return None
            at = when
        return Line(at, message[:LINE_LIMIT].rstrip(b"\n"), subject, "journal", entry, trusted, self._host(entry))

    def _host(self, entry: Mapping[str, Any]) -> str:
        """Whose entry it is, in a journal from elsewhere; in the host's own all are its own, whatever it was called."""
        return self._name(entry.get("_HOSTNAME") or b"") if self._elsewhere else ""

    def _place(self, entry: Mapping[str, Any]) -> tuple[str, bool]:
        """Whom the entry is about, and whether only PID 1, the kernel or journald can have said so."""
        transport = entry.get("_TRANSPORT")
        if transport == b"journal" and entry.get("_UID") == b"0":
            # In init.scope live PID 1 and what it has forked and not yet replaced; of a short life _EXE is not seen.
            in_scope = entry.get("_SYSTEMD_UNIT") == b"init.scope"
            if entry.get("_PID") == b"1" or in_scope or entry.get("_EXE") in SYSTEMD_PROGRAMS:
                return self._name(entry.get("UNIT") or b"systemd"), True
        elif transport == b"kernel":
            # Facility 0 is refused to writers of /dev/kmsg, so only the kernel itself has it.
            if entry.get("SYSLOG_FACILITY") == b"0":
                return "kernel", True
        elif transport == b"driver":
            return self._name(entry.get("UNIT") or entry.get("_SYSTEMD_UNIT") or b"systemd-journald.service"), True
        unit = entry.get("_SYSTEMD_UNIT")
        if unit.__class__ is bytes and unit.startswith((b"session-", b"systemd-coredump@")):
            unit = self._stand_in(entry, unit)
        return self._name(unit or self._alias(entry)), False

    def _alias(self, entry: Mapping[str, Any]) -> Any:
        """What a process in no unit calls itself; it may call itself anything, but not a unit."""
        name = entry.get("SYSLOG_IDENTIFIER") or b""
        name = name[0] if name.__class__ is list else name
        return entry.get("_COMM") or b"" if name.endswith(UNIT_SUFFIXES) else name

    def _stand_in(self, entry: Mapping[str, Any], unit: bytes) -> Any:
        """A login session is its user's slice, since its number means nothing; a core dump is the unit that crashed."""
        if unit.startswith(b"session-"):
            return entry.get("_SYSTEMD_SLICE", unit) if unit.endswith(b".scope") else unit
        return entry.get("COREDUMP_UNIT", unit) if entry.get("_UID") == b"0" else unit

    def _name(self, value: Any) -> str:
        if value.__class__ is list:
            value = value[0]
        value = value[:255]  # a stranger's may be as long as any field, and thousands are kept
        name = self._subjects.get(value)
        if name is None:
            name = value.decode("utf-8", "replace")
            name = "".join(character if character.isprintable() else "�" for character in name)
            if len(self._subjects) < 4096:
                self._subjects[value] = name
        return name

    def _kernel_time(self, entry: Mapping[str, Any], at: float) -> float | None:
        """When the kernel said it, or None for the ring of an earlier life.

        journald stamps the whole kernel ring with the moment it starts. In a container that ring is the machine's and
        old: an entry well before the first one of this boot's journal, or before `since`, is none of this instance's.
        """
        try:
            source = int(entry["_SOURCE_MONOTONIC_TIMESTAMP"]) / 1e6
            monotonic, boot = self._reader._get_monotonic()[0] / 1e6, entry["_BOOT_ID"]
        except (KeyError, ValueError, TypeError, OSError):
            return at
        lag = monotonic - source
        if lag > STALE_KERNEL_SECONDS and source < self._boot_start(boot) - STALE_KERNEL_SECONDS:
            return None
        when = at - max(0.0, lag)
        return None if when < self._since else when

    def _boot_start(self, boot: bytes) -> float:
        """Monotonic seconds of the journal's first entry of that boot."""
        if boot not in self._boots:
            with self._open() as reader:
                reader.add_match("_BOOT_ID=" + boot.decode())
                reader.seek_head()
                self._boots[boot] = reader._get_monotonic()[0] / 1e6 if reader._next() else 0.0
        return self._boots[boot]


def _opener(path: Path | None, namespace: str | None, problems: list[str]) -> Callable[[], Any]:
    """How to open the journal, tried once here so that errors are told in our words."""
    if path is None:
        return lambda: _open_host(namespace)
    files = find_journal_files(path)
    problems.extend(problems_of(files))
    usable = [str(file) for file in files]
    opener: Callable[[], Any] = (
        (lambda: _tuned(_reader._Reader(0, path=str(path))))
        if path.is_dir()
        else (lambda: _tuned(_reader._Reader(0, files=usable)))
    )
    try:
        opener().close()
    except (OSError, ValueError) as error:
        raise WrongUsage(f"{path}: the journal cannot be opened: {error}") from error
    return opener


def _open_host(namespace: str | None) -> Any:
    try:
        reader = (
            _tuned(_reader._Reader(0, namespace=namespace))
            if namespace
            else _tuned(_reader._Reader(_reader.LOCAL_ONLY))
        )
        readable = reader.has_persistent_files() or reader.has_runtime_files()
    except (OSError, ValueError) as error:
        raise NotReachable(f"the journal cannot be opened: {error}") from error
    if not readable:
        reader.close()
        raise NotReachable(
            "this host has no journal that may be read",
            next_step="run it as root or as a member of the group systemd-journal, or name logs with --log",
        )
    return reader


def _tuned(reader: Any) -> Any:
    reader.data_threshold = FIELD_LIMIT
    return reader
