from __future__ import annotations

from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Severity
from stillwatch.watch.of_event import of_event


def test_it_is_the_events_own_host_and_without_words_its_summary_is_shown() -> None:
    event = Event(host="", at=7.0, source="metric", subject="web.service", text=Untrusted(""))
    one = of_event(event, "h", rule="r", severity=Severity.low, summary="a\x1b[31mb", cause="c", fields={"m": "1"})
    assert (one.host, one.subject, one.first, one.last, one.count) == ("h", "web.service", 7.0, 7.0, 1)
    assert one.trusted and one.events == (event,) and one.sample == one.summary and "\x1b" not in one.summary
