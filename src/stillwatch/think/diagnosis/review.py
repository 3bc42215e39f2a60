"""The review tier: cause, confidence, and whether somebody should look closer, for one incident."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.ports import ChatModel
from stillwatch.records.assessment import Assessment
from stillwatch.records.cause import CAUSES, Cause
from stillwatch.records.chat import Failure, Prompt
from stillwatch.records.incident import Incident
from stillwatch.think.context import incident_block, prompt
from stillwatch.think.schemas import CONFIDENCE, review_schema
from stillwatch.untrusted.for_model import filled, harmless, joined, ours


async def review(
    model: ChatModel, incident: Incident, nonce: str, deadline: float, *, suspicion: str = ""
) -> Assessment | Failure:
    """Ask once. An answer that does not fit the schema is a Failure, never an opinion.

    suspicion: the cause that the rules suspect (an id), "" where they suspect none; the model may contradict.
    """
    ids = [evidence.id for evidence in incident.evidence[:10]]
    suspected = filled("The rules suspect {cause}. Does the evidence agree? ", cause=harmless(suspicion))
    ask = filled("{suspected}What is the cause?", suspected=suspected if suspicion else ours(""))
    messages = [
        Prompt(role="system", content=prompt("review")),
        Prompt(role="user", content=joined((incident_block(incident, nonce), ask))),
    ]
    answer = await model.chat(messages, schema=review_schema(ids), max_tokens=120, deadline=deadline)
    if isinstance(answer, Failure):
        return answer
    return _assessment(answer.value, incident, set(ids))


def _assessment(value: Mapping[str, object], incident: Incident, known: set[str]) -> Assessment | Failure:
    cause, confidence, escalate = value.get("cause"), value.get("confidence"), value.get("escalate")
    cited = value.get("evidence")
    if cause not in CAUSES or confidence not in CONFIDENCE or not isinstance(escalate, bool):
        return Failure(reason="garbage", detail="the review does not fit its schema")
    evidence = tuple(dict.fromkeys(id for id in cited if id in known)) if isinstance(cited, list) else ()
    return Assessment(
        by="review",
        cause=Cause(id=str(cause), object=incident.subject, text=f"{incident.subject}: {CAUSES[str(cause)]}"),
        evidence=evidence,
        confidence=CONFIDENCE[str(confidence)],
        next="escalate" if escalate else "tell",
    )
