"""The D-Bus side against a played org.freedesktop.systemd1 on a real dbus-daemon."""

from __future__ import annotations

import asyncio
import shutil
import subprocess

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from stillwatch.gate import bus as bus_module
from stillwatch.gate.bus import SystemBus
from stillwatch.gate.change.action import Interrupted, Refused
from stillwatch.host.pid1 import MANAGER, PATH, SYSTEMD
from stillwatch.unit import transaction

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")
UNIT = "/org/freedesktop/systemd1/unit/"


class PlayedSystemd:
    """Answers what systemd answers; `result` is how its jobs end, `early` sends the signal before the reply."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.result: str | None = "done"
        self.early = False
        self.silent: set[str] = set()
        self.unanswered = asyncio.Event()
        self.jobs = 0
        self.units = {
            "web.service": {"LoadState": "loaded", "ActiveState": "failed", "RequiredBy": ["shop.service"]},
            "shop.service": {"LoadState": "loaded", "ActiveState": "active", "BoundBy": ["pay.service", "web.service"]},
            "pay.service": {"LoadState": "loaded", "ActiveState": "inactive"},
            "web.socket": {"LoadState": "loaded", "ActiveState": "active"},
            "gone.service": {"LoadState": "not-found", "ActiveState": "inactive"},
        }

    async def start(self, address: str) -> MessageBus:
        self.bus = await MessageBus(bus_address=address).connect()
        self.bus.add_message_handler(self.answer)
        await self.bus.request_name(SYSTEMD)
        return self.bus

    def answer(self, message: Message):
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        if message.member in self.silent:
            self.unanswered.set()
            return True
        if message.interface == "org.freedesktop.DBus.Properties":
            return self.properties(message)
        if message.interface != MANAGER:
            return None
        if message.member == "Subscribe":
            return Message.new_method_return(message)
        name = message.body[0]
        if message.member == "LoadUnit":
            return Message.new_method_return(message, "o", [UNIT + name.replace(".", "_2e")])
        self.calls.append((message.member, name))
        if message.member == "ResetFailedUnit":
            return Message.new_method_return(message)
        if name == "ssh.service":
            return Message.new_error(message, "org.freedesktop.DBus.Error.AccessDenied", "Permission denied")
        return self.job(message, name)

    def job(self, message: Message, name: str):
        self.jobs += 1
        path = f"/org/freedesktop/systemd1/job/{self.jobs}"
        body = [self.jobs, path, name, self.result]
        signal = Message.new_signal(PATH, MANAGER, "JobRemoved", "uoss", body) if self.result else None
        if signal and self.early:
            self.bus.send(signal)
        if signal and not self.early:
            asyncio.get_running_loop().call_later(0.01, self.bus.send, signal)
        return Message.new_method_return(message, "o", [path])

    def properties(self, message: Message):
        if message.member == "Get":
            return Message.new_method_return(message, "v", [Variant("s", "degraded")])
        name = message.path.removeprefix(UNIT).replace("_2e", ".")
        unit = self.units.get(name, {"LoadState": "not-found"})
        kinds = {str: "s", list: "as"}
        facts = {key: Variant(kinds[type(value)], value) for key, value in unit.items()}
        facts["Id"] = Variant("s", name)
        if name == "web.service":
            command = ["/usr/sbin/web", ["/usr/sbin/web", "-g"], False, 0, 0, 0, 0, 0, 0, 0]
            facts |= {
                "ExecStart": Variant("a(sasbttttuii)", [command]),
                "Environment": Variant("as", ["PORT=80"]),
                "Result": Variant("s", "exit-code"),
                "MainPID": Variant("u", 7),
            }
        return Message.new_method_return(message, "a{sv}", [facts])


@pytest.fixture
async def played(tmp_path):
    address = f"unix:path={tmp_path}/bus"
    argv = ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address={address}"]
    daemon = subprocess.Popen(argv, stdout=subprocess.PIPE)
    try:
        assert daemon.stdout is not None and daemon.stdout.readline()
        systemd = PlayedSystemd()
        served = await systemd.start(address)
        bus = SystemBus(address)
        yield bus, systemd, daemon
        await bus.close()
        served.disconnect()
    finally:
        daemon.kill()
        daemon.wait()


async def test_a_unit_as_pid_1_sees_it(played):
    bus, _, _ = played
    unit = await bus.unit("web.service")
    assert (unit.name, unit.active_state, unit.result, unit.main_pid) == ("web.service", "failed", "exit-code", 7)
    assert (unit.exec_start, unit.environment) == (("/usr/sbin/web", "-g"), {"PORT": "80"})
    assert (await bus.unit("web.socket")).exec_start == ()
    assert await bus.unit("gone.service") is None
    assert await bus.system_state() == "degraded"


async def test_r35_what_goes_with_a_job_is_read_off_pid_1(played):
    bus, _, _ = played
    seen = await bus.effects([("restart", "web.service")])
    both = {"web.service", "shop.service"}  # web is bound to shop, which may fail once it is restarted
    assert seen.jobs == {(verb, unit) for verb in ("restart", "stop") for unit in both}
    assert seen.up == {"shop.service"}


async def test_r07_too_many_units_are_refused(played, monkeypatch):
    bus, _, _ = played
    monkeypatch.setattr(transaction, "MOST_UNITS", 1)
    with pytest.raises(Refused, match="more than 1"):
        await bus.effects([("stop", "web.service")])


async def test_sessions_are_empty_where_no_logind_answers(played):
    bus, _, _ = played
    assert await bus.sessions(["web.service"]) == ()


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("verb", ["start", "stop", "restart", "reload"])
async def test_a_verb_waits_for_the_end_of_its_job(played, verb, early):
    bus, systemd, _ = played
    systemd.early = early
    assert await bus.job(verb, "web.service") == "done"
    assert systemd.calls == [(f"{verb.capitalize()}Unit", "web.service")]
    assert bus._ended == {}


async def test_signals_of_other_kinds_and_told_twice_are_no_end(played):
    bus, systemd, _ = played
    systemd.early = True
    bus._under_way = 1
    body = [1, "/org/freedesktop/systemd1/job/1", "web.service", "failed"]
    for member, path in (("JobNew", PATH), ("JobRemoved", "/other")):
        bus._job_removed(Message.new_signal(path, MANAGER, member, "uoss", body))
    assert bus._ended == {}
    for result in ("done", "failed"):
        bus._job_removed(Message.new_signal(PATH, MANAGER, "JobRemoved", "uoss", [*body[:3], result]))
    assert await bus._end_of(body[1]) == "done"


async def test_r41_of_jobs_that_are_not_the_gates_nothing_is_kept(played):
    bus, _, _ = played
    for number in range(100):
        body = [number, f"/org/freedesktop/systemd1/job/{number}", "sshd@1.service", "done"]
        bus._job_removed(Message.new_signal(PATH, MANAGER, "JobRemoved", "uoss", body))
    assert bus._ended == {}
    assert await bus.job("restart", "web.service") == "done"
    assert bus._ended == {}


async def test_r29_a_bus_that_is_lost_after_a_verb_was_sent_leaves_it_unknown(played):
    bus, systemd, daemon = played
    systemd.silent = {"RestartUnit"}
    task = asyncio.create_task(bus.job("restart", "web.service"))
    await asyncio.wait_for(systemd.unanswered.wait(), 60)
    daemon.kill()
    with pytest.raises(Interrupted):
        await task


async def test_reset_failed(played):
    bus, systemd, _ = played
    await bus.reset_failed("web.service")
    assert systemd.calls == [("ResetFailedUnit", "web.service")]


async def test_what_polkit_denies_is_refused_with_its_words(played):
    bus, _, _ = played
    with pytest.raises(Refused, match="Permission denied"):
        await bus.job("restart", "ssh.service")


async def test_r29_a_job_without_an_end_is_unknown(played, monkeypatch):
    bus, systemd, _ = played
    systemd.result = None
    monkeypatch.setattr(bus_module, "JOB_DEADLINE", 0.05)
    with pytest.raises(Interrupted):
        await bus.job("restart", "web.service")


@pytest.mark.parametrize(("verb", "error"), [("unit", Refused), ("restart", Interrupted)])
async def test_r07_silence_is_a_refusal_or_for_a_verb_unknown(played, monkeypatch, verb, error):
    bus, systemd, _ = played
    await bus.unit("web.service")
    systemd.silent = {"LoadUnit", "RestartUnit"}
    monkeypatch.setattr(bus._bus, "deadline", 0.05)
    with pytest.raises(error):
        await (bus.unit("web.service") if verb == "unit" else bus.job(verb, "web.service"))


async def test_a_lost_bus_is_refused(played):
    bus, _, daemon = played
    await bus.unit("web.service")
    daemon.kill()
    daemon.wait()
    for _ in range(2):
        with pytest.raises(Refused):
            await bus.unit("web.service")


async def test_r07_no_bus_at_all_is_refused():
    with pytest.raises(Refused, match="systemd"):
        await SystemBus("unix:path=/nonexistent").unit("web.service")
    await SystemBus().close()
