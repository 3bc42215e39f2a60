from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from pathlib import Path

import pytest

from stillwatch.errors import NotReachable, WrongUsage
from stillwatch.host import systemd
from stillwatch.host.systemd import Systemd, full_name


@pytest.mark.parametrize("bad", ["", "../x", "a b", "a;b.service", "x" * 300, "é.service", "a\n.service", "a\0"])
def test_what_cannot_be_a_unit_is_refused(bad: str) -> None:
    with pytest.raises(WrongUsage):
        full_name(bad)


def test_a_suffix_is_added_only_where_none_is() -> None:
    assert full_name("nginx") == "nginx.service"
    assert full_name("backup.timer") == "backup.timer"
    assert full_name("getty@tty1") == "getty@tty1.service"


async def test_no_bus_is_said_so(tmp_path: Path) -> None:
    async with Systemd(f"unix:path={tmp_path}/none") as pid1:
        with pytest.raises(NotReachable, match=os.strerror(errno.ENOENT)):
            await pid1.listed()


async def test_without_systemd_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "is_init", lambda: False)
    with pytest.raises(NotReachable, match="systemd"):
        await Systemd().listed()


async def test_a_bus_that_accepts_and_says_nothing_meets_the_deadline(tmp_path: Path) -> None:
    address = tmp_path / "bus"
    held: list[asyncio.StreamWriter] = []

    async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_unix_server(mute, address)
    with pytest.raises(NotReachable, match="answer"):
        await Systemd(f"unix:path={address}", deadline=0.2).listed()
    for writer in held:
        writer.close()
    server.close()


FAILING = "[Unit]\nDescription=Shop\nRequires=shop-db.service\n[Service]\nExecStart=/nowhere/shop --port 1\n"


@pytest.mark.container
async def test_a_booted_machine(machine) -> None:  # type: ignore[no-untyped-def]
    machine.unit(
        "shop-db.service", "[Service]\nExecStart=/bin/sleep 600\n[Install]\nAlias=shop-store.service\n", enable=True
    )
    machine.unit("shop-web.service", FAILING)
    async with Systemd(machine.bus_address) as pid1:
        changes = pid1.watch()
        first = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0.2)
        machine.run(["systemctl", "start", "shop-web.service"], check=False)
        seen = {(await asyncio.wait_for(first, 10)).name}
        while "shop-web.service" not in seen:
            seen.add((await asyncio.wait_for(anext(changes), 10)).name)
        await changes.aclose()
        machine.wait_failed("shop-web.service")
        web = {state.name: state for state in await pid1.units()}["shop-web.service"]
        assert (web.active_state, web.result, web.exit_status) == ("failed", "exit-code", 203)
        assert web.exec_start == ("/nowhere/shop", "--port", "1")
        assert "shop-db.service" in web.requires
        assert (await pid1.unit("shop-store")).name == "shop-db.service"
        assert (await pid1.unit("no-such-thing")).load_state == "not-found"
        assert any(timer.next_at for timer in await pid1.timers())
        with contextlib.suppress(NotReachable):
            assert await pid1.version()
