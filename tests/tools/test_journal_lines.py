from __future__ import annotations

from stillwatch.tools.journal_lines import last_lines

from .look.played_host import line, reader


def test_the_newest_that_match_in_order() -> None:
    here = reader(lines=[line(f"request {number} failed", ago=100 - number) for number in range(20)])
    assert last_lines(here, "shop.service", "FAILED", 3600.0, 2) == [
        "shop.service: request 18 failed",
        "shop.service: request 19 failed",
    ]


def test_control_characters_go_and_long_lines_are_cut() -> None:
    (told,) = last_lines(reader(lines=[line("\x1b[31mred\x07" + "x" * 5000)]), "", "", 3600.0, 5)
    assert told.isprintable()
    assert len(told) < 400


def test_no_journal_no_lines() -> None:
    assert last_lines(reader(), "", "", 3600.0, 5) == []
