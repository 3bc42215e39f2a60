from __future__ import annotations

from stillwatch.records.trigger import Severity
from stillwatch.triage.merge import distinct

from .build import AT, pid1


def test_the_same_span_again_is_the_same_trigger() -> None:
    assert distinct([pid1("a.service", count=5)] * 3) == [pid1("a.service", count=5)]


def test_spans_apart_add_up_and_keep_the_worst() -> None:
    early = pid1("a.service", count=5, first=AT, last=AT + 1)
    late = pid1("a.service", count=2, first=AT + 5, last=AT + 6, severity=Severity.critical)
    (joined,) = distinct([late, early])
    assert (joined.count, joined.first, joined.last, joined.severity) == (7, AT, AT + 6, Severity.critical)
    assert len(joined.events) == 2


def test_events_stay_few() -> None:
    many = [pid1("a.service", first=AT + n, last=AT + n) for n in range(50)]
    (joined,) = distinct(many)
    assert len(joined.events) <= 6
    assert joined.events[0].at == AT and joined.events[-1].at == AT + 49


def test_what_grew_is_told_in_its_newest_words() -> None:
    one = pid1("a.service", count=5, first=AT, last=AT + 1, text="five")
    two = pid1("a.service", count=9, first=AT, last=AT + 5, text="nine")
    (joined,) = distinct([two, one])
    assert (joined.summary, joined.count) == ("nine", 9)
