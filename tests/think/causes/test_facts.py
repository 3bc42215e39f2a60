from __future__ import annotations

from stillwatch.think.causes.facts import is_protected, number, paths_of, ports_of, rows, size, text

from .scene import unit


def test_what_a_unit_names() -> None:
    shop = unit(exec_start=("/bin/shop", "--port=8081", "/etc/shop.conf", "--db=h:5432"), environment={"D": "/srv/d/"})
    assert ports_of(shop) == {8081, 5432}
    assert paths_of(shop) == ["/etc/shop.conf", "/srv/d"]


def test_odd_rows_are_left_out() -> None:
    assert rows({"x": [1, {"a": 1}, None]}, "x") == [{"a": 1}]
    assert rows({"x": 5}, "x") == []
    assert text({"a": None, "b": 7}, "a", "b") == "7"
    assert number({"a": float("nan"), "b": "7"}, "a", "b") == 0


def test_sizes_for_people() -> None:
    assert [size(n) for n in (12, 1500, 2_500_000_000)] == ["12 bytes", "1.5 kB", "2.5 GB"]


def test_protected_processes() -> None:
    assert all(is_protected(name) for name in ("sshd", "systemd-journald", "dbus-daemon", "stillwatch"))
    assert not is_protected("python3")
