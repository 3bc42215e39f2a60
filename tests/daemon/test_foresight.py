from __future__ import annotations

from pathlib import Path

from stillwatch.daemon.foresight import NAME, Foresight
from stillwatch.daemon.standing import Standing
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.store.store import Store
from tests.think.models import StillClock

NOW, HOUR, DAY = 1_800_000_000.0, 3600.0, 86_400.0


def foreseen(folder: Path, pace: float, days: float, step: float) -> list[Trigger]:
    """Of a disk that is 80 % full and grew by so much in a second."""
    store, standing, heard = Store.open(folder), Standing(followed=(NAME,)), list[Trigger]()
    with store.transaction():
        for number in range(int(days * DAY / step), -1, -1):
            store.samples.add(NOW - number * step, {"disk-used /srv": 0.8 - pace * number * step, "load": 1.0})

    async def sleep(_: float) -> None: ...

    Foresight(
        host="h",
        store=store,
        clock=StillClock(NOW),
        standing=standing,
        hear=lambda found, _: heard.extend(found),
        sleep=sleep,
    ).look_ahead()
    assert {("disk-filling", one.subject) for one in heard} == standing.beyond[NAME]
    return heard


def test_a_disk_that_fills_within_hours_and_one_that_fills_within_days(tmp_path: Path) -> None:
    assert [one.severity for one in foreseen(tmp_path / "a", 0.05 / HOUR, 0.2, 60.0)] == [Severity.medium]
    assert [one.severity for one in foreseen(tmp_path / "b", 0.04 / DAY, 5, 900.0)] == [Severity.low]
    assert foreseen(tmp_path / "c", 0.01 / DAY, 5, 900.0) == []
