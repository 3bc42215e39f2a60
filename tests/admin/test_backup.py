"""What a backup holds, and that it is of one moment."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from stillwatch.admin.backup import back_up
from stillwatch.errors import NotReachable, WrongUsage
from tests.admin.lived_in import live_in
from tests.cli.gate_scene import running_gate
from tests.gate.stage import places_in


def test_it_holds_state_and_secrets_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    manifest = back_up(live_in(tmp_path / "host"), target, host="web-01", now=5.0)
    names = {f"{kept.part}/{kept.name}" for kept in manifest.files}
    assert {"daemon/stillwatch.db", "daemon/api-keys.json", "gate/gate.db"} <= names
    assert not [name for name in names if "gguf" in name or "lock" in name or name.endswith(("-wal", "-shm", ".sock"))]
    assert target.stat().st_mode & 0o777 == 0o600
    with tarfile.open(target) as archive:
        assert set(archive.getnames()) == names | {"manifest.json"}


def test_daemon_and_gate_may_run_meanwhile(tmp_path: Path) -> None:
    live_in(tmp_path / "host")
    with running_gate(tmp_path / "host") as paths:
        assert back_up(paths, tmp_path / "b.tar.gz", host="h", now=5.0).files


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    with pytest.raises(WrongUsage):
        back_up(live_in(tmp_path / "host"), target, host="h", now=5.0)
    assert target.read_text() == "mine"


def test_r39_a_link_that_the_owner_puts_in_the_place_of_a_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, secret = live_in(tmp_path / "host"), tmp_path / "secret"
    secret.write_text("root's")
    (paths.state / "notes").symlink_to(secret)
    monkeypatch.setattr(Path, "is_symlink", lambda path: False)  # it was none when it was looked at
    with pytest.raises(NotReachable):
        back_up(paths, tmp_path / "b.tar.gz", host="h", now=5.0)
    assert not (tmp_path / "b.tar.gz").exists()


def test_r39_what_the_owner_of_the_state_may_not_read_is_not_read(open_to_all: Path, tmp_path: Path) -> None:
    paths = live_in(open_to_all / "host")
    for path in (paths.state, *paths.state.rglob("*"), paths.gate_state, *paths.gate_state.rglob("*")):
        os.chown(path, 4711, 4711)
    back_up(paths, tmp_path / "b.tar.gz", host="h", now=5.0)
    (paths.state / "notes").write_text("root's")
    (paths.state / "notes").chmod(0o600)
    with pytest.raises(NotReachable):
        back_up(paths, tmp_path / "c.tar.gz", host="h", now=5.0)


def test_nothing_to_save_is_told_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotReachable):
        back_up(places_in(tmp_path / "none"), tmp_path / "b", host="h", now=5.0)
    assert not (tmp_path / "b").exists()
