from __future__ import annotations

from stillwatch.reading.watched import watched_readings, watched_units
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.unit import UnitState
from tests.support.facts import facts


def reading(metric: str, subject: str = "") -> Event:
    fields = {"metric": metric}
    return Event(source="metric", host="h", at=1.0, subject=subject, text=Untrusted(""), fields=fields, value=0.5)


def test_units_are_counted_by_kind() -> None:
    assert watched_units([]) == ""
    units = [UnitState(name=name) for name in ("b.service", "a.service", "a.timer", "home.mount", "x.slice")]
    assert watched_units(units) == "2 services, 1 timer, 1 mount"


def test_each_reading_is_named_once_with_what_it_was_taken_of() -> None:
    assert watched_readings([]) == ""
    taken = [reading("load"), reading("disk-used", "/"), reading("disk-used", "/home")]
    assert watched_readings(taken).startswith("load, disk used ") and watched_readings(taken).endswith(" / and /home")
    many = [reading("disk-used", f"/srv/{number}") for number in range(7)]
    assert watched_readings(many).startswith("disk used ") and facts(watched_readings(many)) == ["7"]
