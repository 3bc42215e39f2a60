from __future__ import annotations

import os
import threading

import pytest

from stillwatch.host import mounts


def line(point: str, kind: str, device: str, options: str = "rw") -> str:
    return f"1 0 {device} / {point} {options} shared:1 - {kind} source rw"


def points(*lines: str) -> list[str]:
    return [mount.point for mount in mounts.worth_watching(mounts.parse("\n".join(lines)))]


def test_data_on_tmpfs_counts_and_system_tmpfs_does_not() -> None:
    assert points(line("/srv/data", "tmpfs", "0:1"), line("/run", "tmpfs", "0:2"), line("/tmp/x", "tmpfs", "0:3")) == [
        "/srv/data"
    ]


def test_pseudo_read_only_and_second_mounts_are_left_out() -> None:
    assert points(
        line("/", "ext4", "8:1"),
        line("/srv/again", "ext4", "8:1"),
        line("/proc", "proc", "0:4"),
        line("/cd", "ext4", "8:2", "ro,nosuid"),
    ) == ["/"]


def test_in_a_sandbox_the_file_system_itself_says_whether_it_is_read_only() -> None:
    text = "\n".join(
        (
            "1 0 8:1 / / ro,relatime shared:1 - ext4 /dev/sda1 rw",
            "2 1 0:9 / /srv/data ro,relatime master:3 - tmpfs tmpfs rw,size=65536k",
            "3 1 8:2 / /cd ro,nosuid master:4 - ext4 /dev/sdb1 ro,errors=remount-ro",
            "4 1 0:5 /systemd/inaccessible/dir /home ro,nosuid master:5 - tmpfs tmpfs rw,mode=755",
        )
    )
    seen = mounts.worth_watching(mounts.parse(text, sandboxed=True))
    assert [mount.point for mount in seen] == ["/", "/srv/data"]


def test_blanks_in_names_and_broken_lines() -> None:
    assert points("garbage", "", line(r"/srv/my\040disk", "xfs", "8:3")) == ["/srv/my disk"]


def test_reserved_blocks_count_as_df_counts_them() -> None:
    seen = os.statvfs_result((4096, 4096, 100, 10, 5, 50, 25, 25, 0, 255))
    assert mounts.reckon(seen).used == pytest.approx(90 / 95)
    assert mounts.reckon(seen).inodes == 0.5


async def test_a_hanging_mount_costs_its_time_out_only(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(os, "statvfs", lambda _: answered.wait(30))
    try:
        with pytest.raises(TimeoutError):
            await mounts.fill("/", 0.05)
        assert not answered.is_set()
    finally:
        answered.set()
