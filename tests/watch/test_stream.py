from __future__ import annotations

from itertools import islice

from stillwatch.records.line import Line
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter
from stillwatch.watch.shapes.reader import Reader
from stillwatch.watch.stream import Counts, triage_lines, triage_text


def parse(raw: bytes) -> Line:
    return Line(1.0, raw, "app")


def test_triggers_come_as_their_batch_completes(prefilter: Prefilter) -> None:
    def endless():
        while True:
            yield [b"calm", b"write /srv/x: no space left on device"]

    counts = Counts()
    stream = triage_text(Watcher(prefilter, host="h"), endless(), Reader(1.0), counts, batch=1000)
    assert [trigger.count for trigger in islice(stream, 3)] == [500, 500, 500]
    assert counts.lines == 3000


def test_counters_add_up_at_the_end(prefilter: Prefilter) -> None:
    lines = [Line(1.0, b"frobnicator: fatal error", "app", "log")] * 10 + [parse(b"no space left on device")]
    counts = Counts()
    (trigger,) = triage_lines(Watcher(prefilter, host="h"), lines, counts, batch=4)
    assert (trigger.rule, counts.lines, counts.triggers, counts.dropped) == ("no-space", 11, 1, 0)
    assert counts.novel[0].subject == "app"
    assert counts.rate > 0


def test_nothing_in_nothing_out(prefilter: Prefilter) -> None:
    counts = Counts()
    assert list(triage_text(Watcher(prefilter, host="h"), [], Reader(1.0), counts)) == []
    assert (counts.lines, counts.triggers) == (0, 0)
