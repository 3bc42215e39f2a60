from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from stillwatch.host.journal import Journal
from stillwatch.reading import follow as room
from stillwatch.reading.follow import Batch, LogBatch, follow, follow_logs
from stillwatch.records.unread import Unread
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Watcher
from tests.support.journal_export import REMOTE, START, export, make_journal
from tests.support.screens import screen

pytestmark = pytest.mark.skipif(not Path(REMOTE).exists(), reason="needs systemd-journal-remote")

RULES = [rule for rule in load_rules() if rule.cause == "oom"]
OOM = {
    "_TRANSPORT": "kernel",
    "SYSLOG_FACILITY": "0",
    "PRIORITY": "3",
    "MESSAGE": "Out of memory: Killed process 4242 (mysqld) total-vm:1kB, anon-rss:1kB, file-rss:0kB",
}


def watcher() -> Watcher:
    return Watcher(RULES, host="h")


def plain(count: int, start: int = 0) -> list[dict[str, str]]:
    return [{"MESSAGE": f"line {n}", "_SYSTEMD_UNIT": "web.service"} for n in range(start, start + count)]


def append(file: Path, entries: list[dict[str, str]], at: float) -> None:
    entries = [{**entry, "__mono": str(1000 + at - START + n)} for n, entry in enumerate(entries)]
    subprocess.run([REMOTE, "-o", str(file), "-"], input=export(entries, start=at), check=True, capture_output=True)  # type: ignore[arg-type]


async def taken(batches: AsyncIterator[Batch], lines: int) -> list[Batch]:
    """Batches until that many lines have come."""
    found: list[Batch] = []
    async with asyncio.timeout(20):
        while sum(batch.sightings.lines for batch in found) < lines:
            found.append(await anext(batches))
    return found


async def test_what_is_there_comes_in_one_batch_with_its_place(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export([*plain(9), OOM]))  # type: ignore[list-item]
    with Journal(folder) as journal:
        async with aclosing(follow(journal, watcher())) as batches:  # type: ignore[type-var]
            (batch,) = await taken(batches, 10)
    assert [trigger.cause for trigger in batch.sightings.triggers] == ["oom"]
    with Journal(folder, cursor=batch.cursor) as journal:
        assert list(journal.lines()) == [], "the cursor is that of the last line"


async def test_what_comes_later_is_seen_and_the_cursor_moves_on(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export(plain(3)))
    with Journal(folder) as journal:
        async with aclosing(follow(journal, watcher())) as batches:  # type: ignore[type-var]
            (first,) = await taken(batches, 3)
            waiting = asyncio.create_task(taken(batches, 2))
            await asyncio.to_thread(append, folder / "x.journal", [OOM, *plain(1, 3)], START + 100)
            later = await waiting
    assert later[-1].cursor != first.cursor
    assert [t.cause for batch in later for t in batch.sightings.triggers] == ["oom"]


async def test_a_flood_comes_in_batches_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "BATCH", 100)
    folder = make_journal(tmp_path / "x.journal", export(plain(950)))
    with Journal(folder) as journal:
        async with aclosing(follow(journal, watcher())) as batches:  # type: ignore[type-var]
            found = await taken(batches, 950)
    assert [batch.sightings.lines for batch in found] == [100] * 9 + [50]
    with Journal(folder, cursor=found[3].cursor) as journal:
        assert [line.text for line in journal.lines()][:1] == ["line 400"], "each batch has its own place"


async def test_a_rotated_journal_is_read_on(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "a.journal", export(plain(5)))
    with Journal(folder) as journal:
        async with aclosing(follow(journal, watcher())) as batches:  # type: ignore[type-var]
            await taken(batches, 5)
            waiting = asyncio.create_task(taken(batches, 4))
            (folder / "a.journal").rename(folder / "a@old.journal")
            await asyncio.to_thread(append, folder / "b.journal", [*plain(3, 5), OOM], START + 100)
            later = await waiting
    assert sum(batch.sightings.lines for batch in later) == 4
    assert [t.cause for batch in later for t in batch.sightings.triggers] == ["oom"]


