from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stillwatch.config import Keep
from stillwatch.daemon import loops as room
from stillwatch.errors import NotReachable
from stillwatch.reading.sources.journal import JournalSource
from stillwatch.records.action import Outcome
from stillwatch.records.event import Untrusted
from stillwatch.records.report import SourceReport
from stillwatch.records.trigger import Severity
from stillwatch.store.store import Store
from stillwatch.watch.novelty import Novel
from tests.reading.test_gather import Given
from tests.store.build import incident
from tests.support.door import ALLOWED, ASKED, DONE, RESTART, answered
from tests.support.watching import WEB, Rest, build, door, opened, soon
from tests.think.models import StillClock, always
from tests.triage.build import AT, failed, pid1, units


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


async def test_a_loop_that_fails_is_reported_and_tried_again(store: Store) -> None:
    daemon, told_of = build(store), []

    async def loop() -> None:
        told_of.append(daemon.standing.sources["units"].problem if "units" in daemon.standing.sources else "")
        if len(told_of) == 1:
            raise NotReachable("no bus")
        if len(told_of) == 2:
            raise ExceptionGroup("both", [OSError("gone"), NotReachable("gone too")])
        daemon.standing.sources["units"] = SourceReport(name="units", read=True)
        await asyncio.Event().wait()

    task = asyncio.create_task(daemon._for_ever("units", loop))
    await soon(lambda: "units" in daemon.standing.sources and daemon.standing.sources["units"].read)
    task.cancel()
    assert told_of == ["", "no bus", "gone"]
    assert isinstance(daemon.sleep, Rest) and daemon.sleep.slept == [room.RETRY_SECONDS] * 2


async def test_a_loop_whose_task_group_failed_goes_on(store: Store) -> None:
    daemon, tried, again = build(store), list[int](), asyncio.Event()

    async def fails() -> None:
        raise NotReachable("the bus has gone")

    async def loop() -> None:
        tried.append(1)
        if len(tried) > 1:
            again.set()
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fails())

    task = asyncio.create_task(daemon._for_ever("units", loop))
    await asyncio.wait_for(again.wait(), 5)
    assert daemon.standing.sources["units"].problem == "the bus has gone"
    task.cancel()
    await asyncio.wait([task])


async def test_a_loop_that_is_cancelled_from_within_goes_on_and_ends_when_it_is_told_to(store: Store) -> None:
    daemon, tried = build(store), list[int]()
    again = asyncio.Event()

    async def loop() -> None:
        tried.append(1)
        if len(tried) > 1:
            again.set()
            await asyncio.Event().wait()
        raise asyncio.CancelledError

    task = asyncio.create_task(daemon._for_ever("units", loop))
    await asyncio.wait_for(again.wait(), 5)
    assert "Cancelled" in daemon.standing.sources["units"].problem
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_fault_is_seen_thought_about_and_kept_while_units_and_metrics_fail(store: Store) -> None:
    broken = ExceptionGroup("two", [NotReachable("the bus is gone")])
    daemon = build(store, sources=[Given("units", broken), Given("metrics", broken)])
    running_daemon = asyncio.create_task(daemon.run())
    daemon.hear([WEB], {"journal": "s=1"})
    incident = await soon(lambda: (one := store.book.find("I1")) and one.cause and one)
    running_daemon.cancel()
    assert incident.cause is not None and store.cursor() == "s=1"
    assert {name: one.problem for name, one in daemon.standing.sources.items()} == {
        "units": "the bus is gone",
        "metrics": "the bus is gone",
    }


