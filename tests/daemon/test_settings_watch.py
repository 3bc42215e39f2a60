from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stillwatch.daemon import settings_watch as room
from stillwatch.daemon.settings_watch import SettingsWatch
from stillwatch.host.settings import LARGEST, read
from stillwatch.incidents.recall import Recall
from stillwatch.store.store import Store
from tests.support.watching import Rest
from tests.think.models import StillClock

NOW = 1_800_000_000.0


def write(file: Path, text: str, ago: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (NOW - ago, NOW - ago))


async def test_what_changes_is_told_once_and_what_was_there_before_is_not(tmp_path: Path) -> None:
    store, root = Store.open(tmp_path / "state"), tmp_path / "root"
    watch = SettingsWatch(store=store, clock=StillClock(NOW), sleep=Rest(), root=root)

    async def changes() -> list[tuple[Any, ...]]:
        await watch.look()
        return [(row["path"], row["kind"], row["difference"]) for row in store.settings.changes(0.0)]

    write(root / "etc/a.conf", "port = 80\n", 99)
    write(root / "etc/b.conf", "b\n", 99)
    assert await changes() == []
    write(root / "etc/a.conf", "port = 81\n", 50)
    write(root / "etc/b.conf", "b\n", 40)
    assert await changes() == await changes() == [("/etc/a.conf", "changed", "-port = 80\n+port = 81")]
    write(root / "etc/c.conf", "c\n", 30)
    (root / "etc/b.conf").unlink()
    told = await changes()
    assert told[:2] == [("/etc/b.conf", "gone", "-b"), ("/etc/c.conf", "new", "+c")]


async def test_r41_what_does_not_fit_is_not_told_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root = Store.open(tmp_path / "state"), tmp_path / "root"
    watch = SettingsWatch(store=store, clock=StillClock(NOW), sleep=Rest(), root=root)
    await watch.look()
    monkeypatch.setattr("stillwatch.store.settings.MOST_BYTES", 1)
    write(root / "etc/a.conf", "port = 80\n", 99)
    await watch.look()
    await watch.look()
    assert store.settings.changes(0.0) == []


async def test_what_is_no_text_is_read_once_and_what_grew_too_large_is_not_told_as_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, root, asked = Store.open(tmp_path / "state"), tmp_path / "root", list[str]()

    def noted(path: str, root: Path) -> room.Settings | None:
        asked.append(path)
        return read(path, root)

    monkeypatch.setattr(room, "read", noted)
    watch = SettingsWatch(store=store, clock=StillClock(NOW), sleep=Rest(), root=root)
    write(root / "etc/a.conf", "a\n", 99)
    write(root / "etc/b.bin", "b\0", 99)
    await watch.look()
    write(root / "etc/a.conf", "a" * (LARGEST + 1), 50)
    await watch.look()
    assert asked == ["/etc/a.conf", "/etc/b.bin"] and not store.settings.changes(0.0) and not store.settings.stamps()


async def test_what_changed_since_it_was_compared_is_told_of_one_file(tmp_path: Path) -> None:
    store, root = Store.open(tmp_path / "state"), tmp_path / "root"
    write(root / "etc/a.conf", "port = 80\n", 99)
    await SettingsWatch(store=store, clock=StillClock(NOW), sleep=Rest(), root=root).look()

    def told(path: str) -> list[Mapping[str, Any]]:
        return list(Recall(tmp_path / "state").settings_changes(NOW - 100, path, root))

    assert told("/etc/a.conf") == [] == told("/etc/none")
    write(root / "etc/a.conf", "port = 81\n", 5)
    (row,) = told("/etc/a.conf")
    assert (row["at"], row["difference"]) == (NOW - 5, "-port = 80\n+port = 81")
    assert told("") == [] and not Recall(tmp_path / "none").settings_changes(0.0, "/etc/a.conf")
