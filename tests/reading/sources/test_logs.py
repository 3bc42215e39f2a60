from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.reading import until
from stillwatch.reading.gather import gather
from stillwatch.reading.source import Wanted
from stillwatch.reading.sources import logs as room
from stillwatch.reading.sources.logs import LogSource, here
from stillwatch.records.unread import Unread
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Watcher
from tests.reading.following import causes, followed
from tests.support.prefilters import prefilter
from tests.think.models import StillClock

OOM = "Out of memory: Killed process 4242 (mysqld) total-vm:1kB, anon-rss:1kB, file-rss:0kB"
RULES = [rule for rule in load_rules() if rule.cause == "oom"]


class Running(StillClock):
    """A clock that moves on by a second at each look."""

    def boot(self) -> float:
        self.at += 1.0
        return self.at - 900_000.0


def watcher() -> Watcher:
    return Watcher(RULES, host="h")


def log(folder: Path, lines: int) -> str:
    file = folder / "app.log"
    text = "".join(f"2026-01-01T00:00:00Z web app[1]: line {n}\n" for n in range(lines))
    file.write_text(text + f"2026-01-01T00:00:01Z web kernel: {OOM}\n")
    return str(file)


async def test_a_log_is_read_whole(tmp_path: Path) -> None:
    clock = StillClock()
    read = await LogSource(log(tmp_path, 5000), clock).read(watcher(), clock.boot() + 60)
    assert read.whole and not read.problem and read.sightings is not None
    assert read.sightings.lines == 5001
    assert [trigger.cause for trigger in read.sightings.triggers] == ["oom"]


async def test_the_deadline_cuts_reading_and_that_is_told(tmp_path: Path) -> None:
    clock, lines = Running(), 4 * until.LINES_BETWEEN_LOOKS
    read = await LogSource(log(tmp_path, lines), clock).read(watcher(), clock.boot() + 1.5)
    assert not read.whole and read.problem and read.sightings is not None
    assert 0 < read.sightings.lines < lines


async def test_what_was_cut_is_unread_in_the_report(tmp_path: Path) -> None:
    clock = Running()
    source = LogSource(log(tmp_path, 4 * until.LINES_BETWEEN_LOOKS), clock)
    gathered = await gather([source], watcher(), clock, 1.5, lambda line: None)
    assert [one.read for one in gathered.sources] == [False]


@pytest.mark.parametrize("name", ["none.log", ".", "none/none.log"])
async def test_a_log_that_is_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage):
        await LogSource(str(tmp_path / name), StillClock()).read(watcher(), 1e9)


async def test_an_empty_log_beside_others_has_been_read_and_one_that_was_asked_for_says_nothing(tmp_path: Path) -> None:
    clock = StillClock()
    (tmp_path / "error.log").touch()
    read = await LogSource(str(tmp_path / "error.log"), clock, beside=True, since=1.0).read(watcher(), 1e9)
    assert (read.whole, read.problem) == (True, "")
    assert "empty" in (await LogSource(str(tmp_path / "error.log"), clock).read(watcher(), 1e9)).problem


async def test_a_file_that_is_watched_beside_others_is_unread_and_not_the_end(tmp_path: Path) -> None:
    clock = StillClock()
    source = LogSource(str(tmp_path / "none"), clock, beside=True)
    assert str(tmp_path / "none") in source.name
    with pytest.raises(NotReachable):
        await source.read(watcher(), 1e9)
    assert (await LogSource(log(tmp_path, 10), clock, beside=True).read(watcher(), 1e9)).whole


BUSY = "web[1]: bind() to 0.0.0.0:80 failed (98: Address already in use)\n"


def test_a_known_error_log_is_read_in_a_pass_and_followed_even_where_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "error_logs", lambda since: ["/known", "/named"] if not since else ["/lately"])
    wanted = Wanted(host="h", clock=StillClock(), logs=["/named", "/named"], since=5.0)
    assert [source.name for source in here(wanted)] == ["log /named", "log /lately"]
    assert [source.name for source in here(replace(wanted, lasting=True))] == ["log /named", "log /known"]


async def test_one_is_followed_through_rotation(tmp_path: Path) -> None:
    file, turns = tmp_path / "a.log", list[int]()
    file.write_text(f"old line: {BUSY}")

    async def sleep(_: float) -> None:
        turns.append(1)
        if len(turns) == 1:
            with file.open("a") as log:
                log.write(BUSY)
        if len(turns) == 2:
            file.rename(tmp_path / "a.log.1")
            file.write_text(BUSY.replace(":80", ":81"))

    judge = Watcher(prefilter(), host="h")
    async with followed(LogSource(str(file), StillClock(), beside=True), judge, sleep=sleep) as heard:
        reads = await heard.lines(2)
    assert causes(reads) == ["port-in-use", "port-in-use"] and all(read.whole for read in reads)


async def test_one_that_is_not_there_is_unread_until_it_appears(tmp_path: Path) -> None:
    file = tmp_path / "b.log"
    async with followed(LogSource(str(file), StillClock(), beside=True), Watcher(prefilter(), host="h")) as heard:
        first = await heard.next()
        file.write_text("db[2]: write failed: No space left on device\n")
        (later,) = await heard.lines(1)
    assert not first.whole and first.problem and later.whole
    assert causes([later]) == ["disk-full"]


async def test_a_restart_goes_on_where_it_was_left(tmp_path: Path) -> None:
    file, judge = tmp_path / "a.log", Watcher(prefilter(), host="h")
    file.write_text("old\n")
    source = LogSource(str(file), StillClock(), beside=True)
    async with followed(source, judge) as heard:
        before = await heard.next()
    with file.open("a") as log:
        log.write(BUSY)
    file.rename(tmp_path / "a.log.1")
    file.write_text("words of nobody\n")
    async with followed(source, judge, places=before.places) as heard:
        (after,) = await heard.lines(2)
    assert before.sightings is not None and before.sightings.lines == 0
    assert causes([after]) == ["port-in-use"]
    assert after.sightings is not None and after.sightings.unread == Unread(2, 2, 1)
    async with followed(source, judge, places=after.places) as heard:
        last = await heard.next()
    assert last.sightings is not None and last.sightings.lines == 0


async def test_the_kernel_wakes_whoever_waits_for_one(tmp_path: Path) -> None:
    file = tmp_path / "a.log"
    file.write_text("")

    async def never(_: float) -> None:
        await asyncio.Event().wait()

    source = LogSource(str(file), StillClock(), beside=True)
    async with followed(source, Watcher(prefilter(), host="h"), sleep=never) as heard:
        await heard.next()
        with file.open("a") as log:
            log.write("one\n")
        assert len(await heard.lines(1)) == 1


async def test_what_a_log_says_of_a_program_is_its_owners_trouble(tmp_path: Path) -> None:
    clock = StillClock()
    source = LogSource(log(tmp_path, 1), clock, beside=True, owner="shop.service")
    read = await source.read(watcher(), clock.boot() + 60)
    assert read.sightings is not None
    assert [trigger.subject for trigger in read.sightings.triggers] == ["shop.service"]
