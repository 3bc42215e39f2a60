from __future__ import annotations

from .played_host import Lines, line, look, reader, rows

LINES = [line("old", ago=7200), line("Disk FULL"), line("disk fine", "db.service"), line("token=hunter2hunter2")]


async def test_lines_of_a_unit_with_a_text() -> None:
    here = reader(lines=LINES)
    seen = await look("journal_search", here, unit="shop.service", text="disk")
    assert rows(seen, "lines") == ["shop.service: Disk FULL"]
    assert seen.data["own"] == 1
    assert isinstance(here.journal, Lines) and here.journal.asked[0][1] == "shop.service"


async def test_secrets_are_redacted_and_the_old_left_out() -> None:
    seen = await look("journal_search", reader(lines=LINES))
    assert "hunter2" not in repr(seen)
    assert "old" not in seen.text
    assert "old" in (await look("journal_search", reader(lines=LINES), hours=3.0)).text


async def test_no_such_line_and_no_journal() -> None:
    none = await look("journal_search", reader(lines=LINES), text="nothing of it")
    assert (none.data["lines"], none.problem) == ([], "")
    assert (await look("journal_search", reader())).problem
