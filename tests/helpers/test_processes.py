from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from stillwatch.helpers.processes import Process, deleted_files, holders, listeners, process, running
from stillwatch.helpers.request import RequestRefused


def test_this_process() -> None:
    me = process(os.getpid())
    assert (me.pid, me.uid) == (os.getpid(), os.getuid()) and me.start > 0


def test_a_name_with_brackets_and_spaces_does_not_confuse(tmp_path: Path) -> None:
    odd = tmp_path / "a) S 2 (b"
    odd.symlink_to("/usr/bin/sleep")
    with subprocess.Popen([str(odd), "30"]) as child:
        try:
            found = process(child.pid)
            assert found.comm == "a) S 2 (b" and found.start >= process(os.getpid()).start
        finally:
            child.kill()


def test_no_such_process() -> None:
    with pytest.raises(RequestRefused):
        process(2**22 + 5)


def test_who_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert [one.pid for one in listeners(port)] == [os.getpid()]
    assert listeners(port) == []


def test_deleted_files_that_are_open(tmp_path: Path) -> None:
    file = tmp_path / "big"
    with file.open("wb") as held:
        held.write(b"x" * 5_000_000)
        held.flush()
        assert os.getpid() in holders(file.stat().st_ino, file.stat().st_dev)
        file.unlink()
        found = [one for one in deleted_files() if one["path"] == str(file)]
        assert found and found[0]["bytes"] >= 5_000_000 and found[0]["pid"] == os.getpid()


def test_running_by_name_leaves_zombies_out() -> None:
    child = subprocess.Popen(["/usr/bin/sleep", "60"])
    assert child.pid in running("sleep")
    child.kill()
    while child.pid in running("sleep"):
        pass
    child.wait()


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("/system.slice/a.service", "a.service"),
        ("/user.slice/user-0.slice/session-3.scope", "session-3.scope"),
        ("/", ""),
    ],
)
def test_the_unit_of_a_control_group(cgroup: str, unit: str) -> None:
    assert Process(pid=1, start=1, comm="a", uid=0, cgroup=cgroup).unit == unit
