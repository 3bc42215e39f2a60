from __future__ import annotations

from pathlib import Path

from stillwatch.store.database import Database
from stillwatch.store.evidence import LONGEST_TEXT, MOST_OF_AN_INCIDENT, MOST_PIECES, EvidenceShelf, fitting
from stillwatch.store.incidents import StoredIncidents

from .build import evidence, incident


def test_one_incident_cannot_fill_the_disk(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "db")
    shelf = EvidenceShelf(database)
    book = StoredIncidents(database, shelf)
    book.save(incident(evidence=evidence("I1", 5000, "x" * 1_000_000)))
    kept = shelf.of("I1")
    assert 0 < len(kept) <= MOST_PIECES
    assert shelf.size() <= MOST_OF_AN_INCIDENT
    assert len(kept[0].text) < LONGEST_TEXT + 60
    assert kept[0].text.endswith("more characters)")


def test_as_many_pieces_as_stated() -> None:
    assert len(fitting(evidence("I1", MOST_PIECES + 7))) == MOST_PIECES


def test_beyond_the_limit_of_all_the_oldest_resolved_lose_theirs_and_it_is_counted(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "db")
    shelf = EvidenceShelf(database, most_of_all=9_000)
    book = StoredIncidents(database, shelf)
    for number in range(1, 7):
        state = "open" if number == 1 else "resolved"
        book.save(
            incident(f"I{number}", state=state, updated=float(number), evidence=evidence(f"I{number}", 4, "x" * 400))
        )
    before = shelf.size()
    assert before > 9_000
    book.prune()
    assert shelf.size() <= 9_000
    assert shelf.of("I1")
    assert shelf.of("I2") == ()
    assert shelf.of("I6")
    assert shelf.dropped() == 4 * sum(1 for n in range(2, 7) if not shelf.of(f"I{n}"))
    assert shelf.make_room() == 0
