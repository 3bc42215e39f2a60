from __future__ import annotations

import re
import time

from stillwatch.gate.clock import HostClock, age, boot_id


def test_the_hosts_clocks():
    clock = HostClock()
    assert abs(clock.now() - time.time()) < 5
    assert abs(clock.boot() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 5
    assert re.fullmatch(r"[0-9a-f-]{36}", boot_id())


def test_r33_a_moment_of_another_boot_is_never_taken_for_old():
    assert age(100.0, "this", "this", 160.0) == 60.0
    assert age(100_000.0, "earlier", "this", 160.0) == 160.0
