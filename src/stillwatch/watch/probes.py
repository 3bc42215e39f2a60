"""Answers of what its owner declared, against what was declared."""

from __future__ import annotations

from typing import Final

from stillwatch.records.event import Event
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.of_event import of_event

FAILED, SLOW, CERTIFICATE = "probe-failed", "probe-slow", "probe-certificate"
RULES: Final = frozenset({FAILED, SLOW, CERTIFICATE})
BACKUP, CERTIFICATE_FILE = "backup-old", "certificate-file"
FILE_RULES: Final = frozenset({BACKUP, CERTIFICATE_FILE})


def judge_probe(event: Event, host: str) -> Trigger | None:
    """None for other metrics, and for what is within the limit that the event carries."""
    fields, value = event.fields, event.value
    metric, limit = fields.get("metric", ""), _number(fields.get("limit", ""))
    if value is None or limit is None:
        return None
    who, url = event.subject, fields.get("url", "")
    if metric == "probe-failures" and value >= limit:
        words = f"{who} does not answer as declared: {url}: {fields.get('why', '')}"
        return _trigger(event, host, FAILED, Severity.high, words)
    if metric == "probe-seconds" and value >= limit:
        return _trigger(event, host, SLOW, Severity.low, f"{who} answered {url} in {value:.1f} s")
    if metric == "certificate-days" and value <= limit:
        words = f"the certificate that {who} shows at {url} is good for {value:.1f} days more"
        return _trigger(event, host, CERTIFICATE, Severity.medium, words)
    if metric == "backup-hours" and value >= limit:
        return _trigger(event, host, BACKUP, Severity.medium, f"{who}: {url}: {fields.get('why', '')}")
    if metric == "file-certificate-days" and value <= limit:
        return _trigger(event, host, CERTIFICATE_FILE, Severity.medium, f"{who}: {url}: {fields.get('why', '')}")
    return None


def _trigger(event: Event, host: str, rule: str, severity: Severity, summary: str) -> Trigger:
    fields = {name: event.fields[name] for name in ("metric", "probe", "url", "limit") if event.fields.get(name)}
    cause, of = event.fields.get("cause", ""), event.subject
    return of_event(event, host, rule=rule, severity=severity, summary=summary, cause=cause, fields=fields, object=of)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
