"""A backup comes back whole or not at all, and what was there before is kept."""

from __future__ import annotations

import fcntl
import io
import json
import os
import resource
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.admin.backup import back_up
from stillwatch.admin.restore import restore
from stillwatch.config import Paths
from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host.auditanchors import show_audit
from tests.admin.lived_in import known, live_in, remember
from tests.cli.gate_scene import running_gate
from tests.gate.stage import places_in

Members = dict[str, bytes]


@pytest.fixture
def lived(tmp_path: Path) -> Paths:
    return live_in(tmp_path / "host")


@pytest.fixture
def saved(lived: Paths, tmp_path: Path) -> Path:
    back_up(lived, tmp_path / "b.tar.gz", host="h", now=5.0)
    return tmp_path / "b.tar.gz"


def test_what_was_saved_comes_back_and_the_later_state_is_kept(lived: Paths, saved: Path) -> None:
    remember(lived, "I2")
    done = restore(lived, saved, now=9.0)
    assert known(lived) == ["I1"]
    assert done.records == len(list(show_audit(lived))) > 0
    assert (done.aside["daemon"] / "stillwatch.db").exists()
    assert (lived.models / "tiny.gguf").exists()
    assert {path.stat().st_mode & 0o077 for path in lived.state.rglob("*.db")} == {0}


def test_it_comes_back_on_another_host(saved: Path, tmp_path: Path) -> None:
    other = places_in(tmp_path / "other")
    assert restore(other, saved, now=9.0).aside == {}
    assert known(other) == ["I1"]


@pytest.mark.parametrize("runs", ["the daemon", "the gate"])
def test_it_waits_for_nobody_who_runs(lived: Paths, saved: Path, tmp_path: Path, runs: str) -> None:
    lock = (lived.state / "daemon.lock") if runs == "the daemon" else lived.gate_state / "lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(NotReachable, match=runs):
            restore(lived, saved, now=9.0)
    assert known(lived) == ["I1"]


@pytest.mark.timeout(60)
def test_r39_a_pipe_in_the_place_of_a_lock_holds_root_up_for_ever_no_more(lived: Paths, saved: Path) -> None:
    lock = lived.state / "daemon.lock"
    lock.unlink(missing_ok=True)
    os.mkfifo(lock)
    assert restore(lived, saved, now=9.0).files


def rewritten(archive: Path, change: Callable[[Members], None]) -> Path:
    """The archive with its members changed, order kept."""
    members: Members = {}
    with tarfile.open(archive) as read:
        for entry in read:
            file = read.extractfile(entry)
            members[entry.name] = file.read() if file else b""
    change(members)
    with tarfile.open(archive, "w:gz") as written:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            written.addfile(entry, io.BytesIO(content))
    return archive


def in_manifest(members: Members, change: Callable[[dict[str, object]], None]) -> None:
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    members["manifest.json"] = json.dumps(manifest).encode()


def renamed(to: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[f"daemon/{to}"] = members["daemon/api-keys.json"]
        text = members["manifest.json"].decode()
        members["manifest.json"] = text.replace('"api-keys.json"', json.dumps(to)).encode()

    return change


CHANGES: dict[str, Callable[[Members], None]] = {
    "a changed file": lambda members: members.update({"daemon/api-keys.json": b"[]"}),
    "a missing file": lambda members: members.pop("daemon/api-keys.json") and None,
    "no manifest": lambda members: members.pop("manifest.json") and None,
    "a broken manifest": lambda members: members.update({"manifest.json": b"{"}),
    "another format": lambda members: in_manifest(members, lambda one: one.update(format=2)),
    "an unknown key": lambda members: in_manifest(members, lambda one: one.update(more=1)),
    "a path that leads out": renamed("../../../etc/passwd"),
    "an absolute path": renamed("/etc/passwd"),
    "an empty name": renamed(""),
    "what no backup holds": renamed("models/tiny.gguf"),
    "a lock": renamed("daemon.lock"),
    "a log of a database": renamed("stillwatch.db-wal"),
    "a size below nothing": lambda members: in_manifest(members, lambda one: one["files"][0].update(size=-1)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nothing_changes_where_something_is_wrong(lived: Paths, saved: Path, change: Callable[[Members], None]) -> None:
    before = sorted(str(path) for path in lived.state.rglob("*"))
    with pytest.raises(WrongUsage) as caught:
        restore(lived, rewritten(saved, change), now=9.0)
    assert caught.value.next_step
    assert sorted(str(path) for path in lived.state.rglob("*")) == before


def test_r41_what_is_longer_than_it_says_is_not_unpacked(lived: Paths, saved: Path) -> None:
    rewritten(saved, lambda members: members.update({"daemon/api-keys.json": bytes(64 << 20)}))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 << 20, limit[1]))
    try:
        with pytest.raises(WrongUsage):
            restore(lived, saved, now=9.0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_r39_the_owner_of_the_state_turns_no_link_to_what_is_not_his(
    lived: Paths, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each step that root takes within the owner's directory, a link stands where a file was to be."""
    secret, chown, chmod = tmp_path / "secret", os.chown, Path.chmod
    secret.write_text("root's")
    secret.chmod(0o640)
    for folder in (lived.state, lived.gate_state):
        chown(folder, 4711, 4711)

    def turned(path: Path) -> None:
        if path.parent in (lived.state, lived.gate_state):
            path.unlink(missing_ok=True)
            path.symlink_to(secret)

    def changing_owner(path: Path, uid: int, gid: int) -> None:
        turned(path)
        chown(path, uid, gid)

    def changing_mode(path: Path, mode: int) -> None:
        turned(path)
        chmod(path, mode)

    monkeypatch.setattr(os, "chown", changing_owner)
    monkeypatch.setattr(Path, "chmod", changing_mode)
    restore(lived, saved, now=9.0)
    assert secret.owner() == tmp_path.owner() and secret.stat().st_mode & 0o777 == 0o640
    assert {path.lstat().st_uid for path in lived.state.glob("*.db")} == {4711}


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.95])
def test_a_truncated_archive(lived: Paths, saved: Path, share: float) -> None:
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(WrongUsage):
        restore(lived, saved, now=9.0)


def test_an_audit_record_that_was_tampered_with_does_not_come_back(lived: Paths, tmp_path: Path) -> None:
    with sqlite3.connect(lived.gate_state / "gate.db") as database:
        database.execute("UPDATE audit SET body = replace(body, 'restart_unit', 'stop_unit')")
    database.close()
    back_up(lived, tmp_path / "tampered", host="h", now=5.0)
    with pytest.raises(WrongUsage, match="audit record"):
        restore(lived, tmp_path / "tampered", now=9.0)


def test_the_gate_goes_on_from_the_restored_record(lived: Paths, saved: Path, tmp_path: Path) -> None:
    restore(lived, saved, now=9.0)
    with running_gate(tmp_path / "host") as paths:
        assert len(list(show_audit(paths))) > 0
