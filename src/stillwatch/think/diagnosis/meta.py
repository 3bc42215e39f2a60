"""The meta tier: looks closer at one incident, one schema-constrained step at a time, with look tools only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.action import Proposal
from stillwatch.records.assessment import Assessment
from stillwatch.records.cause import CAUSES, Cause
from stillwatch.records.chat import Answer, Failure, Prompt
from stillwatch.records.event import Untrusted
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.look import Seen
from stillwatch.records.safe import ForModel
from stillwatch.think.context import LOOK_CHARACTERS, for_diagnosis, incident_lines, prompt, tool_lines
from stillwatch.think.schemas import CONFIDENCE, TEXT_CHARACTERS, UNIT_REMEDIES, meta_schema
from stillwatch.untrusted.for_model import fenced, filled, harmless, joined, ours, quoted, uncapped

NEXT = ours("Next step?")
CONCLUDE = ours("Conclude now.")
MOST_LOOKS = 3
STEP_TOKENS = 220


async def look_closer(
    model: ChatModel,
    incident: Incident,
    looks: LookTools | None,
    units: Sequence[str],
    *,
    nonce: str,
    clock: Clock,
    deadline: float,
    notes: Sequence[str] = (),
) -> tuple[Incident, Assessment | Failure]:
    """Look at most MOST_LOOKS times, then conclude. deadline: seconds for all steps together; notes: of people.

    What was seen becomes evidence of the incident, whether or not a conclusion is reached.
    """
    ends = clock.boot() + deadline
    tools = for_diagnosis(looks.catalogue()) if looks else {}
    messages = [
        Prompt(role="system", content=joined((prompt("meta"), ours("\nTools:"), tool_lines(tools)))),
        Prompt(role="user", content=joined((_known(incident, notes, nonce), NEXT))),
    ]
    for step in range(MOST_LOOKS + 1):
        may_look = bool(tools) and step < MOST_LOOKS
        ids = [evidence.id for evidence in incident.evidence]
        schema = meta_schema(tools, units, ids, may_look=may_look)
        left = ends - clock.boot()
        answer = await model.chat(messages, schema=schema, max_tokens=STEP_TOKENS, deadline=max(left, 0.1))
        if isinstance(answer, Failure):
            return incident, answer
        if answer.value.get("step") != "look" or looks is None or not may_look:
            return incident, conclusion(answer.value, incident)
        seen = await _look(looks, answer.value)
        incident, evidence = with_look(incident, seen)
        messages += _exchange(answer, evidence, nonce, last=step + 1 == MOST_LOOKS)
    return incident, Failure(reason="garbage", detail="no conclusion after the last look")


def conclusion(value: Mapping[str, object], incident: Incident) -> Assessment | Failure:
    """Decode the last step strictly; only evidence that exists counts, only known remedies on the incident's unit."""
    cause, confidence, text = value.get("cause"), value.get("confidence"), value.get("text")
    cited, remedy = value.get("evidence"), value.get("remedy", "none")
    if cause not in CAUSES or confidence not in CONFIDENCE or not isinstance(text, str) or remedy not in UNIT_REMEDIES:
        return Failure(reason="garbage", detail="the conclusion does not fit its schema")
    known = {evidence.id for evidence in incident.evidence}
    evidence = tuple(dict.fromkeys(id for id in cited if id in known)) if isinstance(cited, list) else ()
    words = harmless(Untrusted(text.strip()), TEXT_CHARACTERS) or f"{incident.subject}: {CAUSES[str(cause)]}"
    return Assessment(
        by="meta",
        cause=Cause(id=str(cause), object=incident.subject, text=words),
        evidence=evidence,
        confidence=CONFIDENCE[str(confidence)],
        proposal=_proposal(str(remedy), incident, words),
    )


def with_look(incident: Incident, seen: Seen) -> tuple[Incident, Evidence]:
    """The incident with one more piece of evidence: what the look showed, or why it could not be seen."""
    arguments = ", ".join(f"{key}={value}" for key, value in seen.arguments.items())
    evidence = Evidence(
        id=f"E{len(incident.evidence) + 1}",
        incident=incident.id,
        kind="look",
        source=f"{seen.tool}({arguments})",
        at=seen.at,
        text=Untrusted(f"could not be seen: {seen.problem}") if seen.problem else seen.text,
    )
    return replace(incident, evidence=(*incident.evidence, evidence)), evidence


def _known(incident: Incident, notes: Sequence[str], nonce: str) -> ForModel:
    return fenced([*incident_lines(incident), *(quoted(note) for note in notes)], nonce)


async def _look(looks: LookTools, value: Mapping[str, object]) -> Seen:
    arguments = value.get("arguments")
    return await looks.look(str(value.get("tool")), arguments if isinstance(arguments, dict) else {})


def _exchange(answer: Answer, evidence: Evidence, nonce: str, *, last: bool) -> list[Prompt]:
    seen = filled(
        "[{id}] {source}:\n  {text}",
        id=harmless(evidence.id),
        source=quoted(evidence.source),
        text=quoted(evidence.text, LOOK_CHARACTERS),
    )
    return [
        Prompt(role="assistant", content=uncapped(answer.text)),
        Prompt(role="user", content=joined((fenced([seen], nonce), CONCLUDE if last else NEXT))),
    ]


def _proposal(remedy: str, incident: Incident, because: str) -> Proposal | None:
    """The target is the incident's own unit, which the system named; a model cannot spell one (R15)."""
    if remedy == "none" or not incident.subject.endswith(".service"):
        return None
    return Proposal(action=remedy, target=incident.subject, because=Untrusted(because))
