from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stillwatch.helpers import config_test, goodcopy
from stillwatch.helpers.request import HalfDone, RequestRefused

Write = Callable[[str], Path]


@pytest.fixture
def config(policy: Write, tmp_path: Path) -> Path:
    """A declared file whose test is that it holds the word `good`."""
    file = tmp_path / "app.conf"
    file.write_text("good 1\n")
    file.chmod(0o640)
    policy(f'[[files]]\nname="app"\npath="{file}"\nunit="app.service"\ntest=["/usr/bin/grep","-q","good","{file}"]\n')
    return file


def test_r22_a_copy_is_taken_only_after_the_test_passed_and_comes_back_whole(config: Path) -> None:
    goodcopy.keep("app")
    config.write_text("broken\n")
    with pytest.raises(RequestRefused, match="test"):
        goodcopy.keep("app")
    assert goodcopy.state("app")["same"] is False
    goodcopy.restore("app")
    assert config.read_text() == "good 1\n"
    assert config.stat().st_mode & 0o777 == 0o640
    assert goodcopy.state("app")["same"] is True


def test_what_was_there_before_comes_back(config: Path) -> None:
    goodcopy.keep("app")
    config.write_text("broken\n")
    left = goodcopy.restore("app")["sha256"]
    config.write_text("good 1, and more\n")
    with pytest.raises(RequestRefused, match="changed since"):
        goodcopy.put_back("app", left)
    assert config.read_text() == "good 1, and more\n"
    config.write_text("good 1\n")
    goodcopy.put_back("app", left)
    assert config.read_text() == "broken\n"


def test_an_absent_file_is_restored(config: Path) -> None:
    goodcopy.keep("app")
    config.write_text("broken\n")
    goodcopy.restore("app")
    config.unlink()
    left = goodcopy.restore("app")["sha256"]
    assert config.read_text() == "good 1\n"
    with pytest.raises(RequestRefused, match="kept"):
        goodcopy.put_back("app", left)


def test_without_a_copy_nothing_is_restored(config: Path) -> None:
    with pytest.raises(RequestRefused, match=r"no .* copy"):
        goodcopy.restore("app")
    with pytest.raises(RequestRefused):
        goodcopy.put_back("app", "")


def test_a_copy_whose_test_fails_leaves_the_file_as_it_was(config: Path, policy: Write) -> None:
    goodcopy.keep("app")
    config.write_text("broken\n")
    policy(f'[[files]]\nname="app"\npath="{config}"\nunit="app.service"\ntest=["/usr/bin/false"]\n')
    with pytest.raises(RequestRefused, match="test"):
        goodcopy.restore("app")
    assert config.read_text() == "broken\n"


@pytest.mark.parametrize("absent", [True, False])
def test_r29_a_copy_that_cannot_be_tested_leaves_all_as_it_was(
    config: Path, monkeypatch: pytest.MonkeyPatch, absent: bool
) -> None:
    goodcopy.keep("app")
    config.unlink() if absent else config.write_text("broken\n")

    def nobody(name: str) -> bool:
        raise RequestRefused("no test can be run")

    monkeypatch.setattr(config_test, "ask", nobody)
    with pytest.raises(RequestRefused, match="no test can be run"):
        goodcopy.restore("app")
    assert not config.exists() if absent else config.read_text() == "broken\n"


def test_r29_what_cannot_be_put_back_after_all_is_told(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goodcopy.keep("app")
    config.write_text("broken\n")
    real, written = goodcopy._write, []

    def full(path: str, *rest: Any) -> None:
        written.append(path)
        if len(written) > 1:
            raise RequestRefused(f"{path}: No space left on device")
        real(path, *rest)

    monkeypatch.setattr(goodcopy, "_write", full)
    monkeypatch.setattr(config_test, "ask", lambda name: False)
    with pytest.raises(HalfDone, match="No space left"):
        goodcopy.restore("app")


def test_r29_a_copy_that_finds_no_room_leaves_the_older_one(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = goodcopy.keep("app")["sha256"]
    config.write_text("good 2\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RequestRefused, match="kept: No space left"):
        goodcopy.keep("app")
    assert goodcopy.state("app")["good"] == kept
    assert [file.name for file in (goodcopy.STATE / "files").iterdir()] == ["app.good.json"]


def test_r22_a_copy_that_somebody_else_wrote_or_damaged_is_not_believed(config: Path) -> None:
    goodcopy.keep("app")
    copy = goodcopy.STATE / "files/app.good.json"
    text = copy.read_text()
    copy.write_text(text.replace(b"good".hex(), b"evil".hex()))
    with pytest.raises(RequestRefused, match="damaged"):
        goodcopy.restore("app")
    copy.write_text(text)
    os.chown(copy, 65534, -1)
    with pytest.raises(RequestRefused, match="own"):
        goodcopy.restore("app")
    os.chown(copy, 0, -1)
    goodcopy.STATE.chmod(0o777)
    with pytest.raises(RequestRefused, match="alone"):
        goodcopy.restore("app")


def test_r22_a_link_is_neither_kept_nor_followed(config: Path, tmp_path: Path) -> None:
    goodcopy.keep("app")
    victim = tmp_path / "victim"
    victim.write_text("good victim\n")
    config.unlink()
    config.symlink_to(victim)
    with pytest.raises(RequestRefused):
        goodcopy.keep("app")
    for does in (goodcopy.restore, goodcopy.state):
        with pytest.raises(RequestRefused):
            does("app")
    assert victim.read_text() == "good victim\n"
    assert config.is_symlink(), "what cannot be put back is not replaced"


@pytest.mark.parametrize(("mode", "kept"), [(0o664, 0o664), (0o640, 0o640), (0o666, 0o664), (0o4755, 0o755)])
def test_a_group_that_could_write_still_can(config: Path, mode: int, kept: int) -> None:
    config.chmod(mode)
    goodcopy._store("app", "good", *goodcopy._read(str(config)))
    config.write_text("broken\n")
    goodcopy._write(str(config), *(goodcopy._load("app", "good") or (b"", {})))
    assert config.stat().st_mode & 0o7777 == kept
