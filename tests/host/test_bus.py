"""Against a bus daemon of our own, with a service on it that answers oddly."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import which

import pytest
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from stillwatch.errors import NotReachable
from stillwatch.host.bus import Bus, BusError, system_address

CONFIG = """<busconfig><type>custom</type><listen>unix:path={0}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>"""
STORM = 100
NAME, PATH, INTERFACE = "test.Odd", "/test/odd", "test.Odd"


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    if which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon")
    socket = tmp_path / "bus"
    (tmp_path / "bus.conf").write_text(CONFIG.format(socket))
    command = ["dbus-daemon", f"--config-file={tmp_path}/bus.conf", "--nofork", "--print-address"]
    daemon = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert daemon.stdout is not None
    await asyncio.to_thread(daemon.stdout.readline)
    yield f"unix:path={socket}"
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


@pytest.fixture
async def service(address: str) -> AsyncIterator[MessageBus]:
    """Answers by the called member: an echo, an error, nothing, a storm of signals, or its own end."""
    own = await MessageBus(bus_address=address).connect()
    await own.request_name(NAME)

    storms: list[asyncio.Task[None]] = []

    async def blow(message: Message) -> None:
        for number in range(STORM):
            await own.send(Message.new_signal(PATH, INTERFACE, "Blow", "u", [number]))
        await own.send(Message.new_method_return(message))

    def answer(message: Message) -> bool:
        if message.message_type is not MessageType.METHOD_CALL or message.interface != INTERFACE:
            return False
        if message.member == "Echo":
            own.send(Message.new_method_return(message, message.signature, message.body))
        elif message.member == "Fail":
            own.send(Message.new_error(message, "test.Odd.Broken", "it is broken"))
        elif message.member == "Nothing":
            own.send(Message.new_method_return(message))
        elif message.member == "Storm":
            storms.append(asyncio.create_task(blow(message)))
        return True

    own.add_message_handler(answer)
    yield own
    own.disconnect()


async def test_an_answer_and_an_empty_one(address: str, service: MessageBus) -> None:
    async with await Bus.connect(address) as bus:
        assert await bus.call(NAME, PATH, INTERFACE, "Echo", "sas", ["é", ["a", "b"]]) == ["é", ["a", "b"]]
        assert await bus.call(NAME, PATH, INTERFACE, "Echo", "s", ["x" * 1_000_000]) == ["x" * 1_000_000]
        assert await bus.call(NAME, PATH, INTERFACE, "Nothing") == []
        assert bus.open


async def test_a_thousand_calls_at_once_all_get_their_answer(address: str, service: MessageBus) -> None:
    async with await Bus.connect(address, deadline=20.0) as bus:
        calls = [bus.call(NAME, PATH, INTERFACE, "Echo", "u", [number]) for number in range(1000)]
        assert await asyncio.gather(*calls) == [[number] for number in range(1000)]


async def test_an_error_keeps_its_name(address: str, service: MessageBus) -> None:
    async with await Bus.connect(address) as bus:
        with pytest.raises(BusError, match="it is broken") as raised:
            await bus.call(NAME, PATH, INTERFACE, "Fail")
        assert raised.value.name == "test.Odd.Broken"
        with pytest.raises(BusError) as raised:
            await bus.call("test.Nobody", PATH, INTERFACE, "Echo")
        assert raised.value.name.endswith("ServiceUnknown")


async def test_no_answer_meets_the_deadline_and_the_connection_lives_on(address: str, service: MessageBus) -> None:
    async with await Bus.connect(address, deadline=0.3) as bus:
        with pytest.raises(NotReachable, match="Silence"):
            await bus.call(NAME, PATH, INTERFACE, "Silence")
        assert await bus.call(NAME, PATH, INTERFACE, "Echo", "u", [7]) == [7]


async def test_arguments_that_do_not_fit_are_told_and_break_nothing(address: str, service: MessageBus) -> None:
    async with await Bus.connect(address) as bus:
        with pytest.raises(NotReachable):
            await bus.call(NAME, PATH, INTERFACE, "Echo", "u", ["no number"])


async def test_every_signal_of_a_storm_is_heard(address: str, service: MessageBus) -> None:
    heard: list[int] = []

    def hear(message: Message) -> None:
        if message.interface == INTERFACE:  # the bus itself tells us our name, which may come late
            heard.append(message.body[0])

    async with await Bus.connect(address) as bus:
        await bus.listen(NAME, f"interface='{INTERFACE}'", hear)
        await bus.call(NAME, PATH, INTERFACE, "Storm")
        async with asyncio.timeout(60):
            while len(heard) < STORM:
                await asyncio.sleep(0)
    assert heard == list(range(STORM))


async def test_signals_of_others_are_not_heard(address: str, service: MessageBus) -> None:
    """Any user may send anybody a signal, whatever was asked of the bus; only the name's owner is heard."""
    stranger = await MessageBus(bus_address=address).connect()
    heard: list[int] = []
    async with await Bus.connect(address) as bus:
        await bus.listen(NAME, f"interface='{INTERFACE}'", lambda message: heard.append(message.body[0]))
        to_us = bus._connection.unique_name
        for sender, number in ((stranger, 1), (service, 2)):
            forged = Message.new_signal(PATH, INTERFACE, "Blow", "u", [number])
            forged.destination = to_us
            await sender.send(forged)
        async with asyncio.timeout(60):
            while not heard:
                await asyncio.sleep(0)
        await service.release_name(NAME)
        await stranger.request_name(NAME)
        await stranger.send(Message.new_signal(PATH, INTERFACE, "Blow", "u", [3]))
        async with asyncio.timeout(60):
            while heard[-1] != 3:
                await asyncio.sleep(0)
    assert heard == [2, 3]
    stranger.disconnect()


async def test_the_end_of_the_bus_is_noticed(address: str, service: MessageBus) -> None:
    bus = await Bus.connect(address)
    ended = asyncio.create_task(bus.closed())
    assert not ended.done()
    bus.close()
    await asyncio.wait_for(ended, 60)
    assert not bus.open
    with pytest.raises(NotReachable):
        await bus.call(NAME, PATH, INTERFACE, "Echo")


@pytest.mark.parametrize("bad", ["", "nonsense", "unix:path=/no/such/bus", "tcp:host=127.0.0.1,port=1", "unix:"])
async def test_an_address_that_leads_nowhere(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/system-bus")
    with pytest.raises(NotReachable):
        await Bus.connect(bad, deadline=1.0)


async def test_a_listener_that_talks_nonsense(tmp_path: Path) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\xff\0" * 1000 + b"\r\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(babble, tmp_path / "bus")
    with pytest.raises(NotReachable):
        await Bus.connect(f"unix:path={tmp_path}/bus", deadline=1.0)
    server.close()


def test_the_environment_may_name_another_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/elsewhere")
    assert system_address() == "unix:path=/elsewhere"
    monkeypatch.delenv("DBUS_SYSTEM_BUS_ADDRESS")
    assert system_address().endswith("system_bus_socket")
