from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from stillwatch.errors import StillwatchError, WrongUsage
from stillwatch.serve.http.keys import FILE_NAME, MOST_KEYS, KeyRing, given_keys


def test_a_key_is_shown_once_and_kept_hashed(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    key_id, key = ring.create("chat", 5.0)
    file = tmp_path / FILE_NAME
    assert key not in file.read_text() and hashlib.sha256(key.encode()).hexdigest() in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    found = ring.who(key)
    assert found is not None and (found.id, found.scope) == (key_id, "chat")


@pytest.mark.parametrize("wrong", ["", "sk-sw-", "K", "\ud800", "x" * 100_000, "\x00"])
def test_what_is_no_key_opens_nothing(tmp_path: Path, wrong: str) -> None:
    ring = KeyRing(tmp_path)
    _, key = ring.create("chat", 5.0)
    assert ring.who(wrong) is None and ring.who(key[:-1]) is None and ring.who(key + "a") is None
    assert ring.who(hashlib.sha256(key.encode()).hexdigest()) is None


@pytest.mark.parametrize("first", [True, False])
def test_every_key_is_compared_by_its_hash_in_constant_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    """Also once one was found, and whatever it shares with a valid one (bench/key_timing.py measures it)."""
    ring = KeyRing(tmp_path)
    keys = [ring.create("chat", 1.0)[1] for _ in range(5)]
    compared = list[tuple[str, str]]()

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr("stillwatch.serve.http.keys.hmac.compare_digest", compare)
    for presented in (keys[0] if first else keys[-1], keys[0][:-1], "x"):
        compared.clear()
        ring.who(presented)
        digest = hashlib.sha256(presented.encode()).hexdigest()
        assert sorted(one for one, _ in compared) == sorted(key.hash for key in ring.all())
        assert {other for _, other in compared} == {digest}


def test_another_process_creates_and_revokes(tmp_path: Path) -> None:
    daemon, command = KeyRing(tmp_path), KeyRing(tmp_path)
    assert daemon.all() == ()
    key_id, key = command.create("read", 1.0)
    assert daemon.who(key) is not None
    command.revoke(key_id.lower())
    assert daemon.who(key) is None
    with pytest.raises(WrongUsage):
        command.revoke(key_id)


def test_many_at_once_lose_none(tmp_path: Path) -> None:
    threads = [threading.Thread(target=KeyRing(tmp_path).create, args=("chat", 1.0)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(KeyRing(tmp_path).all()) == 20 and [one.name for one in tmp_path.iterdir()] == [FILE_NAME]


def test_there_is_an_end_of_keys(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.create("chat", 1.0)
    ring._write(ring.all() * MOST_KEYS)
    with pytest.raises(WrongUsage):
        ring.create("chat", 1.0)


@pytest.mark.parametrize("damage", [b"", b"{}", b'[{"id": 1}]', b"\xff\xfe"])
def test_a_damaged_file_is_an_error_and_opens_nothing(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(damage)
    ring = KeyRing(tmp_path)
    for attempt in (ring.all, lambda: ring.who("x"), lambda: ring.create("chat", 1.0)):
        with pytest.raises(StillwatchError, match="damaged"):
            attempt()
    assert (tmp_path / FILE_NAME).read_bytes() == damage


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_the_file_belongs_to_the_owner_of_the_directory(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    KeyRing(tmp_path).create("chat", 1.0)
    assert (tmp_path / FILE_NAME).stat().st_uid == 65534


def test_keys_of_a_file_open_and_nobody_revokes_them_here(tmp_path: Path) -> None:
    chat, read = "c" * 40, "r" * 64
    file = tmp_path / "keys"
    file.write_text(f"{chat}\nread {read}\n")
    file.chmod(0o600)
    ring = KeyRing(tmp_path / "state", given_keys(file))
    own = ring.create("read", 1.0)[1]
    found = [ring.who(key) for key in (chat, read, own)]
    assert [key.scope for key in found if key] == ["chat", "read", "read"]
    assert ring.who("read " + read) is None and len(ring.all()) == 3
    with pytest.raises(WrongUsage):
        ring.revoke("file-1")
    assert given_keys(None) == ()


@pytest.mark.parametrize(
    "line", ["short", "chat " + "x" * 31, "two words of which each is long enough, " + "x" * 40, "x" * 201]
)
def test_a_line_that_is_no_key_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "keys"
    file.write_text(line)
    file.chmod(0o600)
    with pytest.raises(StillwatchError, match="entry 1"):
        given_keys(file)
