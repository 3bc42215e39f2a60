"""What nobody tells of, as a fault: zombies, a processor that is never let go, a job without its program."""

from __future__ import annotations

from typing import Final

from stillwatch.records.event import Event
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.watch.of_event import of_event

JOB_WITHOUT_PROGRAM: Final = "job-program-missing"
KINDS: Final = {
    "unit-zombies": ("process-leak", 20.0, "{subject} does not fetch its dead children"),
    "unit-busy": ("cpu-hog", 0.85, "{subject} uses the processor all the time"),
    "unit-tasks": ("resource-limit", 0.9, "{subject} has nearly all processes and threads that it may have"),
    "unit-memory": ("resource-limit", 0.95, "{subject} uses nearly all memory that it may have"),
    "unit-files": ("resource-limit", 0.9, "{subject} has nearly all files open that it may have"),
    JOB_WITHOUT_PROGRAM: ("missing-executable", 1.0, "a job of {subject} cannot run: {path} does not exist"),
}
"""Metric → cause, from which value on, and the summary."""
OF_A_UNIT: Final = {"unit-tasks": "TasksMax", "unit-memory": "MemoryMax", "unit-files": "LimitNOFILE"}
"""The setting of the unit that is the limit."""
OURS: Final = "stillwatch"


def judge_usage(event: Event, host: str) -> Trigger | None:
    """None for other metrics, for what is below the mark, and for ourselves, whose models compute."""
    cause, mark, summary = KINDS.get(event.fields.get("metric", ""), ("", 0.0, ""))
    if not cause or event.value is None or event.value < mark or event.subject.startswith(OURS):
        return None
    path = event.fields.get("path", "")
    return of_event(
        event,
        host,
        rule=event.fields["metric"],
        severity=Severity.low if cause == "cpu-hog" else Severity.medium,
        summary=summary.format(subject=event.subject, path=path),
        cause=cause,
        fields={"metric": event.fields["metric"], "value": f"{event.value:.4f}"},
        object=path or OF_A_UNIT.get(event.fields["metric"], ""),
    )
