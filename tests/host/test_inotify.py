from __future__ import annotations

import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from stillwatch.host.inotify import Inotify


@pytest.fixture
def inotify() -> Iterator[Inotify]:
    inotify = Inotify()
    yield inotify
    inotify.close()


def is_news(inotify: Inotify) -> bool:
    readable, _, _ = select.select([inotify], [], [], 0)
    inotify.drain()
    return bool(readable)


def test_what_is_written_renamed_and_made_is_news(tmp_path: Path, inotify: Inotify) -> None:
    log = tmp_path / "a.log"
    log.write_text("")
    inotify.watch([str(log)])
    assert not is_news(inotify)
    with log.open("a") as file:
        file.write("x\n")
    assert is_news(inotify)
    log.rename(tmp_path / "a.log.1")
    assert is_news(inotify)
    log.write_text("")
    assert is_news(inotify)
    inotify.watch([str(log)])
    log.write_text("y\n")
    assert is_news(inotify)


def test_a_file_that_is_not_there_yet_is_news_when_it_comes(tmp_path: Path, inotify: Inotify) -> None:
    inotify.watch([str(tmp_path / "later.log"), "/nowhere/at/all.log"])
    (tmp_path / "later.log").write_text("")
    assert is_news(inotify)
