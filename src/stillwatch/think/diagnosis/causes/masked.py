"""A unit that nothing can start, and that others need."""

from __future__ import annotations

from stillwatch.think.diagnosis.causes.case import Case, Finding, propose
from stillwatch.think.diagnosis.causes.facts import text


async def masked(case: Case) -> Finding | None:
    """PID 1 says that the unit is masked; who misses it stands in the trigger."""
    triggers = case.triggers("masked")
    if not triggers:
        return None
    name = triggers[0].subject
    state = await case.look("unit_status", unit=name)
    if state and text(state, "load_state") != "masked":
        return None
    looked = await case.cite_look("unit_status", unit=name)
    missed = next((t.summary.partition(", so ")[2].partition(",")[0] for t in triggers if t.rule == "unit-missed"), "")
    sentence = f"{name} is masked, so nothing can start it" + (f", and {missed} needs it" if missed else "")
    proven, cited = bool(looked) or case.trusted("masked"), case.cite("masked")
    remedy = propose("unmask_unit", name, sentence) if missed and proven else None
    return case.finding("masked", name, sentence, cited, looked, proven=proven, proposal=remedy, meant=case.meant(name))
