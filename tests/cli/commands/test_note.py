"""`note`: what a person says is passed on, with their name."""

from __future__ import annotations

from tests.cli.conftest import Stillwatch
from tests.cli.scene import FakeService


def test_it_is_passed_on(service: FakeService, stillwatch: Stillwatch) -> None:
    assert stillwatch("note", "backups", "run at 03:00").out == "noted\n"
    ((verb, given),) = service.asked
    assert (verb, given["text"]) == ("note", "backups run at 03:00")
    assert given["by"]


def test_nothing_and_too_much_are_refused(service: FakeService, stillwatch: Stillwatch) -> None:
    assert [stillwatch("note", text).code for text in (" ", "x" * 2001)] == [2, 2]
    assert service.asked == []
