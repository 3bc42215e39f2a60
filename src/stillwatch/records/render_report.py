"""Reports, replies and findings as plain JSON values, in the shapes that scripts rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from stillwatch.records.chat import Usage
from stillwatch.records.iso import iso
from stillwatch.records.render import incident_json
from stillwatch.records.report import Finding, Reply, Report, TierReport, UnknownKind


def report_json(report: Report) -> dict[str, object]:
    """What `check --json` and `status --json` print; `recorded` stands in it only where it is true."""
    return {
        "host": report.host,
        "at": iso(report.at),
        **({"recorded": True} if report.recorded else {}),
        "status": report.status,
        "incidents": [incident_json(incident) for incident in report.incidents],
        "sources": [
            {
                "name": source.name,
                "read": source.read,
                "problem": source.problem or None,
                "watched": source.watched or None,
            }
            for source in report.sources
        ],
        "tiers": {name: _tier(tier) for name, tier in report.tiers.items()},
        "lines": report.lines,
        "dropped": report.dropped,
        "unread": asdict(report.unread),
        "unknown": [unknown_json(one) for one in report.unknown],
        "seconds": round(report.seconds, 3),
        "store": asdict(report.store) if report.store else None,
    }


def unknown_json(one: UnknownKind) -> dict[str, object]:
    """Trouble that no rule knows, as CONTRACT has it."""
    return {
        "template": one.template,
        "program": one.program,
        "host": one.host or None,
        "count": one.count,
        "first": iso(one.first),
        "last": iso(one.last),
        "sample": one.sample,
    }


def reply_json(reply: Reply) -> dict[str, object]:
    """What `ask --json` prints: the answer and the evidence that its citations stand for."""
    return {
        "answer": reply.text,
        "by": reply.by,
        "note": reply.note or None,
        "evidence": [
            {
                "id": piece.id,
                "incident": piece.incident or None,
                "kind": piece.kind,
                "source": piece.source,
                "at": iso(piece.at),
                "text": piece.text,
            }
            for piece in reply.evidence
        ],
        "usage": _usage(reply.usage),
    }


def findings_json(findings: Sequence[Finding]) -> dict[str, object]:
    """What `doctor --json` prints; "mend" is null where no command mends it."""
    return {
        "ok": all(finding.ok for finding in findings),
        "findings": [
            {"topic": each.topic, "ok": each.ok, "text": each.text, "mend": each.mend or None} for each in findings
        ],
    }


def _tier(tier: TierReport) -> dict[str, object]:
    return {
        "state": tier.state,
        "detail": tier.detail,
        "engine": tier.engine or None,
        "calls": tier.calls,
        **_usage(tier.usage),
    }


def _usage(usage: Usage) -> dict[str, object]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "cached_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "seconds": round(usage.seconds, 3),
    }
