"""One rule for every face: how a host stands, from what is wrong and from what could be read (R42)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stillwatch.records.incident import Incident
from stillwatch.records.report import Report, SourceReport, Status, UnknownKind
from stillwatch.records.trigger import Severity
from stillwatch.watch.novelty import Novel

NAMED_HOSTS = 3


def named_hosts(hosts: Sequence[str]) -> str:
    """Whose lines were read: of many hosts the first ones."""
    return ", ".join(hosts[:NAMED_HOSTS]) + (
        f" and {len(hosts) - NAMED_HOSTS} more" if len(hosts) > NAMED_HOSTS else ""
    )


def with_sources(report: Report, more: tuple[SourceReport, ...]) -> Report:
    """The report with more sources, and the status that they leave it."""
    sources = (*report.sources, *more)
    return replace(report, sources=sources, status=status_of(report.incidents, sources))


def status_of(incidents: Sequence[Incident], sources: Sequence[SourceReport]) -> Status:
    """Trouble that is seen is told; where something could not be read, the rest is unknown, never healthy."""
    open_ones = [one for one in incidents if one.state != "resolved" and one.severity > Severity.info]
    if open_ones:  # a muted fault lasts: it is not told again, and it is no health
        loud = [one.severity for one in open_ones if one.state != "muted"]
        return "critical" if loud and max(loud) >= Severity.critical else "attention"
    return "healthy" if sources and all(source.read for source in sources) else "unknown"


def unknown_kind(one: Novel) -> UnknownKind:
    """What sounds like trouble and no rule knows, as a report has it."""
    return UnknownKind(
        template=one.template,
        program=one.subject,
        count=one.count,
        first=one.first,
        last=one.last,
        sample=one.sample,
        host=one.host,
    )
