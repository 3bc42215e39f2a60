"""The program, or a path, that a unit needs and that is not there."""

from __future__ import annotations

from stillwatch.think.causes.case import Case, Finding, propose
from stillwatch.think.causes.facts import exists, file_of, last_change, paths_of


async def missing_executable(case: Case) -> Finding | None:
    """ExecStart= names a program that does not exist. To blame is the unit file that names it."""
    unit = case.unit
    if unit is None or not unit.exec_start or not unit.exec_start[0].startswith("/"):
        return None
    program = unit.exec_start[0]
    told = case.cite("missing-executable")
    file = await file_of(case, program)
    gone = file is not None and exists(file) is False
    if not gone and not told:
        return None
    looked = await case.cite_look("file_metadata", path=program) if file else ()
    if file is not None and exists(file):
        sentence = (
            f"{program}, which {unit.name} starts, exists but cannot be executed: its mode or its interpreter is wrong"
        )
        return case.finding("missing-executable", program, sentence, told, looked, confidence=0.7)
    changed, when = await last_change(case, unit.fragment_path)
    culprit = unit.fragment_path or unit.name
    sentence = f"{unit.name} cannot start: {program}, named by ExecStart= in {culprit}, does not exist"
    remedy = propose("restore_file", culprit, sentence, unit=unit.name) if unit.fragment_path else None
    sentence += f"; {changed}" if changed else ""
    proven = gone or case.trusted("missing-executable")
    return case.finding("missing-executable", culprit, sentence, told, looked, when, proven=proven, proposal=remedy)


async def missing_path(case: Case) -> Finding | None:
    """A file, directory or target that the unit names and that is not there."""
    unit = case.unit
    told = case.cite("missing-path")
    if not told:
        return None
    subject = case.incident.subject
    named = [trigger.fields.get("path", "") for trigger in case.triggers("missing-path")]
    own = paths_of(unit) if unit else []
    # The text only picks among what the unit itself names; a path found in the text alone stays a claim.
    for path in sorted(own, key=lambda path: not any(path == name or name.startswith(f"{path}/") for name in named)):
        file = await file_of(case, path)
        if file is not None and exists(file) is False:
            looked = await case.cite_look("file_metadata", path=path)
            return case.finding(
                "missing-path", path, f"{subject} needs {path}, which does not exist", told, looked, proven=True
            )
    claimed = next((name for name in named if name.startswith("/")), "")
    if not claimed:
        return None
    file = await file_of(case, claimed)
    gone = file is not None and exists(file) is False
    looked = await case.cite_look("file_metadata", path=claimed) if gone else ()
    words = "which does not exist" if gone else "which it says is missing"
    return case.finding("missing-path", claimed, f"{subject} needs {claimed}, {words}", told, looked, proven=gone)
