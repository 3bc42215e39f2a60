from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from stillwatch.helpers import connections as module
from stillwatch.helpers import peek, processes
from stillwatch.helpers.connections import connections, system_unit
from stillwatch.helpers.request import RequestRefused

DB, CLOUD, HERE = "/system.slice/db.service", "/system.slice/cloud.service", "0100007F:1538"
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
MAPPED = "0000000000000000FFFF0000"


def row(local: str, remote: str, state: str, inode: int) -> str:
    return f"   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000  0 0 {inode} 1 0 100 0\n"


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server with three callers of this host and one from outside; a second server of its own; unix streams."""
    for place in (module, processes):
        monkeypatch.setattr(place, "PROC", tmp_path)
    (tmp_path / "net").mkdir()
    someone(tmp_path, 10, DB, 1, 2, 3, 4, 5, 20, 21, 22, 23)
    someone(tmp_path, 11, CLOUD, 12, 13)
    someone(tmp_path, 12, "/user.slice/user-1000.slice/session-7.scope", 14)
    someone(tmp_path, 13, "/", 99)
    tcp = row("00000000:1538", "00000000:0000", "0A", 1)
    tcp += row(HERE, "0100007F:C001", "01", 2) + row("0100007F:C001", HERE, "01", 12)
    tcp += row(HERE, "0A00000A:C009", "01", 4) + row(HERE, "0100007F:C004", "06", 0)
    tcp += row("0100007F:D000", "0100007F:0050", "01", 3)
    tcp += row("0100007F:C005", HERE, "01", 14)
    (tmp_path / "net/tcp").write_text(HEAD + tcp)
    tcp6 = row(f"{MAPPED}{HERE}", f"{MAPPED}0100007F:C005", "01", 5)
    (tmp_path / "net/tcp6").write_text(HEAD + tcp6)
    unix = "Num       RefCount Protocol Flags    Type St Inode Path\n"
    unix += "0: 00000002 00000000 00010000 0001 01 20 /run/db.sock\n"
    unix += "0: 00000003 00000000 00000000 0001 03 21 /run/db.sock\n0: 00000003 00000000 00000000 0001 03 22\n"
    unix += (
        "0: 00000003 00000000 00000000 0001 03 23 /run/other\n0: 00000003 00000000 00000000 0001 03 77 /run/db.sock\n"
    )
    (tmp_path / "net/unix").write_text(unix)
    return tmp_path


def someone(proc: Path, pid: int, cgroup: str, *inodes: int) -> None:
    (proc / f"{pid}/fd").mkdir(parents=True)
    (proc / f"{pid}/stat").write_text(f"{pid} (x) S 1 " + "0 " * 30)
    (proc / f"{pid}/cgroup").write_text(f"0::{cgroup}\n")
    for inode in inodes:
        (proc / f"{pid}/fd/{inode}").symlink_to(f"socket:[{inode}]")


def test_connections_are_counted_and_their_far_ends_named(proc: Path) -> None:
    assert connections(["db.service"]) == {
        "count": 4,
        "peers": ["cloud.service", "session-7.scope"],
        "sessions": ["7"],
    }


def test_connections_among_the_units_do_not_count(proc: Path) -> None:
    assert connections(["db.service", "cloud.service"])["count"] == 3


def test_who_only_calls_others_drops_none(proc: Path) -> None:
    assert connections(["cloud.service"]) == {"count": 0, "peers": [], "sessions": []}


def test_without_tables_nothing_is_counted(proc: Path) -> None:
    for name in ("tcp", "tcp6", "unix"):
        (proc / "net" / name).unlink()
    assert connections(["db.service"])["count"] == 0


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("/system.slice/system-postgresql.slice/postgresql@15-main.service/x", "postgresql@15-main.service"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/ssh.service", "user@1000.service"),
        ("/system.slice/a b.service", ""),
        ("/", ""),
    ],
)
def test_the_unit_is_pid_1s_own(cgroup: str, unit: str) -> None:
    assert system_unit(cgroup) == unit


def test_real_connections_of_this_process() -> None:
    mine = system_unit(processes.process(os.getpid()).cgroup)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        seen = peek.handle({"see": "connections", "units": ["no.service", mine or "none.service"]})
    assert seen["count"] >= 0 and mine not in seen["peers"]


@pytest.mark.parametrize("units", [[], [1], ["a.service"] * 502])
def test_r02_odd_units_are_refused(units: list[object]) -> None:
    with pytest.raises(RequestRefused):
        peek.handle({"see": "connections", "units": units})
