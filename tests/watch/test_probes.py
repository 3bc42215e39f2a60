from __future__ import annotations

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Severity
from stillwatch.watch.probes import FILE_RULES, RULES, judge_probe


@pytest.mark.parametrize(
    ("metric", "value", "limit", "severity"),
    [
        ("probe-failures", 2.0, "2", Severity.high),
        ("probe-failures", 1.0, "2", None),
        ("probe-failures", 0.0, "1", None),
        ("probe-seconds", 3.0, "2.5", Severity.low),
        ("probe-seconds", 2.0, "2.5", None),
        ("probe-seconds", 50.0, "", None),
        ("certificate-days", 13.9, "14.0", Severity.medium),
        ("certificate-days", 15.0, "14.0", None),
        ("backup-hours", 27.0, "26", Severity.medium),
        ("backup-hours", 25.0, "26", None),
        ("file-certificate-days", 13.0, "14", Severity.medium),
        ("file-certificate-days", 15.0, "14", None),
        ("load", 15.0, "14.0", None),
    ],
)
def test_what_is_told(metric: str, value: float, limit: str, severity: Severity | None) -> None:
    fields = {"metric": metric, "limit": limit, "cause": "not-answering", "url": "https://{h}/", "why": "{0} %s"}
    event = Event(host="h", at=1.0, source="metric", subject="shop", text=Untrusted("x"), value=value, fields=fields)
    found = judge_probe(event, "h")
    assert (found.severity if found else None) == severity
    assert found is None or (found.trusted and found.rule in RULES | FILE_RULES and found.subject == "shop")
