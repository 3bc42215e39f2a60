"""A trigger that rests on one event which PID 1, the kernel or our own measure told: trusted, as log lines are not."""

from __future__ import annotations

from collections.abc import Mapping

from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.untrusted.redact import FIELD_LIMIT, safe_text


def of_event(
    event: Event,
    host: str,
    *,
    rule: str,
    severity: Severity,
    summary: str,
    cause: str,
    fields: Mapping[str, str],
    object: str = "",
) -> Trigger:
    """host: whose it is where the event names none; summary: a sentence, cleaned and bounded here."""
    said = safe_text(summary, FIELD_LIMIT)
    return Trigger(
        rule=rule,
        severity=severity,
        summary=said,
        subject=event.subject,
        host=event.host or host,
        count=1,
        first=event.at,
        last=event.at,
        cause=cause,
        fields=dict(fields),
        sample=Untrusted(safe_text(event.text or said)),
        object=object,
        trusted=True,
        events=(event,),
    )
