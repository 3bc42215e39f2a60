"""A follower that was stopped goes on where it stood, whatever became of the file."""

from __future__ import annotations

import gzip
import lzma
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.host.log_follower import LogFollower
from stillwatch.host.log_place import Place

NOW = 1_795_388_992.0


def texts(follower: LogFollower) -> list[str]:
    return [line.text for line in follower.lines(NOW)]


def stopped(log: Path) -> str:
    """The place of a follower that has read a first line and half of the next one."""
    log.write_text("first line of this log\nhal")
    follower = LogFollower(str(log), from_start=True)
    assert texts(follower) == ["first line of this log"]
    place = follower.place
    follower.close()
    with log.open("a") as file:
        file.write("f\nmeanwhile\n")
    return place


def nothing(log: Path) -> None:
    """Only written to."""


def renamed(log: Path) -> None:
    log.rename(log.with_name("app.log.1"))


def renamed_twice(log: Path) -> None:
    log.rename(log.with_name("app.log.2"))
    log.with_name("app.log.1").write_text("in between\n")


def packed(log: Path) -> None:
    log.with_name("app.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()


def dated(log: Path) -> None:
    log.with_name("app-20261122.log.xz").write_bytes(lzma.compress(log.read_bytes()))
    log.unlink()


def copied(log: Path) -> None:
    shutil.copy(log, log.with_name("app.log.1"))
    os.truncate(log, 0)


@pytest.mark.parametrize(
    ("rotate", "between"),
    [(nothing, []), (renamed, []), (renamed_twice, ["in between"]), (packed, []), (dated, []), (copied, [])],
)
def test_nothing_is_lost_and_nothing_comes_twice(
    tmp_path: Path, rotate: Callable[[Path], None], between: list[str]
) -> None:
    log = tmp_path / "app.log"
    place = stopped(log)
    rotate(log)
    with log.open("a") as file:
        file.write("after\n")
    follower = LogFollower(str(log), place=place)
    assert [text for text in texts(follower) if text] == ["half", "meanwhile", *between, "after"]
    again = LogFollower(str(log), place=follower.place)
    assert texts(again) == []


def test_a_log_that_is_cut_while_it_is_followed_gives_the_rest_of_its_copy(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("one\n")
    follower = LogFollower(str(log), from_start=True)
    assert texts(follower) == ["one"]
    with log.open("a") as file:
        file.write("two\n")
    copied(log)
    with log.open("a") as file:
        file.write("a line that is longer than all before\n")
    assert [text for text in texts(follower) if text] == ["two", "a line that is longer than all before"]


def test_an_inode_that_is_used_again_is_another_file(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    place = stopped(log)
    with log.open("r+") as file:
        file.write("other line with other words in it\n" * 5)
    assert texts(LogFollower(str(log), place=place))[0] == "other line with other words in it"


def test_a_place_that_nobody_can_read_is_none() -> None:
    assert Place.parse("") is None
    assert Place.parse("nonsense") is None
