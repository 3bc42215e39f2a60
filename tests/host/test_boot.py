from __future__ import annotations

import re
import socket
import time

from stillwatch.host import boot
from stillwatch.host.boot import HostClock, boot_id


def test_the_hosts_clocks():
    clock = HostClock()
    assert abs(clock.now() - time.time()) < 5
    assert abs(clock.boot() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 5
    assert re.fullmatch(r"[0-9a-f-]{36}", boot_id())


def test_a_host_without_a_machine_id_has_its_name(monkeypatch, tmp_path):
    monkeypatch.setattr(boot, "MACHINE_ID", tmp_path / "none")
    assert boot.host_id() == socket.gethostname()
    (tmp_path / "none").write_text("")
    assert boot.host_id() == socket.gethostname()
    (tmp_path / "none").write_text("abc\n")
    assert boot.host_id() == "abc"
