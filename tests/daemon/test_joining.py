from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from stillwatch.daemon.loops import Daemon
from stillwatch.records.cause import Cause
from stillwatch.records.incident import Incident, State
from stillwatch.store.store import Store
from stillwatch.think.diagnosis.understand import Engine
from tests.support.watching import build
from tests.triage.build import AT, own, running, units

POOL = own("pool.service", "wrong-address", first=AT - 60)
SYNC = own("sync.service", "other", first=AT - 80)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def with_two(store: Store) -> Daemon:
    """pool.service has trouble of its own; sync.service complains, too, and since longer."""
    daemon = build(store)
    daemon.standing.units = units(running("pool.service"), running("sync.service"))
    daemon.hear([POOL, SYNC])
    daemon.digest()
    return daemon


def of(store: Store, subject: str) -> Incident:
    return next(one for one in store.book.recent() if one.subject == subject)


def blame(monkeypatch: pytest.MonkeyPatch, cause: str, object: str, confidence: float = 0.95) -> None:
    """What rules and looks make of the incident that is thought about next."""

    async def understand(engine: Engine, incidents: Sequence[Incident], *_: object) -> tuple[Incident, ...]:
        told = Cause(id=cause, object=object, text="told")
        return (replace(incidents[0], cause=told, confidence=confidence),)

    monkeypatch.setattr(Engine, "understand", understand)


async def test_what_suffers_from_an_open_incident_is_told_with_it_from_then_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = with_two(store)
    pool, sync = of(store, "pool.service"), of(store, "sync.service")
    blame(monkeypatch, "dependency-failed", "pool.service")
    await daemon.thinking.understand(sync.id)
    assert [one.id for one in store.book.open_incidents()] == [pool.id]
    again = (replace(SYNC, last=AT - 1, count=9), own("sync.service", "timeout", first=AT - 5))
    daemon.hear(again)
    daemon.digest()
    (left,) = store.book.open_incidents()
    assert (left.id, left.subject, left.sufferers) == (pool.id, "pool.service", ("sync.service",))
    assert {trigger.cause for trigger in left.triggers} == {"wrong-address", "other", "timeout"}


async def test_another_reason_of_its_own_is_another_fault(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = with_two(store)
    blame(monkeypatch, "dependency-failed", "pool.service")
    await daemon.thinking.understand(of(store, "sync.service").id)
    daemon.hear([own("sync.service", "missing-path", first=AT - 5)])
    daemon.digest()
    assert {one.subject for one in store.book.open_incidents()} == {"pool.service", "sync.service"}


async def test_who_tells_a_reason_of_its_own_as_well_is_not_told_with_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = with_two(store)
    daemon.hear([own("sync.service", "missing-path", first=AT - 5)])
    daemon.digest()
    blame(monkeypatch, "dependency-failed", "pool.service")
    await daemon.thinking.understand(of(store, "sync.service").id)
    assert {one.subject for one in store.book.open_incidents()} == {"pool.service", "sync.service"}
    assert len(store.book.recent()) == 2


@pytest.mark.parametrize(
    ("cause", "object", "confidence", "state"),
    [
        ("dependency-failed", "db.service", 0.95, "open"),
        ("dependency-failed", "pool.service", 0.7, "open"),
        ("wrong-address", "pool.service", 0.95, "open"),
        ("dependency-failed", "pool.service", 0.95, "muted"),
    ],
)
async def test_nothing_is_told_with_what_is_not_shown_to_be_its_root(
    store: Store, monkeypatch: pytest.MonkeyPatch, cause: str, object: str, confidence: float, state: State
) -> None:
    daemon = with_two(store)
    store.book.save(replace(of(store, "pool.service"), state=state))
    blame(monkeypatch, cause, object, confidence)
    await daemon.thinking.understand(of(store, "sync.service").id)
    assert of(store, "sync.service").state != "resolved"


async def test_of_two_that_blame_each_other_both_stay(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    daemon = with_two(store)
    there = Cause(id="dependency-failed", object="sync.service", text="told")
    store.book.save(replace(of(store, "pool.service"), cause=there, confidence=0.95))
    blame(monkeypatch, "dependency-failed", "pool.service")
    await daemon.thinking.understand(of(store, "sync.service").id)
    assert len(store.book.open_incidents()) == 2
