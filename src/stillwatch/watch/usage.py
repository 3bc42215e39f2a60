"""What a service does silently, as a fault: zombies, and a processor that it never lets go."""

from __future__ import annotations

from typing import Final

from stillwatch.records.event import Event
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.untrusted.redact import FIELD_LIMIT, safe_text

KINDS: Final = {
    "unit-zombies": ("process-leak", 20.0, "{subject} does not fetch its dead children"),
    "unit-busy": ("cpu-hog", 0.85, "{subject} uses the processor all the time"),
}
"""Metric → cause, from which value on, and the summary."""
OURS: Final = "stillwatch"


def judge_usage(event: Event, host: str) -> Trigger | None:
    """None for other metrics, for what is below the mark, and for ourselves, whose models compute."""
    cause, mark, summary = KINDS.get(event.fields.get("metric", ""), ("", 0.0, ""))
    if not cause or event.value is None or event.value < mark or event.subject.startswith(OURS):
        return None
    return Trigger(
        rule=event.fields["metric"],
        severity=Severity.medium if cause == "process-leak" else Severity.low,
        summary=safe_text(summary.format(subject=event.subject), FIELD_LIMIT),
        subject=event.subject,
        host=event.host or host,
        count=1,
        first=event.at,
        last=event.at,
        cause=cause,
        fields={"metric": event.fields["metric"], "value": f"{event.value:.4f}"},
        sample=event.text,
        trusted=True,
        events=(event,),
    )
