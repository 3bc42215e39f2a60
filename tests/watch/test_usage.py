from __future__ import annotations

import pytest

from stillwatch.records.event import Event, Untrusted
from stillwatch.watch.usage import judge_usage


@pytest.mark.parametrize(
    ("metric", "value", "subject", "cause"),
    [
        ("unit-zombies", 25.0, "web.service", "process-leak"),
        ("unit-zombies", 5.0, "web.service", ""),
        ("unit-busy", 0.95, "web.service", "cpu-hog"),
        ("unit-busy", 0.5, "web.service", ""),
        ("unit-busy", 0.95, "stillwatch-llama@1.service", ""),
        ("unit-tasks", 0.95, "web.service", "resource-limit"),
        ("unit-tasks", 0.85, "web.service", ""),
        ("unit-memory", 0.97, "web.service", "resource-limit"),
        ("unit-memory", 0.9, "web.service", ""),
        ("unit-files", 0.92, "web.service", "resource-limit"),
        ("unit-files", 0.85, "web.service", ""),
        ("load", 0.95, "", ""),
    ],
)
def test_what_is_a_fault(metric: str, value: float, subject: str, cause: str) -> None:
    fields = {"metric": metric}
    event = Event(host="h", at=1.0, source="metric", subject=subject, text=Untrusted("x"), value=value, fields=fields)
    found = judge_usage(event, "h")
    assert (found.cause if found else "") == cause
    assert found is None or (found.trusted and found.rule == metric)
