from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.helpers import carriers as module
from stillwatch.helpers import connections, peek, processes
from stillwatch.helpers.carriers import carriers, uplinks

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ROUTES = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


def row(local: str, remote: str, state: str, inode: int) -> str:
    return f"   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000  0 0 {inode} 1 0 100 0\n"


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for place in (module, processes, connections):
        monkeypatch.setattr(place, "PROC", tmp_path / "proc")
    monkeypatch.setattr(module, "SESSIONS", tmp_path / "sessions")
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "sessions").mkdir()
    someone(tmp_path / "proc", 1, "/init.scope", comm="systemd")
    return tmp_path


def someone(proc: Path, pid: int, cgroup: str, *links: str, comm: str = "x", parent: int = 1, tty: int = 0) -> None:
    (proc / f"{pid}/fd").mkdir(parents=True)
    (proc / f"{pid}/stat").write_text(f"{pid} ({comm}) S {parent} {pid} {pid} {tty} " + "0 " * 30)
    (proc / f"{pid}/cgroup").write_text(f"0::{cgroup}\n")
    for number, link in enumerate(links):
        (proc / f"{pid}/fd/{number}").symlink_to(link)


def service(name: str) -> str:
    return f"/system.slice/{name}.service"


def test_r40_who_runs_a_way_in_or_holds_a_tunnel(proc: Path) -> None:
    someone(proc / "proc", 10, service("door"), comm="sshd")
    someone(proc / "proc", 11, service("web-shell"), tty=34816)
    someone(proc / "proc", 12, service("mesh"), "/dev/net/tun")
    someone(proc / "proc", 13, service("lease"), "socket:[7]")
    someone(proc / "proc", 14, service("shop"), "socket:[8]")
    (proc / "proc/net/udp").write_text(HEAD + row("00000000:0044", "00000000:0000", "07", 7))
    found = carriers()["units"]
    because = {"door": "sshd", "lease": "DHCP", "mesh": "tunnel", "web-shell": "terminal"}
    assert sorted(found) == [f"{name}.service" for name in because]
    assert all(word in found[f"{name}.service"] for name, word in because.items()), found


def test_r40_whoever_carries_an_open_session(proc: Path) -> None:
    """Through whatever started its leader, and through a tunnel of this host."""
    someone(proc / "proc", 20, service("my-way-in"), comm="listener")
    someone(proc / "proc", 21, "/user.slice/user-0.slice/session-3.scope", "socket:[30]", comm="worker", parent=20)
    someone(proc / "proc", 22, service("relay"), "socket:[31]", comm="relay")
    someone(proc / "proc", 23, service("cron"), comm="cron")
    someone(proc / "proc", 24, "/user.slice/user-0.slice/session-4.scope", parent=23)
    here, far = "0100007F:0016", "0100007F:C001"
    tcp = row(here, far, "01", 30) + row(far, here, "01", 31)
    (proc / "proc/net/tcp").write_text(HEAD + tcp)
    (proc / "sessions/3").write_text("REMOTE=1\nLEADER=21\n")
    (proc / "sessions/4").write_text("REMOTE=0\nLEADER=24\n")
    os.mkfifo(proc / "sessions/3.ref")
    (proc / "sessions/5").write_text("TTY=tty1\nLEADER=none\n")
    found = carriers()["units"]
    assert sorted(found) == ["my-way-in.service", "relay.service"]
    assert found["my-way-in.service"].startswith("session 3 ") and "session" in found["relay.service"]


def test_r40_the_interfaces_of_the_default_routes(proc: Path) -> None:
    four = (
        "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth1\t0000000A\t0\t1\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    )
    (proc / "proc/net/route").write_text(ROUTES + four)
    zero = "0" * 32
    six = f"{zero} 00 {zero} 00 {zero} 00000400 1 0 00000001 wg0\n{zero} 00 {zero} 00 {zero} ffffffff 1 0 00200200 lo\n"
    (proc / "proc/net/ipv6_route").write_text(six)
    assert uplinks() == ["eth0", "wg0"]


def test_r40_a_default_route_in_halves_is_one_as_well(proc: Path) -> None:
    low, high = ((f"tun{number}", start) for number, start in enumerate(("00000000", "00000080")))
    four = "".join(f"{name}\t{start}\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n" for name, start in (low, high))
    (proc / "proc/net/route").write_text(f"{ROUTES}{four}near0\t0000000A\t0\t1\t0\t0\t0\t000000FF\t0\t0\t0\n")
    rows = (("2" + "0" * 31, "03", "wg0"), ("8" + "0" * 31, "01", "wg1"), ("fe8" + "0" * 29, "40", "near1"))
    zero = "0" * 32
    six = "".join(f"{to} {bits} {zero} 00 {zero} 00000400 1 0 00000001 {name}\n" for to, bits, name in rows)
    (proc / "proc/net/ipv6_route").write_text(six)
    assert uplinks() == ["tun0", "tun1", "wg0", "wg1"]


def test_the_real_kernel_is_read_and_nothing_else_is_said(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (module, processes, connections):
        monkeypatch.setattr(place, "PROC", Path("/proc"))
    seen = peek.handle({"see": "carriers"})
    assert set(seen) == {"units", "uplinks"} and os.getpid() > 1
