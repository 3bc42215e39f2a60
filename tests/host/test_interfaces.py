from __future__ import annotations

import psutil
import pytest

from stillwatch.host import interfaces


def test_the_addresses_are_those_that_netlink_tells() -> None:
    kinds = ("AF_INET", "AF_INET6")
    told = {
        name: sorted(one.address.partition("%")[0] for one in rows if one.family.name in kinds)
        for name, rows in psutil.net_if_addrs().items()
    }
    found = interfaces.addresses()
    assert {name: sorted(rows) for name, rows in found.items()} == {name: rows for name, rows in told.items() if rows}
    assert "127.0.0.1" in found["lo"]


def test_a_host_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interfaces, "IPV6", interfaces.IPV6 / "none")
    assert interfaces.addresses()["lo"] == ["127.0.0.1"]
