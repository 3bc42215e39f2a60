"""What a model gets to read of prompts, tools and incidents.

What repeats comes first and stays byte-identical, so that the server's prompt cache holds it; what changes is short
and comes last. Text from outside gets in by untrusted/for_model.py alone.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

from stillwatch.records.cause import CAUSES
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.safe import ForModel
from stillwatch.untrusted.for_model import (
    EVIDENCE_CHARACTERS,
    fenced,
    filled,
    harmless,
    joined,
    ours,
    quoted,
    uncapped,
)

LOOK_CHARACTERS = 1_600


@functools.cache
def prompt(name: str) -> ForModel:
    """A prompt from think/prompts, with the catalogue of causes put in where it asks for it."""
    text = resources.files("stillwatch.think").joinpath("prompts", f"{name}.md").read_text("utf-8")
    return ours(text.replace("{causes}", "\n".join(f"- {id}: {words}" for id, words in CAUSES.items())).strip())


def for_diagnosis(catalogue: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The look tools that help to find a cause; the others answer people's questions."""
    return {name: about for name, about in catalogue.items() if not about.get("for_people")}


def tool_lines(catalogue: Mapping[str, Mapping[str, Any]]) -> ForModel:
    """The look tools, one line each, in a fixed order."""
    lines = (f"- {name}: {str(catalogue[name]['description']).split('. ')[0]}" for name in sorted(catalogue))
    return joined(uncapped(line) for line in lines)


def evidence_line(evidence: Evidence, limit: int = EVIDENCE_CHARACTERS) -> ForModel:
    """One fenced line: id, where from, and the words."""
    return filled(
        "[{id}] {kind} {source}: {text}",
        id=harmless(evidence.id),
        kind=harmless(evidence.kind),
        source=quoted(evidence.source, 120),
        text=quoted(evidence.text, limit),
    )


def incident_lines(incident: Incident, limit: int = EVIDENCE_CHARACTERS, most: int = 10) -> list[ForModel]:
    """An incident as data for a model: about 40 tokens a line of evidence, at most `most` of them."""
    lines = [
        filled("unit or place: {subject}", subject=quoted(incident.subject, 120)),
        filled("seen: {summary}", summary=quoted(incident.summary, 200)),
    ]
    return lines + [evidence_line(one, limit) for one in incident.evidence[:most]]


def incident_block(incident: Incident, nonce: str, most: int = 10) -> ForModel:
    return fenced(incident_lines(incident, most=most), nonce)
