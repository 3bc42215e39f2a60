"""A limit that is reached, an option that a program does not know: which file of the unit sets it."""

from __future__ import annotations

from stillwatch.records.cause import CAUSES
from stillwatch.records.trigger import Trigger
from stillwatch.think.diagnosis.causes.case import SEEN, Case, Finding
from stillwatch.think.diagnosis.causes.facts import last_change, where_set
from stillwatch.think.diagnosis.causes.failing import plain
from stillwatch.unit.facts import is_failing


async def limit_reached(case: Case) -> Finding | None:
    """Told with the file that sets the limit, where it is one of the unit's; else as its rule tells it."""
    triggers = case.triggers("resource-limit")
    setting = await where_set(case, *(trigger.object for trigger in triggers))
    if not setting or case.unit is None:
        return await plain(case)
    directive = next(trigger.object for trigger in triggers if trigger.object)
    sentence = f"{case.unit.name}: {CAUSES['resource-limit']}: {directive}=, which {setting} sets"
    changed, when = await last_change(case, setting)
    sentence += f"; {changed}" if changed else ""
    sentence += case.last_statement("resource-limit")
    looked = await case.cite_look("unit_status", unit=case.unit.name)
    # Its own limit, as it always was, is not at fault that it is reached.
    culprit = setting if setting != case.unit.fragment_path or changed else case.unit.name
    return case.finding("resource-limit", culprit, sentence, case.cite("resource-limit"), looked, when, confidence=SEEN)


async def bad_option(case: Case) -> Finding | None:
    """An option that the program does not take, and the file of the unit that gives it."""
    options = list(filter(None, map(_option, case.triggers("bad-config"))))
    if not options or case.unit is None:
        return None
    option = options[0]
    sentence = f"{case.unit.name} does not take the option {option}"
    setting = await where_set(case, option)
    changed, when = await last_change(case, setting) if setting else ("", ())
    sentence += f", which {setting} gives it" if setting else ""
    sentence += f"; {changed}" if changed else ""
    looked = await case.cite_look("unit_status", unit=case.unit.name) if setting else ()
    culprit = setting or option
    proven = bool(setting) and is_failing(case.unit)
    return case.finding("bad-config", culprit, sentence, case.cite("bad-config"), looked, when, proven=proven)


def _option(trigger: Trigger) -> str:
    letter = trigger.fields.get("letter", "")
    return trigger.fields.get("option", "") or (f"-{letter}" if letter else "")
