"""An answer from what is known, by fixed code: for hosts without a model that can write, and when it is down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.report import SourceReport
from stillwatch.records.unit import UnitState

CITED = re.compile(r"\[(E\d+)\]")
_CARRIED = re.compile(r"\s*\((E\d+(?:, E\d+)*)\)\.?\Z")
"""The ids that a sentence of the rules ends with, as in "the port is taken (E1, E6)."."""
_CITES = re.compile(r"\s*((?:\[E\d+\] ?)+)\.?\Z")


def asked_about(question: str, names: Sequence[str]) -> list[str]:
    """The unit names that the question mentions, whole ("nginx" or "nginx.service"), longest first."""
    words = question.casefold()

    def mentioned(name: str) -> bool:
        stem = name.rsplit(".", 1)[0].casefold()
        return bool(stem) and re.search(rf"(?<![\w@-]){re.escape(stem)}(?![\w@-])", words) is not None

    return sorted((name for name in names if mentioned(name)), key=lambda name: (-len(name), name))


def numbered(incidents: Sequence[Incident], most: int = 24) -> tuple[list[Incident], tuple[Evidence, ...]]:
    """The incidents with their evidence numbered through (E1, E2, …), and all of that evidence."""
    result, everything = [], list[Evidence]()
    for incident in incidents:
        room = max(most - len(everything), 0)
        names = {one.id: f"E{len(everything) + number}" for number, one in enumerate(incident.evidence[:room], 1)}
        kept = [replace(one, id=names[one.id], incident=incident.id) for one in incident.evidence[:room]]
        everything += kept
        cause = incident.cause and replace(incident.cause, text=_renamed(incident.cause.text, names))
        result.append(replace(incident, evidence=tuple(kept), cause=cause))
    return result, tuple(everything)


def parted(text: str) -> tuple[str, str]:
    """A sentence of a `numbered` incident, and the citations that it ends with ("[E1] [E6]"), "" for none."""
    found = _CITES.search(text)
    return (text[: found.start()], found[1].strip()) if found else (text, "")


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Its evidence cited by the new names."""
    found = _CARRIED.search(text)
    if found is None:
        return text
    kept = [f"[{names[name]}]" for name in found[1].split(", ") if name in names]
    return f"{text[: found.start()].rstrip('.')} {' '.join(kept)}".rstrip()


def relevant(question: str, incidents: Sequence[Incident]) -> list[Incident]:
    """The incidents that the question is about, else all; the worst first."""
    ordered = sorted(incidents, key=lambda incident: (-incident.severity, incident.opened))
    about = [incident for incident in ordered if asked_about(question, _names(incident))]
    return about or ordered


def by_rules(
    question: str, incidents: Sequence[Incident], units: Mapping[str, UnitState], sources: Sequence[SourceReport]
) -> str:
    """What is known, in sentences; incidents are `numbered`. sources: what was to be read, and whether it could be."""
    about = relevant(question, incidents)
    if about:
        return "\n".join(sentence(incident) for incident in about)
    states = [_state(units[name]) for name in asked_about(question, list(units)) if name.endswith(".service")]
    unread = [f"{one.name}: {one.problem or 'not read yet'}" for one in sources if not one.read]
    if unread or not sources:
        what = f"Not everything could be read ({'; '.join(unread) or 'nothing yet'}), so I cannot say that all is well."
        return "\n".join([*states, what])
    return "\n".join([*states, "I see no open incident on this host."])


def sentence(incident: Incident) -> str:
    """One incident: what, why, and the evidence that shows it."""
    what = f"{incident.subject}: {incident.summary}" if incident.subject not in incident.summary else incident.summary
    if incident.cause is None and not incident.evidence:
        return f"{what}. I have just seen it, and am looking into it."
    why, cited = parted(incident.cause.text) if incident.cause else ("the cause is not known", "")
    cited = cited or " ".join(f"[{evidence.id}]" for evidence in incident.evidence)
    sure = "" if incident.confidence >= 0.8 else f" (confidence {incident.confidence:.0%})"
    could = _could(incident)
    return f"{what}. {why[:1].upper()}{why[1:].rstrip('.')}{sure} {cited}.{could}".replace("  ", " ")


def cited(text: str, evidence: Sequence[Evidence]) -> tuple[str, tuple[Evidence, ...]]:
    """The text without citations of evidence that does not exist, and the evidence that it cites."""
    known = {one.id: one for one in evidence}
    clean = CITED.sub(lambda match: match.group(0) if match.group(1) in known else "", text)
    ids = dict.fromkeys(CITED.findall(clean))
    return clean.strip(), tuple(known[id] for id in ids)


def _names(incident: Incident) -> list[str]:
    return [incident.subject, *(trigger.subject for trigger in incident.triggers)]


def _state(unit: UnitState) -> str:
    return f"{unit.name} is {unit.active_state} ({unit.sub_state})."


def _could(incident: Incident) -> str:
    if incident.proposal is None:
        return ""
    action = incident.proposal.action.replace("_", " ")
    return f" Proposed: {action} {incident.proposal.target}; nothing has been changed."
