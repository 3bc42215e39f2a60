from __future__ import annotations

from stillwatch.records.report import Report, SourceReport
from stillwatch.service.status import NAMED_HOSTS, named_hosts, status_of, with_sources


def test_many_hosts_are_named_by_the_first_and_counted() -> None:
    assert named_hosts([]) == "" and named_hosts(["a", "b"]) == "a, b"
    assert named_hosts([str(n) for n in range(NAMED_HOSTS + 2)]).endswith("and 2 more")


def test_a_source_that_failed_later_takes_the_health_away() -> None:
    report = Report(host="h", at=1.0, status="healthy", sources=(SourceReport(name="units", read=True),))
    assert status_of((), report.sources) == "healthy"
    worse = with_sources(report, (SourceReport(name="state", read=False, problem="full"),))
    assert (worse.status, len(worse.sources)) == ("unknown", 2)
