from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from stillwatch.incidents import digest as room
from stillwatch.incidents.digest import Digest
from stillwatch.records.event import Event, Untrusted
from stillwatch.records.trigger import Severity, Trigger
from stillwatch.store.store import Store
from tests.think.models import StillClock

AT = 1_700_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def trigger(name: str, severity: Severity = Severity.medium, *, trusted: bool = False) -> Trigger:
    event = Event(host="h", at=AT, source="log", subject=name, text=Untrusted("x"))
    return Trigger(
        rule="port-taken",
        severity=severity,
        summary=f"{name}: port taken",
        subject=name,
        host="h",
        count=1,
        first=AT,
        last=AT,
        cause="port-in-use",
        sample=Untrusted("x"),
        trusted=trusted,
        events=(event,),
    )


def digest(store: Store) -> Digest:
    return Digest(store=store, clock=StillClock(AT))


def test_what_is_pending_is_folded_in_portions_the_dearest_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "AT_ONCE", 3)
    waiting = digest(store)
    waiting.hear([trigger(f"p{n}") for n in range(4)], {"journal": "s=1"})
    waiting.hear([trigger("kernel", Severity.low, trusted=True)], {"journal": "s=2"})
    assert "kernel" in {one.subject for one in waiting.fold_now({}).found}
    assert (len(waiting.pending), store.cursor()) == (2, "")
    waiting.fold_now({})
    assert (waiting.pending, store.cursor(), store.book.count_open()) == ([], "s=2", 5)


def test_more_incidents_than_there_is_room_for_are_counted_and_the_grave_stay(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_OPEN", 4)
    waiting = digest(store)
    waiting.hear([trigger(f"p{n}") for n in range(4)])
    waiting.fold_now({})
    waiting.hear([trigger("late"), trigger("kernel", Severity.critical, trusted=True)])
    waiting.fold_now({})
    still = {one.subject for one in store.book.open_incidents()}
    assert "kernel" in still and "late" not in still and len(still) == 4
    assert waiting.dropped == 2
    (ended,) = [one for one in store.book.recent() if one.state == "resolved"]
    assert "made room" in ended.history[-1].text


async def test_a_large_portion_is_folded_beside_the_event_loop(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    threads = []
    fold = room.group
    monkeypatch.setattr(room, "group", lambda *a, **b: threads.append(threading.current_thread()) or fold(*a, **b))
    waiting = digest(store)
    waiting.hear([trigger("a"), trigger("b")])
    assert [one.id for one in (await waiting.fold({})).found] == ["I1", "I2"]
    assert threads and threading.main_thread() not in threads


async def test_what_a_person_says_meanwhile_is_not_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    waiting = digest(store)
    waiting.hear([trigger("a")])
    (first,) = (await waiting.fold({})).found
    said = []

    async def aside(work):
        found = work()
        if not said:
            said.append(True)
            store.book.save(replace(first, notes=("a person said so",)))
        return found

    monkeypatch.setattr(room.asyncio, "to_thread", aside)
    waiting.hear([replace(trigger("a"), last=AT + 9), trigger("b")])
    await waiting.fold({})
    assert store.book.find("I1").notes == ("a person said so",)
    assert store.book.find("I1").updated == AT + 9


async def test_what_could_not_be_saved_stays_pending(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "FEW", 1)
    waiting = digest(store)
    waiting.hear([trigger("a"), trigger("b")], {"journal": "s=1"})
    with monkeypatch.context() as patch:

        def full(cursor: str, source: str) -> None:
            raise OSError("disk full")

        patch.setattr(store, "set_cursor", full)
        with pytest.raises(OSError, match="disk full"):
            await waiting.fold({})
    assert len(waiting.pending) == 2 and store.book.count_open() == 0
    await waiting.fold({})
    assert store.book.count_open() == 2 and store.cursor() == "s=1"


def test_the_places_in_logs_are_saved_with_what_was_made_of_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "AT_ONCE", 1)
    waiting = digest(store)
    waiting.hear([trigger("a"), trigger("b")], places={"/var/log/app.log": "p1"})
    waiting.fold_now({})
    assert store.cursor("/var/log/app.log") == "", "the other one is not saved yet"
    waiting.fold_now({})
    assert store.cursor("/var/log/app.log") == "p1"
