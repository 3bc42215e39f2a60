from __future__ import annotations

import shutil

import pytest

from stillwatch.errors import NotReachable
from stillwatch.host.bus import BusError
from stillwatch.host.pid1 import PATH, Pid1
from tests.gate.test_bus import played  # noqa: F401 – a played systemd on a real dbus-daemon

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")


async def test_units_and_the_state_of_the_host_are_read(played):  # noqa: F811
    pid1 = Pid1(played[0].address)
    unit = await pid1.unit("web.service")
    assert unit is not None and (unit.active_state, unit.exec_start) == ("failed", ("/usr/sbin/web", "-g"))
    assert await pid1.unit("gone.service") is None
    assert await pid1.system_state() == "degraded"
    assert played[1].calls == []
    await pid1.close()


async def test_an_error_of_systemds_comes_as_one(played):  # noqa: F811
    pid1 = Pid1(played[0].address)
    with pytest.raises(BusError):
        await pid1.ask(PATH, "org.freedesktop.DBus.Nothing", "Nothing", "", [])
    await pid1.close()


async def test_no_bus_is_said():
    with pytest.raises(NotReachable):
        await Pid1("unix:path=/nonexistent").unit("web.service")
