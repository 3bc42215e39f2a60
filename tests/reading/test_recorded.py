"""A recorded host goes the way of a live one."""

from __future__ import annotations

from stillwatch.reading.gather import gather
from stillwatch.reading.recorded import recorded_sources
from stillwatch.store.recording import SHIPPED, load_recording
from stillwatch.watch.family import RULES_FOLDER, load_rules
from stillwatch.watch.monitor import Watcher
from stillwatch.watch.prefilter import Prefilter


class Still:
    def now(self) -> float:
        return 0.0

    def boot(self) -> float:
        return 0.0


def watcher() -> Watcher:
    return Watcher(Prefilter(load_rules([RULES_FOLDER])), host="shop")


async def test_units_metrics_and_journal_give_what_they_gave() -> None:
    recording = load_recording(SHIPPED)
    found = await gather(recorded_sources(recording, 0.0), watcher(), Still(), 10.0, lambda said: None)
    assert [source.name for source in found.sources] == ["units", "metrics", "journal"]
    assert all(source.read and not source.problem for source in found.sources)
    assert found.lines == len(recording.lines) and set(found.units) == {unit.name for unit in recording.units}
    assert {source for trigger in found.triggers for source in (event.source for event in trigger.events)} == {
        "journal",
        "metric",
        "unit",
    }


async def test_what_is_older_is_left_out() -> None:
    recording = load_recording(SHIPPED)
    found = await gather(recorded_sources(recording, recording.at), watcher(), Still(), 10.0, lambda said: None)
    assert found.lines == 0
