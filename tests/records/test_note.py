from __future__ import annotations

from stillwatch.records.note import Note


def test_a_note_says_whose_it_is_and_from_when() -> None:
    assert str(Note(id=3, at=1.0, by="ann", text="disk 2 is old")).startswith("ann noted 1970-01-01T00:00:01")