async def test_after_a_restart_reading_goes_on_where_it_stood(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export(plain(5)))
    with Journal(folder) as journal:
        async with aclosing(follow(journal, watcher())) as batches:  # type: ignore[type-var]
            (first,) = await taken(batches, 5)
    append(folder / "x.journal", plain(2, 5), START + 100)
    with Journal(folder, cursor=first.cursor) as journal:
        async with aclosing(follow(journal, watcher())) as batches:  # type: ignore[type-var]
            (second,) = await taken(batches, 1)
    assert second.sightings.lines == 2


async def test_a_quiet_journal_gives_nothing_and_can_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", 0.02)
    folder = make_journal(tmp_path / "x.journal", export(plain(1)))
    with Journal(folder) as journal:
        batches = follow(journal, watcher())
        await taken(batches, 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await anext(batches)
        assert not asyncio.get_running_loop().remove_reader(journal.fileno()), "nothing is left behind"


async def test_logs_are_followed_through_rotation_and_until_they_appear(tmp_path: Path) -> None:
    there, later = tmp_path / "a.log", tmp_path / "b.log"
    there.write_text("old line: bind() failed (98: Address already in use)\n")
    watcher = Watcher(screen(), host="h")
    turns: list[int] = []

    async def sleep(_: float) -> None:
        turns.append(1)
        if len(turns) == 1:
            with there.open("a") as log:
                log.write("web[1]: bind() to 0.0.0.0:80 failed (98: Address already in use)\n")
        if len(turns) == 2:
            there.rename(tmp_path / "a.log.1")
            there.write_text("web[1]: bind() to 0.0.0.0:81 failed (98: Address already in use)\n")
            later.write_text("db[2]: write failed: No space left on device\n")

    lines, causes, problems = 0, list[str](), list[str]()
    async with aclosing(follow_logs([str(there), str(later)], watcher, lambda: 1_800_000_000.0, sleep)) as batches:
        async for batch in batches:
            lines += batch.sightings.lines
            causes += [trigger.cause for trigger in batch.sightings.triggers]
            problems.append(batch.problem)
            if len(turns) >= 3:
                break
    assert lines == 3 and causes == ["port-in-use", "port-in-use", "disk-full"]
    assert "b.log" in problems[0] and problems[-1] == ""


async def test_a_restart_goes_on_where_the_log_was_left(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("old\n")
    watcher = Watcher(screen(), host="h")

    async def first(places: dict[str, str]) -> LogBatch:
        stream = follow_logs([str(log)], watcher, lambda: 1_800_000_000.0, asyncio.sleep, places)
        async with aclosing(stream) as batches:
            return await anext(batches)

    before = await first({})
    with log.open("a") as file:
        file.write("web[1]: bind() to 0.0.0.0:80 failed (98: Address already in use)\n")
    log.rename(tmp_path / "a.log.1")
    log.write_text("words of nobody\n")
    after = await first(before.places)
    assert (before.sightings.lines, after.sightings.lines) == (0, 2)
    assert [trigger.cause for trigger in after.sightings.triggers] == ["port-in-use"]
    assert after.unread == Unread(2, 2, 1)
    assert (await first(after.places)).sightings.lines == 0


async def test_the_kernel_wakes_whoever_waits_for_a_log(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("")

    async def never(_: float) -> None:
        await asyncio.Event().wait()

    stream = follow_logs([str(log)], Watcher(screen(), host="h"), lambda: 1_800_000_000.0, never)
    async with asyncio.timeout(30), aclosing(stream) as batches:
        assert (await anext(batches)).sightings.lines == 0
        waiting = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(0)
        with log.open("a") as file:
            file.write("one\n")
        seen = (await waiting).sightings.lines
        while not seen:
            seen = (await anext(batches)).sightings.lines
    assert seen == 1
