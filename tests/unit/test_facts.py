from __future__ import annotations

import pytest

from stillwatch.records.unit import UnitState
from stillwatch.unit.facts import is_failing, is_own, paths_in, paths_of, ports_of


def unit(*words: str, **environment: str) -> UnitState:
    return UnitState(name="shop.service", exec_start=("/bin/shop", *words), environment=environment)


@pytest.mark.parametrize(
    ("word", "paths"),
    [
        ("/etc/shop.conf", ["/etc/shop.conf"]),
        ("--config=/etc/shop.conf", ["/etc/shop.conf"]),
        ("-c/etc/shop.conf", ["/etc/shop.conf"]),
        ("DATA=/srv/d/", ["/srv/d"]),
        ("/usr/bin:/opt/bin", ["/usr/bin", "/opt/bin"]),
        ("PATH=/usr/bin:/opt/bin", ["/usr/bin", "/opt/bin"]),
        ("--log=/a,/b", ["/a", "/b"]),
        ("'/srv/with'", ["/srv/with"]),
        ("unix:/run/shop.sock", ["/run/shop.sock"]),
        ("unix:///run/shop.sock", ["/run/shop.sock"]),
        ("file:/etc/shop", ["/etc/shop"]),
        ("file:///etc/shop", ["/etc/shop"]),
        ("sqlite:////var/lib/shop.db?mode=ro", ["/var/lib/shop.db"]),
    ],
)
def test_paths_of_this_host(word: str, paths: list[str]) -> None:
    assert list(paths_in(word)) == paths


@pytest.mark.parametrize(
    "word",
    [
        "https://example.org:443/etc",
        "URL=https://example.org:443/etc",
        "--api=http://10.0.0.5:8000/srv/other",
        "http://[::1]:80/srv",
        "postgresql+asyncpg://u:p@db.example.org:5432/var",
        "https://example.org/?next=/etc/shadow",
        "10.0.0.5:8000/srv/other",
        "--upstream=example.org/etc",
        "//example.org/etc",
        "--base=//example.org/etc",
        "backup:/srv/data",
        "user@backup:/srv/data",
        "s3://bucket/var/lib",
        "text/plain",
        "a/b/c",
        "/",
    ],
)
def test_paths_that_lie_elsewhere_or_are_none(word: str) -> None:
    assert list(paths_in(word)) == []


def test_an_address_beside_a_path_does_not_hide_it() -> None:
    found = paths_of(unit("--api=https://h/srv/x", "/etc/a.conf", HOME="/srv/home", API="http://h/var"))
    assert found == ["/etc/a.conf", "/srv/home"]
    assert paths_of(unit("/etc/a.conf"), with_program=True) == ["/bin/shop", "/etc/a.conf"]


def test_numbers_that_can_be_ports() -> None:
    assert ports_of(unit("--port=80", "h:8081", "1.2.3.4", "http://h:9000/x", X="99999")) == {80, 8081, 9000}


def test_whose_file_it_is_and_whether_it_fails() -> None:
    assert is_own("/etc/systemd/system/shop.service") and not is_own("/usr/lib/systemd/system/shop.service")
    assert not is_own("/etc/systemd/user/shop.service") and not is_own("")
    for state, sub, failing in (
        ("failed", "failed", True),
        ("activating", "auto-restart", True),
        ("activating", "auto-restart-queued", True),
        ("active", "running", False),
    ):
        assert is_failing(UnitState(name="a.service", active_state=state, sub_state=sub)) is failing
    assert not is_failing(None)
