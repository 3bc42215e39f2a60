"""What `GET /metrics` answers: how the host stands, as text in the exposition format of Prometheus (version 0.0.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from stillwatch.records.report import STATUSES, Report
from stillwatch.untrusted.redact import clean

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"


class Point(NamedTuple):
    labels: Mapping[str, str]
    value: float


class Family(NamedTuple):
    """says: what it is, in one sentence; kind: "gauge" or "counter"."""

    name: str
    says: str
    points: Iterable[Point]
    kind: str = "gauge"


def exposition(report: Report, readings: Mapping[str, float]) -> str:
    """readings: the last of each metric, by the name that /api/metrics has for it."""
    return "".join(line for family in _families(report, readings) for line in _lines(family))


def _families(report: Report, readings: Mapping[str, float]) -> Iterator[Family]:
    open_ones = Counter((one.state, str(one.severity)) for one in report.incidents)
    yield Family(
        "stillwatch_status",
        "1 for how the host stands, 0 for the others.",
        [Point({"status": each}, each == report.status) for each in STATUSES],
    )
    yield Family(
        "stillwatch_incidents",
        "Incidents that are not resolved.",
        [Point({"state": state, "severity": severity}, n) for (state, severity), n in sorted(open_ones.items())],
    )
    yield Family(
        "stillwatch_source_read",
        "Whether a source can be read.",
        [Point({"source": source.name}, source.read) for source in report.sources],
    )
    yield Family(
        "stillwatch_tier_ready",
        "Whether a model is there.",
        [Point({"tier": tier}, known.state == "ready") for tier, known in report.tiers.items()],
    )
    yield Family("stillwatch_log_lines_total", "Log lines read.", [Point({}, report.lines)], "counter")
    yield Family("stillwatch_reading", "The last reading of a metric.", [_reading(*one) for one in readings.items()])


def _reading(name: str, value: float) -> Point:
    metric, _, subject = name.partition(" ")
    return Point({"metric": metric, "subject": subject}, value)


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.says}\n# TYPE {family.name} {family.kind}\n"
    for labels, value in family.points:
        pairs = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{family.name}{{{pairs}}} {_number(value)}\n" if pairs else f"{family.name} {_number(value)}\n"


def _number(value: float) -> str:
    return str(int(value)) if isinstance(value, bool | int) else repr(value).replace("nan", "NaN").replace("inf", "Inf")


def _escaped(text: str) -> str:
    """A label's value: what stands in a name was written by whoever named it."""
    return clean(text, 200).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
