"""The program, or a path, that a unit needs and that is not there."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from stillwatch.records.trigger import Trigger
from stillwatch.records.unit import UnitState
from stillwatch.think.diagnosis.causes.case import SEEN, Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import exists, file_of, last_change, rows, text
from stillwatch.think.diagnosis.causes.mounts import hidden_below
from stillwatch.think.diagnosis.causes.restoring import put_back
from stillwatch.unit.facts import is_failing, paths_of
from stillwatch.watch.usage import JOB_WITHOUT_PROGRAM

_MAY_NOT = re.compile("permission denied", re.I)
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


async def missing_executable(case: Case) -> Finding | None:
    """A program that an Exec…= line names, or the interpreter that it names in turn, does not exist."""
    unit = case.unit
    if unit is None:
        return await _job(case) or await _claimed(case)
    cited = case.cite("missing-executable")
    paths = {trigger.fields.get("path", "") for trigger in case.triggers("missing-executable")}
    # The journal's words only choose among the programs that PID 1 knows of.
    programs = [unit.exec_start[0], *unit.programs] if unit.exec_start else list(unit.programs)
    programs = [name for name in dict.fromkeys(programs) if name.startswith("/")]
    for program in sorted(programs, key=lambda name: name not in paths):
        file = await file_of(case, program)
        if file is not None and exists(file) is False:
            led = await behind_link(case, unit, program, "missing-executable", cited)
            return led or await _gone(case, unit, program, cited)
        if file is not None and file.get("interpreter_exists") is False:
            return await _no_interpreter(case, unit, program, text(file, "interpreter"), cited)
    if called := next((t for t in case.triggers("missing-executable") if t.fields.get("command")), None):
        return await _not_installed(case, unit, called, cited)
    if not cited or not programs:
        return None
    return await _unseen(case, unit, programs, cited)


async def behind_link(case: Case, unit: UnitState, path: str, cause: str, cited: tuple[str, ...]) -> Finding | None:
    """Whether a path of the unit's own is gone because a link on the way to it leads nowhere: then that is to blame."""
    for place in (path, *map(str, PurePosixPath(path).parents)):
        file = await file_of(case, place)
        if file is None or exists(file) is not False:
            return None
        leads = text(file, "link")
        if not leads:
            continue
        looked = await case.cite_look("file_metadata", path=place)
        what = path if path != place else "what is behind it"
        sentence = f"{unit.name} needs {what}, but the link {place} leads to {leads}, which does not exist"
        remedy = propose("repoint_symlink", place, sentence, unit=unit.name)
        return case.finding(cause, place, sentence, cited, looked, proven=True, proposal=remedy)
    return None


async def _job(case: Case) -> Finding | None:
    """Of no unit: what a table of cron names, which we looked for ourselves."""
    lead = next((t for t in case.triggers("missing-executable") if t.rule == JOB_WITHOUT_PROGRAM and t.trusted), None)
    if lead is None:
        return None
    file = await file_of(case, lead.object)
    back = f"{lead.object} is there again" if file is not None and exists(file) else ""
    looked = await case.cite_look("file_metadata", path=lead.object) if file else ()
    changed, when = await last_change(case, lead.subject)
    sentence = f"cron cannot run a job: {lead.object}, named in {lead.subject}, does not exist"
    sentence += f"; {changed}" if changed else ""
    cited = case.cite("missing-executable")
    return case.finding("missing-executable", lead.object, sentence, cited, looked, when, proven=True, over=back)


async def _claimed(case: Case) -> Finding | None:
    """Of a unit that PID 1 does not know, as a person's own: the program that it names, where that is not there."""
    path = next((t.object for t in case.triggers("missing-executable") if t.object.startswith("/")), "")
    file = await file_of(case, path) if path else None
    if file is None or exists(file) is not False:
        return None
    looked = await case.cite_look("file_metadata", path=path)
    sentence = f"{case.who} cannot start: {path} does not exist"
    return case.finding("missing-executable", path, sentence, case.cite("missing-executable"), looked, confidence=SEEN)


