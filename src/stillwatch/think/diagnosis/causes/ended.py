"""What the way in which a program ended says by itself: signals that only a limit or a filter of its unit sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from stillwatch.think.diagnosis.causes.case import Case, Finding
from stillwatch.think.diagnosis.causes.facts import last_change, rows, text, where_set

_BY_SIGNAL: Final = (2, 3)
"""CLD_KILLED and CLD_DUMPED of waitid(2), as PID 1 tells it."""


class _Signal(NamedTuple):
    """words: what the kernel says with it; directives: what in a unit makes it say so (systemd.exec(5))."""

    cause: str
    words: str
    directives: tuple[str, ...]


_EXITED: Final = 1
_NOT_FOUND: Final = 127
"""What a shell ends with that does not find a command (POSIX, 2.8.2)."""
_SIGNALS: Final[Mapping[int, _Signal]] = {
    31: _Signal(
        "access-control",
        "made a system call that it may not make (SIGSYS)",
        ("SystemCallFilter", "SystemCallArchitectures"),
    ),
    25: _Signal("resource-limit", "wrote a file that is larger than it may be (SIGXFSZ)", ("LimitFSIZE",)),
    24: _Signal("resource-limit", "used more processor time than it may (SIGXCPU)", ("LimitCPU",)),
}
"""signal(7)."""


async def told_by_signal(case: Case) -> Finding | None:
    """With the file of the unit that sets the limit or filter, where one does."""
    unit = case.unit
    if unit is None or unit.exit_code not in _BY_SIGNAL or (signal := _SIGNALS.get(unit.exit_status)) is None:
        return None
    setting = await where_set(case, *signal.directives)
    looked = await case.cite_look("unit_status", unit=unit.name)
    changed, when = await last_change(case, setting) if setting else ("", ())
    sentence = f"{unit.name} was killed because it {signal.words}"
    sentence += f": {setting} sets {' or '.join(f'{name}=' for name in signal.directives)}" if setting else ""
    sentence += f"; {changed}" if changed else ""
    return case.finding(signal.cause, setting or unit.name, sentence, case.cite()[:3], looked, when, proven=True)


async def command_not_found(case: Case) -> Finding | None:
    """A shell's own status for it, and the one command of its script that is not there: no word has to say so."""
    unit = case.unit
    if unit is None or (unit.exit_code, unit.exit_status) != (_EXITED, _NOT_FOUND):
        return None
    called = rows(await case.look("unit_status", unit=unit.name), "calls_missing")
    if not called or len({text(row, "command") for row in called}) > 1:
        return None
    script, command, line = (text(called[0], name) for name in ("script", "command", "line"))
    looked = await case.cite_look("unit_status", f"{script}, line {line}: {command} is not there", unit=unit.name)
    sentence = f"{unit.name} fails: {script}, line {line}, calls {command}, which is not installed"
    changed, when = await last_change(case, script)
    sentence += f"; {changed}" if changed else ""
    return case.finding("missing-executable", command, sentence, case.cite()[:3], looked, when, proven=True)
