from __future__ import annotations

import os
from pathlib import Path

from stillwatch.host.locks import lock_files, read_lock

DEAD = 4_194_304


def test_whose_lock_it_is_and_whether_that_lives(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/shop.pid").write_text(f"{DEAD}\n")
    (tmp_path / "own.lock").write_text(f" {os.getpid()} host\n")
    (tmp_path / "empty.lck").touch()
    (tmp_path / "notes.txt").write_text("1\n")
    found = {Path(row["path"]).name: (row["pid"], row["alive"]) for row in lock_files([str(tmp_path)])}
    assert found == {"shop.pid": (DEAD, False), "own.lock": (os.getpid(), True), "empty.lck": (0, False)}


def test_links_pipes_and_nonsense_are_no_locks(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("99\n")
    (tmp_path / "link.pid").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe.pid")
    (tmp_path / "odd.pid").write_bytes(b"\xff\0 99999999999999999999 " * 1000)
    assert [(Path(row["path"]).name, row["pid"]) for row in lock_files([str(tmp_path)])] == [("odd.pid", 0)]
    assert read_lock(f"{tmp_path}/none.pid") is None
    assert read_lock(str(tmp_path)) is None


def test_a_file_is_told_once_however_it_is_reached(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/a.pid").write_text("1\n")
    (tmp_path / "var").symlink_to(tmp_path / "run")
    assert len(lock_files([f"{tmp_path}/run", f"{tmp_path}/var", "/no/such/place"])) == 1