async def _not_installed(case: Case, unit: UnitState, called: Trigger, cited: tuple[str, ...]) -> Finding:
    """A script calls what nothing on the usual path provides."""
    command, line = called.fields["command"], called.fields.get("line", "")
    script = called.fields.get("script", "") or next(iter(unit.exec_start), unit.name)
    paths = [command] if command.startswith("/") else [f"{folder}/{command}" for folder in _PATH]
    files = [await file_of(case, place) for place in paths]
    gone = all(file is not None and exists(file) is False for file in files)
    looked = await case.cite_look("file_metadata", path=paths[-1]) if gone else ()
    where = f"{script}{f', line {line},' if line else ''}"
    sentence = f"{unit.name} fails: {where} calls {command}, which {'is not installed' if gone else 'it does not find'}"
    return case.finding("missing-executable", command, sentence, cited, looked, proven=gone and is_failing(unit))


async def _gone(case: Case, unit: UnitState, program: str, cited: tuple[str, ...]) -> Finding:
    """To blame is the unit file that names it."""
    looked = await case.cite_look("file_metadata", path=program)
    changed, when = await last_change(case, unit.fragment_path)
    culprit = unit.fragment_path or unit.name
    line = "ExecStart=" if unit.exec_start and program == unit.exec_start[0] else "an Exec line"
    sentence = f"{unit.name} cannot start: {program}, named by {line} in {culprit}, does not exist"
    remedy = await put_back(case, unit, culprit, sentence) if unit.fragment_path else None
    sentence += f"; {changed}" if changed else ""
    return case.finding("missing-executable", culprit, sentence, cited, looked, when, proven=True, proposal=remedy)


async def _no_interpreter(
    case: Case, unit: UnitState, program: str, interpreter: str, cited: tuple[str, ...]
) -> Finding:
    looked = await case.cite_look("file_metadata", path=program)
    changed, when = await last_change(case, program)
    sentence = f"{unit.name} cannot start: {interpreter}, which the first line of {program} names, does not exist"
    remedy = await put_back(case, unit, program, sentence)
    sentence += f"; {changed}" if changed else ""
    return case.finding("missing-executable", program, sentence, cited, looked, when, proven=True, proposal=remedy)


async def _unseen(case: Case, unit: UnitState, programs: list[str], cited: tuple[str, ...]) -> Finding:
    """The files are there, or could not be looked at: then PID 1's own word is what there is."""
    program = programs[0]
    file = await file_of(case, program)
    if file is not None and exists(file):
        looked = await case.cite_look("file_metadata", path=program)
        mount = next(iter(rows(await case.look("mount_of", path=program), "mounts")), {})
        if mount.get("no_exec") is True:
            point = text(mount, "point")
            seen = await case.cite_look("mount_of", path=program)
            sentence = f"{unit.name} cannot start: {program} lies on {point}, where nothing may be executed"
            note = "The option noexec of the mount forbids it: mount it without, or put the program elsewhere."
            return case.finding("permission", point, sentence, cited, looked, seen, proven=True, notes=(note,))
        if found := await not_executable(case, unit, program, cited):
            return found
        sentence = f"{program}, which {unit.name} starts, exists but cannot be executed"
        return case.finding("missing-executable", program, sentence, cited, looked, confidence=0.7)
    culprit = unit.fragment_path or unit.name
    if any(_MAY_NOT.search(trigger.sample[:2000]) for trigger in case.triggers("missing-executable")):
        sentence = f"{unit.name} cannot start: {program}, named by ExecStart= in {culprit}, may not be executed"
        return case.finding("permission", program, sentence, cited, confidence=0.7)
    sentence = f"{unit.name} cannot start: {program}, named by ExecStart= in {culprit}, does not exist"
    proven = case.trusted("missing-executable")
    remedy = await put_back(case, unit, culprit, sentence) if unit.fragment_path else None
    return case.finding("missing-executable", culprit, sentence, cited, proven=proven, proposal=remedy)