async def test_a_thought_that_fails_is_reported_and_the_next_incident_is_thought_about(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = build(store)
    daemon.standing.units = units(failed("web.service"), failed("db.service"))
    understand, asked = daemon.thinking.understand, []

    async def stumbling(incident_id: str) -> None:
        asked.append(incident_id)
        if len(asked) == 1:
            raise RuntimeError("a bug")
        await understand(incident_id)

    monkeypatch.setattr(daemon.thinking, "understand", stumbling)
    running_daemon = asyncio.create_task(daemon.run())
    daemon.hear([WEB, pid1("db.service", severity=Severity.critical)])
    await soon(lambda: daemon.standing.sources.get("thinking") or len(asked) > 1)
    await soon(lambda: all(one.cause for one in store.book.open_incidents()) and len(store.book.open_incidents()) == 2)
    running_daemon.cancel()
    assert len(asked) >= 3, "the one that failed was taken up again"


async def test_what_an_earlier_life_did_not_come_to_is_thought_about(store: Store) -> None:
    opened(build(store))
    second = build(store)
    thinking = asyncio.create_task(second.thinking.run())
    await soon(lambda: (one := store.book.find("I1")) and one.cause)
    thinking.cancel()


async def test_a_line_that_no_rule_knows_becomes_an_incident_when_both_models_take_it_for_a_fault(store: Store) -> None:
    fault = {"evidence": ["E1"], "cause": "hardware", "confidence": "high", "escalate": False}
    models: Any = {"trigger": always({"urgency": "serious"}), "review": always(fault)}
    daemon = build(store, models=models)
    said = Untrusted("rotor stuck")
    novel = Novel(template=said, sample=said, subject="fan.service", count=1, first=AT, last=AT, priority=3)
    daemon.unknown_lines.hear([novel])
    daemon.thinking.busy = "I7"
    wondering = asyncio.create_task(daemon._wonder())
    await soon(lambda: len(daemon.sleep.slept) > 2)  # type: ignore[attr-defined]
    assert daemon.digestion.pending == [], "something graver is thought about"
    daemon.thinking.busy = ""
    await soon(lambda: daemon.digestion.pending)
    wondering.cancel()
    (found,) = daemon.digest()
    assert (found.subject, found.severity) == ("fan.service", Severity.low)


async def test_another_directory_of_journal_files_is_the_one_that_is_followed(store: Store, tmp_path: Path) -> None:
    source = JournalSource(str(tmp_path / "elsewhere"), 0.0, StillClock(AT))
    daemon = build(store, sources=[source])
    following = asyncio.create_task(daemon.run())
    await soon(lambda: "journal" in daemon.standing.sources)
    following.cancel()
    assert (
        not daemon.standing.sources["journal"].read
        and str(tmp_path / "elsewhere") in daemon.standing.sources["journal"].problem
    )


async def test_nothing_is_digested_before_the_units_were_asked_for(store: Store) -> None:
    daemon = build(store)
    daemon.standing.units_asked.clear()
    digesting = asyncio.create_task(daemon._digest())
    daemon.hear([WEB])
    await soon(lambda: len(daemon.standing.units_asked._waiters) == 1)
    assert store.book.open_incidents() == []
    daemon.standing.units_asked.set()
    await soon(store.book.open_incidents)
    digesting.cancel()


async def test_what_is_known_has_the_shape_of_one_pass(store: Store) -> None:
    daemon = build(store)
    daemon.standing.lines, daemon.standing.sources["units"] = 7, SourceReport(name="units", read=True)
    known = daemon.known()
    assert (known.lines, list(known.units), [one.name for one in known.sources]) == (7, ["web.service"], ["units"])


async def test_people_who_are_not_reached_are_told_of_in_the_status(store: Store) -> None:
    daemon = build(store)
    notifier: Any = daemon.lifecycle.notifier
    notifier.problem = "[notify] urls, entry 1 (json): it does not answer"
    await daemon._see_gate()
    assert daemon.standing.sources["notify"].read and "entry 1" in daemon.standing.sources["notify"].problem
    notifier.problem = ""
    await daemon._see_gate()
    assert "notify" not in daemon.standing.sources


async def test_the_daemon_keeps_what_it_remembers_within_its_limits(store: Store) -> None:
    daemon = build(store, keep=Keep(readings_days=1, trends_days=2, incidents_days=2, megabytes=1))
    week = 7 * 24 * 3600.0
    for tick in range(600):
        store.samples.add(AT - week + tick, {f"metric-{n}": 1.0 for n in range(40)})
    store.samples.add(AT - 60, {"metric-0": 2.0})
    store.book.save(incident("I1", state="resolved", updated=AT - week, evidence=()))
    store.book.save(incident("I2", state="open", updated=AT - week, evidence=()))
    running_daemon = asyncio.create_task(daemon.run())
    await soon(lambda: len(store.samples.read("metric-0", 0, AT)) == 1 and store.book.find("I1") is None)
    running_daemon.cancel()
    assert store.samples.read("metric-0", AT - 3600, AT) == [(AT - 60, 2.0)]
    assert store.book.find("I2") is not None
    report = daemon.retention().report()
    assert report.bytes < report.most_bytes == 1_000_000


async def test_what_waits_for_an_incident_that_is_over_is_taken_back(store: Store) -> None:
    daemon = build(store)
    gone = {"updated": AT - 60, "proposal": RESTART, "decision": ASKED, "outcome": None}
    store.book.save(incident("I1", state="resolved", proposal_id="A-1", **gone))
    store.book.save(incident("I2", state="waiting", proposal_id="A-2", **gone, key="other"))
    await daemon.measure_again()
    assert door(daemon).withdrawn == ["A-1"]


@pytest.mark.parametrize("key_told", [False, True])
async def test_r14_what_did_not_hold_opens_anew_unless_it_is_told_already(store: Store, key_told: bool) -> None:
    daemon = build(store, answered("done", ALLOWED, Outcome(status="done", verified=False)))
    mended = {"state": "resolved", "updated": AT - 60, "proposal": RESTART, "proposal_id": "A-1", "outcome": DONE}
    store.book.save(incident("I1", **mended))
    store.book.save(incident("I2", **{**mended, "updated": AT - 3600}, key="long-ago"))
    if key_told:
        store.book.save(incident("I3", state="open"))
    await daemon.measure_again()
    states = {one.id: one.state for one in store.book.recent()}
    assert states["I1"] == ("resolved" if key_told else "open") and states["I2"] == "resolved"
