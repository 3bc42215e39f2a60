from __future__ import annotations

import errno
import os
from pathlib import Path

from stillwatch.host.log_follower import LogFollower
from stillwatch.records.line import LINE_LIMIT

NOW = 1_795_388_992.0


def texts(follower: LogFollower, limit: int = 5000) -> list[str]:
    return [line.text for line in follower.lines(NOW, limit)]


def test_a_follower_starts_at_the_end_and_tells_what_comes(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("old\n")
    follower = LogFollower(str(log))
    assert texts(follower) == []
    with log.open("a") as file:
        file.write("one\ntwo\nhal")
    assert texts(follower) == ["one", "two"]
    with log.open("a") as file:
        file.write("f\n")
    assert texts(follower) == ["half"]
    assert texts(LogFollower(str(log), from_start=True)) == ["old", "one", "two", "half"]


def test_a_renamed_log_is_read_to_its_end_before_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("")
    follower = LogFollower(str(log))
    with log.open("a") as file:
        file.write("before\n")
        log.rename(tmp_path / "app.log.1")
        file.write("late\n")
    log.write_text("after\n")
    assert texts(follower) == ["before", "late", "after"]


def test_a_log_that_was_cut_is_read_from_its_start(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("a long first line\n")
    follower = LogFollower(str(log))
    log.write_text("new\n")
    assert texts(follower) == ["new"]


def test_a_log_may_be_missing_appear_and_go(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    follower = LogFollower(str(log))
    assert texts(follower) == []
    assert os.strerror(errno.ENOENT) in follower.problem
    log.write_text("first\n")
    assert (texts(follower), follower.problem) == (["first"], "")
    log.unlink()
    assert texts(follower) == []
    assert follower.problem
    log.write_text("again\n")
    assert (texts(follower), follower.problem) == (["again"], "")


def test_an_endless_line_costs_its_limit_and_a_batch_has_one(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(b"x" * 300_000 + b"\nnext\n" + b"\n".join(b"%d" % n for n in range(50_000)) + b"\n")
    follower = LogFollower(str(log), from_start=True)
    first = follower.lines(NOW, 10)
    assert [len(line.raw) for line in first][:1] == [LINE_LIMIT]
    told = [*first, *follower.lines(NOW, 1_000_000)]
    assert [line.text for line in told[1:3]] == ["next", "0"]
    assert told[-1].text == "49999"


def test_what_is_no_file_is_a_problem_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path, tmp_path / "pipe"):
        follower = LogFollower(str(name))
        assert texts(follower) == []
        assert "regular" in follower.problem
