from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stillwatch.helpers import process_table
from stillwatch.helpers.process_table import Row, most_open, table, unit_in
from stillwatch.host.peek import MOST_BYTES

STAT = "{pid} ({comm}) S 1 " + " ".join(["0"] * 9) + " 3 4 5 6 0 0 1 0 99 0 2 " + "0 " * 20


def fake(proc: Path, pid: int, comm: str = "worm", groups: str = "0::/\n", more: str = "") -> None:
    folder = proc / str(pid)
    folder.mkdir()
    (folder / "stat").write_text(STAT.format(pid=pid, comm=comm))
    (folder / "status").write_text(f"Name:\tx\nUid:\t33\t0\t0\t0\n{more}")
    (folder / "cgroup").write_text(groups)


def test_this_process_as_psutil_sees_it() -> None:
    (row,), yours = table([os.getpid()]), psutil.Process()
    assert (row.pid, row.parent, row.uid) == (os.getpid(), os.getppid(), yours.uids().real)
    assert list(row.argv) == [word[:1024] for word in yours.cmdline()]
    assert row.start / os.sysconf("SC_CLK_TCK") + psutil.boot_time() == pytest.approx(yours.create_time(), abs=0.02)
    assert row.memory > 1_000_000 and row.state in "RS"
    assert {row.pid for row in table()} >= {1, os.getpid()} and not any(row.argv for row in table())


def test_a_long_name_is_whole_where_it_is_asked_for(tmp_path: Path) -> None:
    program = tmp_path / "a-name-that-the-kernel-cuts"
    program.symlink_to("/usr/bin/sleep")
    with subprocess.Popen([str(program), "30"]) as child:
        try:
            assert [row.name for row in table([child.pid])] == [program.name]
            assert [row.name for row in table() if row.pid == child.pid] == [program.name[:15]]
        finally:
            child.kill()


def test_numbers_of_a_process(tmp_path: Path) -> None:
    fake(tmp_path, 7, "odd) S 2 (b", "0::/system.slice/web.service/sub\n", "VmSwap:\t 12 kB\n")
    (tmp_path / "7/schedstat").write_text("1 2000 3\n")
    (row,) = table(proc=tmp_path)
    assert (row.name, row.unit, row.uid, row.swap, row.waited) == ("odd) S 2 (b", "web.service", 33, 12_288, 2000)
    assert (row.cpu, row.children, row.start) == (7, 11, 99)


def test_what_is_half_gone_is_left_out(tmp_path: Path) -> None:
    for pid, name in enumerate(("stat", "status", "cgroup"), 1):
        fake(tmp_path, pid)
        (tmp_path / str(pid) / name).unlink()
    fake(tmp_path, 4)
    (tmp_path / "4/stat").write_text("")
    fake(tmp_path, 5)
    assert [row.pid for row in table(proc=tmp_path)] == [5]


@pytest.mark.parametrize(
    ("groups", "container"),
    [
        (f"0::/system.slice/docker-{'ab' * 32}.scope\n", "docker abababababab"),
        (f"4:memory:/docker/{'12' * 32}\n0::/\n", "docker 121212121212"),
        (f"0::/machine.slice/libpod-{'cd' * 32}.scope\n", "podman cdcdcdcdcdcd"),
        (f"0::/kubepods.slice/cri-containerd-{'ef' * 32}.scope\n", "containerd efefefefefef"),
        ("0::/lxc.payload.mail/init.scope\n", "lxc mail"),
        ("0::/machine.slice/systemd-nspawn@box.service/payload\n", "machine box"),
        ("0::/system.slice/web.service\n", ""),
    ],
)
def test_the_container_stands_in_the_control_groups(groups: str, container: str, tmp_path: Path) -> None:
    fake(tmp_path, 1, groups=groups)
    assert [row.container for row in table(proc=tmp_path)] == [container]


def test_the_innermost_unit() -> None:
    assert unit_in("0::/system.slice/nginx.service\n") == "nginx.service"
    assert unit_in("9:name=systemd:/system.slice/a.service/sub\n0::/\n") == "a.service"
    assert unit_in("0::/user.slice/user@0.service/app.slice/b.scope\n") == "b.scope"
    assert unit_in("3:cpu:/system.slice/a.service\n") == unit_in("") == ""


def test_r41_however_strangers_name_themselves_the_answer_is_read_whole(tmp_path: Path) -> None:
    comm, unit = "\x01" * 15, "\\" * 245 + ".service"
    fake(tmp_path, 1, comm, f"0::/machine.slice/machine-{chr(92) * 60}.scope/{unit}\n")
    (row,) = table(proc=tmp_path)
    assert (row.name, row.unit) == (comm, unit) and row.container
    largest = {name: 10**19 if type(value) is int else value for name, value in row.facts().items()}
    assert len(json.dumps(largest)) * process_table.MOST < MOST_BYTES
    fake(tmp_path, 2, comm)
    (tmp_path / "2/cmdline").write_bytes(b"\x01" * 100_000)
    (named,) = table([2], tmp_path)
    assert len(json.dumps(named.facts())) * process_table.MOST_NAMED < MOST_BYTES


def test_only_so_many_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_table, "MOST", 2)
    for pid in (9, 10, 11):
        fake(tmp_path, pid)
    assert [row.pid for row in table(proc=tmp_path)] == [9, 10]


def test_who_holds_most_files(tmp_path: Path) -> None:
    code = "import sys; held = [open('/dev/null') for _ in range(900)]; print(flush=True); sys.stdin.read()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as child:  # type: ignore[call-overload]
        child.stdout.readline()
        rows = [row for row in most_open()[0] if row["pid"] == child.pid]
        child.stdin.close()
    assert rows and rows[0]["open"] >= 900


def test_a_row_has_nothing_but_words_and_numbers() -> None:
    (row,) = table([os.getpid()])
    assert isinstance(row, Row) and json.loads(json.dumps(row.facts()))["pid"] == os.getpid()