async def not_executable(case: Case, unit: UnitState, program: str, cited: tuple[str, ...]) -> Finding | None:
    """Whether nobody may execute the file."""
    file = await file_of(case, program)
    mode = text(file, "mode") if file else ""
    if not mode.startswith("-") or "x" in mode.lower() or "s" in mode.lower():
        return None
    looked = await case.cite_look("file_metadata", path=program)
    changed, when = await last_change(case, program)
    sentence = f"{unit.name} cannot start: {program} may not be executed, its mode is {mode}"
    remedy = propose("repair_ownership", program, sentence, unit=unit.name)
    sentence += f"; {changed}" if changed else ""
    return case.finding("permission", program, sentence, cited, looked, when, proven=True, proposal=remedy)


async def missing_setting(case: Case) -> Finding | None:
    """A file or the directory that the unit cannot start without is not there, by PID 1's own list."""
    unit = case.unit
    if unit is None:
        return None
    named = [(path, "EnvironmentFile=") for path in unit.environment_files]
    named += [(path, "LoadCredential=") for path in unit.credentials]
    named += [(unit.working_directory, "WorkingDirectory=")] if unit.working_directory.startswith("/") else []
    for path, setting in named:
        file = await file_of(case, path)
        if file is not None and exists(file) is False:
            cited = case.cite()
            if led := await behind_link(case, unit, path, "missing-path", cited[:3]):
                return led
            looked = await case.cite_look("file_metadata", path=path)
            sentence = f"{unit.name} cannot start: {path}, its {setting}, does not exist"
            remedy = await put_back(case, unit, path, sentence) if setting[0] == "E" else None
            return case.finding("missing-path", path, sentence, cited[:3], looked, proven=True, proposal=remedy)
    return None


_NOT_LOADED = 127
"""What the loader ends a program with that lacks a library (ld.so(8))."""


def _missing_piece(case: Case, cited: tuple[str, ...]) -> Finding | None:
    """A library or module, which has no path: the loader's or the language's own word."""
    unit, lead = case.unit, case.triggers("missing-path")[0]
    piece = next((value for name in ("library", "module", "name") if (value := lead.fields.get(name, ""))), lead.object)
    if not piece:
        return None
    sentence = f"{case.who} needs {piece}, which is not installed here or not where it is looked for"
    sure = unit is not None and is_failing(unit) and unit.exit_status == _NOT_LOADED
    return case.finding("missing-path", piece, sentence, cited, proven=sure)


async def missing_path(case: Case) -> Finding | None:
    """A file, directory or target that the unit names and that is not there."""
    unit = case.unit
    cited = case.cite("missing-path")
    if not cited:
        return None
    if (setting := await missing_setting(case)) is not None:
        return setting
    subject = case.who
    named = [trigger.fields.get("path", "") for trigger in case.triggers("missing-path")]
    for path in filter(None, named):
        if unit is not None and (found := await hidden_below(case, unit, path, cited)) is not None:
            return found
    own = paths_of(unit) if unit else []
    # The text only picks among what the unit itself names; a path found in the text alone stays a claim.
    for path in sorted(own, key=lambda path: not any(path == name or name.startswith(f"{path}/") for name in named)):
        file = await file_of(case, path)
        if file is not None and exists(file) is False:
            if unit is not None and (led := await behind_link(case, unit, path, "missing-path", cited)):
                return led
            looked = await case.cite_look("file_metadata", path=path)
            return case.finding(
                "missing-path", path, f"{subject} needs {path}, which does not exist", cited, looked, proven=True
            )
    claimed = next((name for name in named if name.startswith("/")), "")
    if not claimed:
        return _missing_piece(case, cited)
    file = await file_of(case, claimed)
    gone = file is not None and exists(file) is False
    looked = await case.cite_look("file_metadata", path=claimed) if gone else ()
    words = "which does not exist" if gone else "which it says is missing"
    return case.finding("missing-path", claimed, f"{subject} needs {claimed}, {words}", cited, looked, proven=gone)
