from __future__ import annotations

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from stillwatch.host.bus import Bus
from stillwatch.host.sessions import LOGIND, PATH, hangs_on, served_by

SESSIONS = {
    "c1": {"Service": Variant("s", "xrdp-sesman"), "TTY": Variant("s", ""), "Leader": Variant("u", 0)},
    "4": {"Service": Variant("s", "login"), "TTY": Variant("s", "tty1"), "Leader": Variant("u", 0)},
    "12": {"Service": Variant("s", "kiosk"), "TTY": Variant("s", ""), "Leader": Variant("u", 4242)},
    "9": {"Service": Variant("s", "login"), "TTY": Variant("s", "tty1"), "State": Variant("s", "closing")},
}


def process(proc: Path, pid: int, parent: int, cgroup: str) -> None:
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "stat").write_text(f"{pid} (a) b) S {parent} 1 1")
    (proc / str(pid) / "cgroup").write_text(f"0::{cgroup}\n")


def test_a_session_hangs_on_its_leaders_and_its_parents_unit(tmp_path: Path) -> None:
    process(tmp_path, 20, 10, "/user.slice/user-1000.slice/session-3.scope")
    process(tmp_path, 10, 1, "/system.slice/kiosk.service")
    found = hangs_on({"Leader": 20, "Service": "kiosk-login", "TTY": ""}, tmp_path)
    assert {"session-3.scope", "kiosk.service", "kiosk-login.service"} <= found


@pytest.mark.parametrize("stat", ["", "20 (x", "20 (x)", "20 (x) S what"])
def test_a_leader_that_is_gone_or_odd_leaves_the_words(tmp_path: Path, stat: str) -> None:
    (tmp_path / "20").mkdir()
    (tmp_path / "20/stat").write_text(stat)
    facts = {"Leader": 20, "Service": "login", "TTY": "tty2"}
    assert hangs_on(facts, tmp_path) == {"login.service", "getty@tty2.service"}


@pytest.fixture
async def bus(tmp_path: Path):
    if shutil.which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon")
    address = f"unix:path={tmp_path}/bus"
    argv = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address={address}"]
    daemon = subprocess.Popen(argv, stdout=subprocess.PIPE)
    assert daemon.stdout is not None and daemon.stdout.readline()
    async with await Bus.connect(address, deadline=2.0) as asking:
        yield asking, address
    daemon.kill()
    await asyncio.to_thread(daemon.wait)
    daemon.stdout.close()


def answer(message: Message):
    if message.message_type is not MessageType.METHOD_CALL or not message.path.startswith(PATH):
        return None
    if message.member == "ListSessions":
        rows = [[name, 1000, "me", "", f"{PATH}/session/{name}"] for name in (*SESSIONS, "gone")]
        return Message.new_method_return(message, "a(susso)", [rows])
    name = message.path.rpartition("/")[2]
    if name not in SESSIONS:
        return Message.new_error(message, "org.freedesktop.DBus.Error.UnknownObject", "it ended")
    return Message.new_method_return(message, "a{sv}", [SESSIONS[name]])


async def test_open_sessions_are_found_by_what_serves_them(bus) -> None:
    asking, address = bus
    logind = await MessageBus(bus_address=address).connect()
    logind.add_message_handler(answer)
    await logind.request_name(LOGIND)
    assert await served_by(asking, ["xrdp-sesman.service"]) == ("c1",)
    assert await served_by(asking, ["getty@tty1.service", "xrdp-sesman.service"]) == ("4", "c1")
    assert await served_by(asking, ["web.service"], {0, 5}) == ()
    assert await served_by(asking, ["kiosk.service"], {4242}) == ("12",)
    logind.disconnect()


async def test_where_no_logind_answers_nobody_is_reported(bus) -> None:
    assert await served_by(bus[0], ["xrdp-sesman.service"]) == ()
