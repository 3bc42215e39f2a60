from __future__ import annotations

from pathlib import Path

from stillwatch.records.mute import Mute
from stillwatch.store.memory import LONGEST_NOTE, MOST_NOTES
from stillwatch.store.store import Store


def test_mutes(tmp_path: Path) -> None:
    memory = Store.open(tmp_path).memory
    memory.mute(Mute(pattern="a*", until=10.0, by="ann", because="known"))
    memory.mute(Mute(pattern="b*"))
    memory.mute(Mute(pattern="b*", until=5.0))
    assert [m.pattern for m in memory.mutes(4.0)] == ["a*", "b*"]
    assert memory.mutes(5.0) == [Mute(pattern="a*", until=10.0, by="ann", because="known")]
    assert memory.unmute("a*")
    assert not memory.unmute("a*")


def test_notes_are_bounded_and_can_be_forgotten(tmp_path: Path) -> None:
    memory = Store.open(tmp_path).memory
    for number in range(MOST_NOTES + 3):
        last = memory.add_note(float(number), "ann", f"note {number}")
    assert len(memory.notes(limit=5000)) == MOST_NOTES
    assert memory.notes(1) == [last]
    assert memory.forget_note(last.id)
    assert memory.notes(1)[0].text == f"note {MOST_NOTES + 1}"
    assert len(memory.add_note(1.0, "ann", "x" * 99_999).text) == LONGEST_NOTE
