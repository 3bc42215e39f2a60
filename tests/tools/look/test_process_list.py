from __future__ import annotations

import os

from .played_host import look, rows


async def test_one_process_and_one_that_is_gone() -> None:
    (row,) = rows(await look("process_list", pid=os.getpid()), "processes")
    assert (row["pid"], row["uid"]) == (os.getpid(), os.getuid())
    gone = await look("process_list", pid=4_194_304)
    assert (rows(gone, "processes"), gone.problem) == ([], "")


async def test_the_largest_first() -> None:
    sizes = [row["memory"] for row in rows(await look("process_list"), "processes")]
    assert sizes == sorted(sizes, reverse=True)
    assert 1 <= len(sizes) <= 15


async def test_the_newest_first_and_those_of_one_name() -> None:
    began = [row["started"] for row in rows(await look("process_list", sort="start"), "processes")]
    assert began == sorted(began, reverse=True) and began
    found = rows(await look("process_list", name="no-such-process"), "processes")
    assert found == []
