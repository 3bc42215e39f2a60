from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.store import settings as room
from stillwatch.store.store import Store


def test_files_are_kept_as_they_were_seen_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Store.open(tmp_path).settings
    shelf.put("/etc/a", "1", "d1", "one")
    shelf.put("/etc/a", "2", "d2", "twö")
    assert shelf.stamps() == {"/etc/a": "2"} and shelf.find("/etc/a") == ("d2", "twö")
    monkeypatch.setattr(room, "MOST_BYTES", 20)
    shelf.put("/etc/b", "1", "d", "x" * 100)
    assert shelf.find("/etc/b") is None
    shelf.drop("/etc/a")
    assert shelf.stamps() == {}


def test_changes_are_read_by_file_and_folder_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_CHANGES", 3)
    shelf = Store.open(tmp_path).settings
    for at, path in enumerate(("/etc/a", "/etc/shop/a", "/etc/shop/b", "/etc/shopping")):
        shelf.add_change((path, float(at), "changed", "-x\n+y", 1, 1))
    assert [row["path"] for row in shelf.changes(0.0)] == ["/etc/shopping", "/etc/shop/b", "/etc/shop/a"]
    assert [row["path"] for row in shelf.changes(0.0, "/etc/shop")] == ["/etc/shop/b", "/etc/shop/a"]
    (row,) = shelf.changes(0.0, "/etc/shop/a")
    assert row == {
        "path": "/etc/shop/a",
        "at": 1.0,
        "kind": "changed",
        "difference": "-x\n+y",
        "added": 1,
        "removed": 1,
    }
    assert not shelf.changes(3.5)
