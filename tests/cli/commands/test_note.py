"""`note`: what a person says is passed on, with their name."""

from __future__ import annotations

import json

from stillwatch.records.note import Note
from tests.cli.conftest import Stillwatch
from tests.cli.scene import NOW, FakeService


def test_it_is_passed_on(service: FakeService, stillwatch: Stillwatch) -> None:
    assert stillwatch("note", "backups", "run at 03:00").out == "noted\n"
    ((verb, given),) = service.asked
    assert (verb, given["text"]) == ("note", "backups run at 03:00")
    assert given["by"]


def test_nothing_and_too_much_are_refused(service: FakeService, stillwatch: Stillwatch) -> None:
    assert [stillwatch("note", text).code for text in (" ", "x" * 2001)] == [2, 2]
    assert service.asked == []


def test_what_is_noted_is_listed_and_one_is_forgotten(service: FakeService, stillwatch: Stillwatch) -> None:
    assert stillwatch("note", "list").code == 0
    service.noted = [Note(id=3, at=NOW, by="ann", text="disk 2\x1b[2J is old")]
    done = stillwatch("note", "list")
    assert "3" in done.out and "disk 2" in done.out and "\x1b[2J" not in done.out
    (listed,) = json.loads(stillwatch("note", "list", "--json").out)
    assert (listed["id"], listed["by"], listed["text"]) == (3, "ann", "disk 2\x1b[2J is old")
    assert stillwatch("note", "forget", "3").code == 0
    assert json.loads(stillwatch("note", "forget", "3", "--json").out) == {"forgotten": 3}
    assert service.asked == [("forget", {"number": 3})] * 2


def test_a_note_may_begin_with_those_words(service: FakeService, stillwatch: Stillwatch) -> None:
    assert [stillwatch("note", *words).code for words in (("forget", "it"), ("list of hosts",))] == [0, 0]
    assert [given["text"] for _, given in service.asked] == ["forget it", "list of hosts"]
