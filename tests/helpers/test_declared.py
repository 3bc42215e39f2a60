from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import declared
from stillwatch.helpers.request import RequestRefused

Write = Callable[[str], Path]
DAY = 86_400


def logs(policy: Write, folder: Path, pattern: str = "*.log.*.gz", keep: int = 1) -> None:
    policy(
        f'[[rotated_logs]]\nname="logs"\ndirectory="{folder}"\npattern="{pattern}"\nolder_than_days=7\nkeep={keep}\n'
    )


def aged(file: Path, days: float, now: float) -> Path:
    file.write_bytes(b"x" * 10_000)
    os.utime(file, (now - days * DAY, now - days * DAY))
    return file


def test_old_logs_are_the_matching_plain_old_ones_but_the_newest(policy: Write, tmp_path: Path) -> None:
    now = 1_800_000_000.0
    folder = tmp_path / "log"
    folder.mkdir()
    for number in range(2, 6):
        aged(folder / f"a.log.{number}.gz", 8 + number, now)
    aged(folder / "young.log.1.gz", 1, now)
    aged(folder / "user.db", 90, now)
    aged(folder / "twice.log.1.gz", 90, now)
    os.link(folder / "twice.log.1.gz", folder / "other-name")
    (folder / "link.log.1.gz").symlink_to("/etc/passwd")
    logs(policy, folder, keep=2)
    where, found = declared.old_logs("logs", now)
    assert where == str(folder)
    assert sorted(one.name for one in found) == ["a.log.3.gz", "a.log.4.gz", "a.log.5.gz"]


@pytest.mark.parametrize("pattern", ["*", "*.*", "??", "a/b*"])
def test_a_pattern_that_is_too_wide(policy: Write, tmp_path: Path, pattern: str) -> None:
    logs(policy, tmp_path, pattern)
    with pytest.raises(RequestRefused, match="too wide"):
        declared.old_logs("logs")


def test_a_linked_directory_is_refused(policy: Write, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    logs(policy, tmp_path / "link")
    with pytest.raises(RequestRefused):
        declared.old_logs("logs")


def own(policy: Write, path: Path, mode: str = "0750", owner: str = "nobody") -> None:
    policy(f'[[ownership]]\nname="data"\npath="{path}"\nowner="{owner}"\ngroup="daemon"\nmode="{mode}"\n')


def test_ownership(policy: Write, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    own(policy, tmp_path / "data")
    facts = declared.ownership("data")
    assert facts["now"] == {"uid": 0, "gid": 0, "mode": 0o700}
    assert facts["right"] is False


@pytest.mark.parametrize(("mode", "owner"), [("0777", "nobody"), ("0752", "nobody"), ("0750", "no-such-user")])
def test_ownership_that_nobody_should_declare(policy: Write, tmp_path: Path, mode: str, owner: str) -> None:
    own(policy, tmp_path, mode, owner)
    with pytest.raises(RequestRefused):
        declared.ownership("data")


def lock(policy: Write, path: Path, program: str = "no-such-prog") -> None:
    policy(f'[[locks]]\nname="pid"\npath="{path}"\nunit="a.service"\nprogram="{program}"\n')


def test_a_stale_lock(policy: Write, tmp_path: Path) -> None:
    file = tmp_path / "a.pid"
    file.write_text("4194000\n")
    lock(policy, file)
    seen = declared.lock("pid")
    assert seen["there"] and seen["alive"] == "" and seen["inode"] == file.stat().st_ino


def test_a_lock_is_not_stale_while_anything_lives(policy: Write, tmp_path: Path) -> None:
    file = tmp_path / "a.pid"
    file.write_text(f"{os.getppid()}\n")
    lock(policy, file)
    assert "is alive" in declared.lock("pid")["alive"]
    file.write_text("4194000\n")
    comm = Path(f"/proc/{os.getppid()}/comm").read_text().strip()
    lock(policy, file, comm)
    assert "runs as" in declared.lock("pid")["alive"]
    lock(policy, tmp_path / "absent")
    assert declared.lock("pid")["there"] is False
