from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from stillwatch.errors import WrongUsage
from stillwatch.host.journal import Journal
from stillwatch.reading import until
from stillwatch.reading.source import Read, Wanted
from stillwatch.reading.sources import journal as room
from stillwatch.reading.sources.journal import JournalSource, here
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Watcher
from tests.reading.following import causes, followed
from tests.support.journal_export import REMOTE, START, export, make_journal
from tests.think.models import StillClock

pytestmark = pytest.mark.skipif(not Path(REMOTE).exists(), reason="needs systemd-journal-remote")

RULES = [rule for rule in load_rules() if rule.cause == "oom"]
OOM = {
    "_TRANSPORT": "kernel",
    "SYSLOG_FACILITY": "0",
    "PRIORITY": "3",
    "MESSAGE": "Out of memory: Killed process 4242 (mysqld) total-vm:1kB, anon-rss:1kB, file-rss:0kB",
}


class Running(StillClock):
    """A clock that moves on by a second at each look."""

    def boot(self) -> float:
        self.at += 1.0
        return self.at - 900_000.0


def watcher() -> Watcher:
    return Watcher(RULES, host="h")


def plain(count: int, start: int = 0) -> list[dict[str, str]]:
    return [{"MESSAGE": f"line {n}", "_SYSTEMD_UNIT": "web.service"} for n in range(start, start + count)]


def append(file: Path, entries: list[dict[str, str]], at: float) -> None:
    entries = [{**entry, "__mono": str(1000 + at - START + n)} for n, entry in enumerate(entries)]
    subprocess.run([REMOTE, "-o", str(file), "-"], input=export(entries, start=at), check=True, capture_output=True)  # type: ignore[arg-type]


def journal(folder: Path, lines: int) -> str:
    return str(make_journal(folder / "x.journal", export({"MESSAGE": f"m{n}"} for n in range(lines))))


def source_of(folder: Path | str) -> JournalSource:
    """The clock stands at the start, so that all of it is followed."""
    return JournalSource(str(folder), 0.0, StillClock(START))


def seen(reads: list[Read]) -> list[int]:
    return [read.sightings.lines for read in reads if read.sightings]


def test_there_is_one_unless_it_is_switched_off() -> None:
    wanted = Wanted(host="h", clock=StillClock())
    assert [source.name for source in here(wanted)] == ["journal"]
    assert not here(Wanted(host="h", clock=StillClock(), journal=False))


async def test_it_is_read_whole_from_a_moment_on(tmp_path: Path) -> None:
    clock, folder = StillClock(), journal(tmp_path, 100)
    read = await JournalSource(folder, START + 90, clock).read(watcher(), clock.boot() + 60)
    assert read.whole and read.sightings is not None and read.sightings.lines == 10


async def test_the_deadline_cuts_reading_and_that_is_told(tmp_path: Path) -> None:
    clock, lines = Running(), 4 * until.LINES_BETWEEN_LOOKS
    read = await JournalSource(journal(tmp_path, lines), 0, clock).read(watcher(), clock.boot() + 1.5)
    assert not read.whole and read.problem and read.sightings is not None
    assert 0 < read.sightings.lines < lines


@pytest.mark.parametrize("name", ["none", "file"])
async def test_one_that_is_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("not a journal")
    with pytest.raises(WrongUsage):
        await JournalSource(str(tmp_path / name), 0.0, StillClock()).read(watcher(), 1e9)


async def test_one_of_which_a_part_is_closed_is_not_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(room, "closed_to_us", lambda: [tmp_path])
    monkeypatch.setattr(room, "Journal", lambda path, since: Journal(Path(journal(tmp_path, 10)), since=since))
    read = await JournalSource(None, 0, StillClock()).read(watcher(), 1e9)
    assert not read.whole and read.problem
    assert (await JournalSource(journal(tmp_path, 10), 0, StillClock()).read(watcher(), 1e9)).whole


async def test_what_is_there_comes_in_one_batch_with_its_place(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export([*plain(9), OOM]))  # type: ignore[list-item]
    async with followed(source_of(folder), watcher()) as heard:
        assert (await heard.next()).whole, "it can be read"
        (batch,) = await heard.lines(10)
    assert causes([batch]) == ["oom"]
    with Journal(folder, cursor=batch.places["journal"]) as journal:
        assert list(journal.lines()) == [], "the cursor is that of the last line"


async def test_what_comes_later_is_seen_and_the_cursor_moves_on(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export(plain(3)))
    async with followed(source_of(folder), watcher()) as heard:
        (first,) = await heard.lines(3)
        await asyncio.to_thread(append, folder / "x.journal", [OOM, *plain(1, 3)], START + 100)
        later = await heard.lines(2)
    assert later[-1].places != first.places and causes(later) == ["oom"]


async def test_a_flood_comes_in_batches_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "BATCH", 100)
    folder = make_journal(tmp_path / "x.journal", export(plain(950)))
    async with followed(source_of(folder), watcher()) as heard:
        found = await heard.lines(950)
    assert seen(found) == [100] * 9 + [50]
    with Journal(folder, cursor=found[3].places["journal"]) as journal:
        assert [line.text for line in journal.lines()][:1] == ["line 400"], "each batch has its own place"


async def test_a_rotated_journal_is_read_on(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "a.journal", export(plain(5)))
    async with followed(source_of(folder), watcher()) as heard:
        await heard.lines(5)
        (folder / "a.journal").rename(folder / "a@old.journal")
        await asyncio.to_thread(append, folder / "b.journal", [*plain(3, 5), OOM], START + 100)
        later = await heard.lines(4)
    assert sum(seen(later)) == 4 and causes(later) == ["oom"]


async def test_after_a_restart_reading_goes_on_where_it_stood(tmp_path: Path) -> None:
    folder = make_journal(tmp_path / "x.journal", export(plain(5)))
    async with followed(source_of(folder), watcher()) as heard:
        (first,) = await heard.lines(5)
    append(folder / "x.journal", plain(2, 5), START + 100)
    async with followed(source_of(folder), watcher(), places=first.places) as heard:
        assert seen(await heard.lines(1)) == [2]


async def test_one_that_is_quiet_can_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    woken, changed = asyncio.Event(), Journal.changed
    monkeypatch.setattr(room, "PATIENCE", 0.001)
    monkeypatch.setattr(Journal, "changed", lambda self: (woken.set(), changed(self)))
    folder = make_journal(tmp_path / "x.journal", export(plain(1)))
    async with followed(source_of(folder), watcher()) as heard:
        await heard.lines(1)
        woken.clear()
        await asyncio.wait_for(woken.wait(), 30)
        assert heard.queue.empty()
