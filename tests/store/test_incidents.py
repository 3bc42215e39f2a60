from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.store.store import Store

from .build import evidence, incident


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def test_what_is_found_equals_what_was_saved(tmp_path: Path, store: Store) -> None:
    book = store.book
    saved = incident()
    book.save(saved)
    assert book.find("I1") == saved
    store.close()
    assert Store.open(tmp_path).book.find("I1") == saved


def test_ids_are_never_given_twice(tmp_path: Path, store: Store) -> None:
    given = [store.book.next_id() for _ in range(3)]
    store.close()
    assert [*given, Store.open(tmp_path).book.next_id()] == ["I1", "I2", "I3", "I4"]


def test_saved_again_it_is_replaced_and_history_stays(store: Store) -> None:
    store.book.save(incident())
    store.book.save(incident(state="resolved", updated=9.0, evidence=evidence("I1", 3)))
    found = store.book.find("I1")
    assert found is not None
    assert (found.state, len(found.evidence), len(found.history)) == ("resolved", 3, 1)
    assert store.book.open_incidents() == []


def test_open_ones_and_recent_ones(store: Store) -> None:
    for number, state in enumerate(["open", "waiting", "acting", "muted", "resolved"], 1):
        store.book.save(incident(f"I{number}", state=state, updated=float(number)))
    assert [i.id for i in store.book.open_incidents()] == ["I1", "I2", "I3", "I4"]
    assert [i.id for i in store.book.recent(2)] == ["I5", "I4"]
    assert store.book.recent(0) == []


def test_recent_ones_by_the_page(store: Store) -> None:
    for number in (2, 10, 1, 9):
        store.book.save(incident(f"I{number}", updated=100.0 - number))
    pages = [store.book.recent(3), store.book.recent(3, before="I2"), store.book.recent(3, before="I10")]
    assert [[one.id for one in page] for page in pages] == [["I10", "I9", "I2"], ["I1"], ["I9", "I2", "I1"]]
    for odd in ("I", "x", "I-1", "I" + "9" * 40, "I²", "' OR 1=1"):
        assert store.book.recent(3, before=odd) == []
    assert len(store.book.recent(3, before="I" + "9" * 25)) == 3


def test_unknown_and_hostile_ids(store: Store) -> None:
    assert store.book.find("I1' OR 1=1 --") is None
    with pytest.raises(ValueError, match="id"):
        store.book.save(incident(""))


def test_old_resolved_incidents_go_and_open_ones_stay(store: Store) -> None:
    for number in range(1, 8):
        store.book.save(incident(f"I{number}", state="open" if number == 1 else "resolved", updated=float(number)))
    assert store.book.prune(keep=2) == 4
    assert [i.id for i in store.book.recent()] == ["I7", "I6", "I1"]
    assert store.evidence.of("I3") == ()
