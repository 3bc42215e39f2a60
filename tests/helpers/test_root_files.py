from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.helpers import root_files
from stillwatch.helpers.root_files import lines_of, names_in


def test_only_a_regular_file_of_its_owner_that_nobody_else_can_change_r39(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one\ntwo\n")
    assert lines_of(file) == ["one", "two"]
    (tmp_path / "link").symlink_to(file)
    assert lines_of(tmp_path / "link") is None and lines_of(tmp_path / "link", follow=True) == ["one", "two"]
    os.mkfifo(tmp_path / "pipe")
    assert lines_of(tmp_path / "pipe") is None and lines_of(tmp_path) is None and lines_of(tmp_path / "none") is None
    file.chmod(0o666)
    assert lines_of(file) is None
    file.chmod(0o600)
    os.chown(file, 12_345, 0)
    assert lines_of(file) is None and lines_of(file, frozenset((0, 12_345))) == ["one", "two"]


def test_no_more_than_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root_files, "MOST_BYTES", 3)
    monkeypatch.setattr(root_files, "MOST_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_text("long")
    assert lines_of(tmp_path / "a") is None and len(names_in(tmp_path) or ()) == 2
    assert names_in(tmp_path / "none") == []
