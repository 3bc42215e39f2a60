"""What the daemon makes of a source; that the loops go on without it is tested in test_loops.py."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stillwatch.daemon.loops import Daemon
from stillwatch.errors import NotReachable
from stillwatch.reading.source import Read
from stillwatch.records.trigger import Trigger
from stillwatch.records.unread import Unread
from stillwatch.store.store import Store
from stillwatch.watch.monitor import Sightings, Watcher
from tests.reading.test_gather import FULL, Given
from tests.support.watching import build, soon
from tests.triage.build import HOST, failed, pid1, units


def heard(daemon: Daemon, name: str, read: Read) -> tuple[Trigger, ...]:
    daemon.watching.take(Given(name, None), read, daemon.watcher)
    return tuple(daemon.digestion.pending)


async def test_readings_are_kept_judged_and_told(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    daemon = build(store)
    told = heard(daemon, "metrics", Read(events=[FULL], samples={"disk-used /srv": 0.99}, measured=True, watched="x"))
    assert daemon.standing.still is not None and ("disk-used", "/srv") in daemon.standing.still
    assert [trigger.subject for trigger in told] == ["/srv"]
    assert store.samples.metrics() == ["disk-used /srv"] and daemon.standing.sources["metrics"].watched == "x"
    heard(daemon, "metrics", Read(measured=True))
    assert ("disk-used", "/srv") not in daemon.standing.still, "what is not measured any more is over"


async def test_the_units_stand_as_they_are_told_and_are_waited_for(tmp_path: Path) -> None:
    daemon = build(Store.open(tmp_path))
    daemon.standing.units_asked.clear()
    heard(daemon, "journal", Read())
    assert not daemon.standing.units_asked.is_set()
    known = units(failed("db.service"))
    heard(daemon, "units", Read(units=known))
    assert daemon.standing.units == known and daemon.standing.units_asked.is_set()


async def test_what_text_shows_is_heard_with_its_place_and_counted(tmp_path: Path) -> None:
    daemon = build(store := Store.open(tmp_path))
    seen = Sightings(triggers=(pid1("web.service"),), novel=(), lines=7, dropped=2, unread=Unread(3, 2, 1))
    assert len(heard(daemon, "log x", Read(sightings=seen, places={"x": "p1"}))) == 1
    now = daemon.standing
    assert (now.lines, now.crowded_out, now.unread) == (7, 2, Unread(3, 2, 1))
    daemon.digest()
    assert store.cursor("x") == "p1"


async def test_what_can_be_read_in_part_alone_is_unread(tmp_path: Path) -> None:
    daemon = build(Store.open(tmp_path))
    heard(daemon, "log x", Read(whole=False, problem="closed"))
    assert not daemon.standing.sources["log x"].read and daemon.standing.sources["log x"].problem == "closed"


async def test_a_source_beside_the_journal_has_a_watcher_of_its_own(tmp_path: Path) -> None:
    daemon = build(Store.open(tmp_path), beside=Watcher((), host=HOST))
    used: list[Watcher] = []

    class Spying(Given):
        async def read(self, watcher: Watcher, ends: float) -> Read:
            used.append(watcher)
            return Read()

    sources = [Spying("journal", None), Spying("log a", None)]
    sources[1].beside = True
    following = [asyncio.create_task(daemon.watching.follow(source)) for source in sources]
    await soon(lambda: len(used) == 2)
    assert used == [daemon.watcher, daemon.beside]
    for task in following:
        task.cancel()
    await asyncio.wait(following)


async def test_a_source_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotReachable):
        await build(Store.open(tmp_path)).watching.follow(Given("units", NotReachable("no bus")))
