from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host.journal import Journal
from stillwatch.reading import sources as room
from stillwatch.reading.gather import gather
from stillwatch.reading.sources import JournalSource, LogSource, MetricSource, TriageRun, UnitSource
from stillwatch.watch.family import load_rules
from stillwatch.watch.monitor import Watcher
from tests.support.journal_export import REMOTE, START, export, make_journal
from tests.think.models import StillClock

needs_remote = pytest.mark.skipif(not Path(REMOTE).exists(), reason="needs systemd-journal-remote")
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


def journal(folder: Path, lines: int) -> str:
    return str(make_journal(folder / "x.journal", export({"MESSAGE": f"m{n}"} for n in range(lines))))


async def test_a_log_is_read_whole(tmp_path: Path) -> None:
    clock = StillClock()
    read = await LogSource(log(tmp_path, 5000), clock).read(watcher(), clock.boot() + 60)
    assert read.whole and not read.problem and read.sightings is not None
    assert read.sightings.lines == 5001
    assert [trigger.cause for trigger in read.sightings.triggers] == ["oom"]


@needs_remote
async def test_a_journal_is_read_whole_from_a_moment_on(tmp_path: Path) -> None:
    clock, folder = StillClock(), journal(tmp_path, 100)
    read = await JournalSource(folder, START + 90, clock).read(watcher(), clock.boot() + 60)
    assert read.whole and read.sightings is not None and read.sightings.lines == 10


@needs_remote
@pytest.mark.parametrize("kind", ["journal", "log"])
async def test_the_deadline_cuts_reading_and_that_is_told(tmp_path: Path, kind: str) -> None:
    clock, lines = Running(), 4 * room.LINES_BETWEEN_LOOKS
    source = (
        LogSource(log(tmp_path, lines), clock) if kind == "log" else JournalSource(journal(tmp_path, lines), 0, clock)
    )
    read = await source.read(watcher(), clock.boot() + 1.5)
    assert not read.whole and read.sightings is not None
    assert 0 < read.sightings.lines < lines
    assert f"only the first {read.sightings.lines:,} entries were read within the deadline" in read.problem


async def test_what_was_cut_is_unread_in_the_report(tmp_path: Path) -> None:
    clock = Running()
    source = LogSource(log(tmp_path, 4 * room.LINES_BETWEEN_LOOKS), clock)
    gathered = await gather([source], watcher(), clock, 1.5, lambda line: None)
    assert [one.read for one in gathered.sources] == [False]


@pytest.mark.parametrize("name", ["none.log", ".", "none/none.log"])
async def test_a_log_that_is_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage):
        await LogSource(str(tmp_path / name), StillClock()).read(watcher(), 1e9)
    with pytest.raises(WrongUsage):
        list(TriageRun(watcher(), None, str(tmp_path / name), StillClock()))


@pytest.mark.parametrize("name", ["none", "file"])
async def test_a_journal_that_is_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("not a journal")
    with pytest.raises(WrongUsage):
        await JournalSource(str(tmp_path / name), 0.0, StillClock()).read(watcher(), 1e9)
    with pytest.raises(WrongUsage):
        list(TriageRun(watcher(), str(tmp_path / name), None, StillClock()))


async def test_units_where_systemd_is_not_the_init_are_not_reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "is_init", lambda: False)
    with pytest.raises(NotReachable, match="not the init"):
        await UnitSource("h", StillClock()).read(watcher(), 1e9)


async def test_units_without_a_bus_are_not_reachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "is_init", lambda: True)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(NotReachable, match="no system bus"):
        await UnitSource("h", StillClock()).read(watcher(), 1e9)


async def test_processes_that_cannot_be_seen_leave_the_metrics_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hidden(*_: object) -> None:
        raise NotReachable("the processes of others cannot be seen")

    monkeypatch.setattr(room, "read_usage", hidden)
    read = await MetricSource("h", StillClock()).read(watcher(), 1e9)
    assert read.events and not read.whole and "cannot be seen" in read.problem


async def test_metrics_are_read_from_this_kernel() -> None:
    read = await MetricSource("h", StillClock()).read(watcher(), 1e9)
    assert {event.source for event in read.events} == {"metric"}
    assert {"disk-used", "memory-available"} & {event.fields["metric"] for event in read.events}


async def test_a_triage_run_counts_along(tmp_path: Path) -> None:
    run = TriageRun(watcher(), None, log(tmp_path, 100), StillClock())
    assert [trigger.cause for trigger in run] == ["oom"]
    assert (run.lines, run.triggers) == (101, 1) and run.seconds >= 0


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


@needs_remote
async def test_a_journal_of_which_a_part_is_closed_is_not_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(room, "closed_to_us", lambda: [tmp_path])
    monkeypatch.setattr(room, "Journal", lambda path, since: Journal(Path(journal(tmp_path, 10)), since=since))
    read = await JournalSource(None, 0, StillClock()).read(watcher(), 1e9)
    assert not read.whole and "systemd-journal" in read.problem
    assert (await JournalSource(journal(tmp_path, 10), 0, StillClock()).read(watcher(), 1e9)).whole
