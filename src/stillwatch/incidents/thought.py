"""An incident that is thought about while the host goes on: when to think anew, and what a thought still says after."""

from __future__ import annotations

from dataclasses import replace

from stillwatch.records.incident import Incident, Step
from stillwatch.triage.merge import mark


def on_top_of(current: Incident, thought: Incident) -> Incident:
    """current: as it stands in the book, which the thought did not know of."""
    history = dict.fromkeys((*current.history, *thought.history))
    thought = replace(thought, history=tuple(sorted(history, key=lambda step: step.at)))
    if current.triggers != thought.triggers:
        thought = replace(
            thought,
            key=current.key,
            severity=current.severity,
            summary=current.summary,
            subject=current.subject,
            triggers=current.triggers,
            opened=current.opened,
            updated=max(current.updated, thought.updated),
        )
    if current.state in ("resolved", "muted") and thought.state != "resolved":
        return replace(thought, state=current.state, muted_by=current.muted_by)
    return thought


def part_of(root: Incident, sufferer: Incident, at: float) -> tuple[Incident, Incident]:
    """Both, once a look has shown that the one suffers from the other: the root has all of it, the other is over."""
    names = dict.fromkeys((*root.sufferers, sufferer.subject, *sufferer.sufferers))
    known = {mark(trigger) for trigger in root.triggers}
    triggers = (*root.triggers, *(trigger for trigger in sufferer.triggers if mark(trigger) not in known))
    step = Step(at=at, by="rule", text=f"is part of {root.id}")
    return (
        replace(root, triggers=triggers, sufferers=tuple(names)),
        replace(sufferer, state="resolved", updated=at, history=(*sufferer.history, step)),
    )


def is_news(incident: Incident, before: Incident | None) -> bool:
    """Worth another thought: new, worse, or seen in a way not seen before."""
    if before is None:
        return True
    kinds = {(trigger.rule, trigger.subject) for trigger in before.triggers}
    return incident.severity > before.severity or any((t.rule, t.subject) not in kinds for t in incident.triggers)
