from __future__ import annotations

from stillwatch.records.line import Line
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter


def lines(subject: str, count: int, seconds: float, start: float = 1000.0):
    return [Line(start + seconds * n / count, b"chatter", subject, "journal") for n in range(count)]


def test_one_unit_that_floods_is_one_trigger(prefilter: Prefilter) -> None:
    (trigger,) = Watcher(prefilter, host="h").see(lines("noisy.service", 60_000, 30.0)).triggers
    assert (trigger.rule, trigger.subject, trigger.cause) == ("log-flood", "noisy.service", "log-flood")
    assert trigger.count == 60_000
    assert trigger.trusted


def test_the_same_lines_over_an_hour_are_no_flood(prefilter: Prefilter) -> None:
    assert Watcher(prefilter, host="h").see(lines("busy.service", 60_000, 3600.0)).triggers == ()


def test_a_flood_goes_on_over_batches(prefilter: Prefilter) -> None:
    watcher = Watcher(prefilter, host="h")
    assert watcher.see(lines("noisy.service", 4000, 2.0)).triggers == ()
    (trigger,) = watcher.see(lines("noisy.service", 4000, 2.0, 1003.0)).triggers
    assert trigger.count == 8000
