from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import peek
from stillwatch.helpers.request import RequestRefused

Write = Callable[[str], Path]


def test_the_owner_of_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen = peek.handle({"see": "port", "port": server.getsockname()[1]})
    assert seen["holders"][0]["pid"] == os.getpid()
    with pytest.raises(RequestRefused):
        peek.handle({"see": "port", "port": 70_000})


def test_processes_and_sockets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert [row["pid"] for row in peek.handle({"see": "listening", "port": port})["sockets"]] == [os.getpid()]
    assert peek.handle({"see": "processes", "pids": [os.getpid()]})["processes"][0]["argv"]
    assert len(peek.handle({"see": "processes", "pids": []})["processes"]) > 1
    assert peek.handle({"see": "open"})["processes"]
    assert isinstance(peek.handle({"see": "graphics"})["holders"], list)


@pytest.mark.parametrize("pids", [[0], [-1], [True], ["1"], [1.0], [4_194_305], [1] * 65])
def test_pids_are_few_and_numbers(pids: list[object]) -> None:
    with pytest.raises(RequestRefused):
        peek.handle({"see": "processes", "pids": pids})


def test_no_such_port_listens() -> None:
    with pytest.raises(RequestRefused):
        peek.handle({"see": "listening", "port": 65_536})


def test_sizes_are_bounded_and_stay_on_one_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "big").mkdir()
    (tmp_path / "big/file").write_bytes(b"x" * 1_000_000)
    (tmp_path / "small").write_text("x")
    (tmp_path / "link").symlink_to("/usr")
    seen = peek.handle({"see": "sizes", "path": str(tmp_path)})
    assert seen["whole"] is True
    assert seen["sizes"][0]["path"].endswith("/big") and 1_000_000 <= seen["sizes"][0]["bytes"] < 1_100_000
    assert sum(one["bytes"] for one in seen["sizes"]) < 1_200_000
    monkeypatch.setattr(peek, "SIZES_ENTRIES", 2)
    assert peek.handle({"see": "sizes", "path": str(tmp_path)})["whole"] is False


def test_r39_sizes_are_led_nowhere_else_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    (tmp_path / "folder/below").mkdir(parents=True)
    for path in ("link", "link/below"):
        with pytest.raises(RequestRefused):
            peek.handle({"see": "sizes", "path": f"{tmp_path}/{path}"})
    assert (
        peek.handle({"see": "sizes", "path": f"{tmp_path}/folder/"})["sizes"][0]["path"] == f"{tmp_path}/folder/below"
    )


@pytest.mark.parametrize(
    "path",
    ["/root/.ssh", "relative", "/var/../etc", "/no-such-directory", "/proc/self/root/etc", "/\0", "/\ud800", "/var\n"],
)
def test_sizes_of_what_may_not_be_measured(path: str) -> None:
    with pytest.raises(RequestRefused):
        peek.handle({"see": "sizes", "path": path})


def test_r12_what_a_person_alone_fills_or_tells_of_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peek, "MOUNTS", tmp_path / "mounts")
    lines = (
        "tmpfs /run/user/1000 tmpfs rw 0 0",
        "x /home/eve/x fuse.x rw 0 0",
        "x /mnt fuse rw 0 0",
        "/dev/x / ext4 rw 0 0",
    )
    peek.MOUNTS.write_text("\n".join(lines))
    seen = list[str]()

    def statvfs(mount: str) -> None:
        seen.append(mount)
        raise OSError

    monkeypatch.setattr(os, "statvfs", statvfs)
    peek.handle({"see": "space"})
    assert seen == ["/"]


def test_space_has_bytes_and_inodes_of_the_root() -> None:
    mounts = peek.handle({"see": "space"})["mounts"]
    assert mounts and all(0 <= one["used"] <= 100 and 0 <= one["inodes"] <= 100 for one in mounts)


def test_declared_things(policy: Write, tmp_path: Path) -> None:
    policy(
        f'[[rotated_logs]]\nname="l"\ndirectory="{tmp_path}"\npattern="*.gz"\n'
        f'[[ownership]]\nname="o"\npath="{tmp_path}"\nowner="root"\ngroup="root"\nmode="0700"\n'
        f'[[locks]]\nname="p"\npath="{tmp_path}/x"\nunit="a.service"\nprogram="a"\n'
    )
    assert peek.handle({"see": "logs", "name": "l"})["count"] == 0
    assert peek.handle({"see": "ownership", "name": "o"})["right"] is True
    assert peek.handle({"see": "lock", "name": "p"})["there"] is False
    assert isinstance(peek.handle({"see": "deleted"})["files"], list)
    with pytest.raises(RequestRefused):
        peek.handle({"see": "lock", "name": "q"})
