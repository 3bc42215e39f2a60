"""Records as plain JSON values, in the shapes that scripts rely on. Times are ISO 8601, UTC."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.records.action import Decision, Outcome, Proposal
from stillwatch.records.cause import Cause
from stillwatch.records.incident import Evidence, Incident
from stillwatch.records.iso import iso
from stillwatch.records.path import Arrow, path_of
from stillwatch.records.trigger import Trigger


def trigger_json(trigger: Trigger) -> dict[str, object]:
    """One trigger, without the raw events behind it (`sample` is one of their texts)."""
    return {
        "at": iso(trigger.at),
        "host": trigger.host,
        "rule": trigger.rule,
        "severity": str(trigger.severity),
        "summary": trigger.summary,
        "subject": trigger.subject,
        "count": trigger.count,
        "first": iso(trigger.first),
        "last": iso(trigger.last),
        "fields": dict(trigger.fields),
        "sample": trigger.sample,
    }


def incident_json(incident: Incident) -> dict[str, object]:
    """One incident with its evidence; what is not known yet is null."""
    return {
        "id": incident.id,
        "key": incident.key,
        "state": incident.state,
        "severity": str(incident.severity),
        "summary": incident.summary,
        "subject": incident.subject,
        "host": incident.host,
        "opened": iso(incident.opened),
        "updated": iso(incident.updated),
        "cause": _cause(incident.cause),
        "confidence": incident.confidence,
        "by": incident.by,
        "evidence": [_evidence(piece) for piece in incident.evidence],
        "proposal": _proposal(incident.proposal),
        "decision": _decision(incident.decision),
        "outcome": _outcome(incident.outcome),
        "muted_by": incident.muted_by,
        "notes": list(incident.notes),
        "path": [_arrow(arrow) for arrow in path_of(incident)],
        "opinions": [{"by": opinion.by, "says": opinion.says} for opinion in incident.opinions],
    }


def _arrow(arrow: Arrow) -> dict[str, object]:
    return {"culprit": arrow.culprit, "effect": arrow.effect, "cause": arrow.cause, "evidence": list(arrow.evidence)}


def _evidence(piece: Evidence) -> dict[str, object]:
    return {"id": piece.id, "kind": piece.kind, "source": piece.source, "at": iso(piece.at), "text": piece.text}


def _cause(cause: Cause | None) -> Mapping[str, object] | None:
    return None if cause is None else {"id": cause.id, "object": cause.object, "text": cause.text}


def _proposal(proposal: Proposal | None) -> Mapping[str, object] | None:
    if proposal is None:
        return None
    return {
        "action": proposal.action,
        "target": proposal.target,
        "arguments": dict(proposal.arguments),
        "because": proposal.because,
    }


def _decision(decision: Decision | None) -> Mapping[str, object] | None:
    if decision is None:
        return None
    return {"verdict": decision.verdict, "rule": decision.rule, "reason": decision.reason}


def _outcome(outcome: Outcome | None) -> Mapping[str, object] | None:
    return None if outcome is None else {"status": outcome.status, "verified": outcome.verified}
