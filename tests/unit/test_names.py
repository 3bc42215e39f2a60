from __future__ import annotations

import re

import pytest

from stillwatch.unit.names import (
    KINDS,
    NAMED,
    is_unit,
    listed,
    may_be_changed,
    may_be_named,
    mount_unit,
    of_all_connections,
    pattern,
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_unit_is_one(kind: str) -> None:
    assert is_unit(f"a-b_c:d.e@f\\x2d1.{kind}") and not is_unit(f".{kind}") and not is_unit(f"a.{kind}\n")


def test_what_changes_units_asks_for_more() -> None:
    assert is_unit("-.mount") and not may_be_named("-.mount")
    assert may_be_named("multi-user.target") and not may_be_changed("multi-user.target")
    assert all(check("web@1.service") for check in (is_unit, may_be_named, may_be_changed))


@pytest.mark.parametrize("odd", ["", "a b.service", "a/b.service", "ä.service", "a.service;id", "a.exe", "a.service "])
def test_everything_else_is_none(odd: str) -> None:
    assert not (is_unit(odd) or may_be_named(odd) or may_be_changed(odd))


def test_names_are_at_most_255_bytes() -> None:
    assert is_unit("a" * 247 + ".service")
    assert not any(check("a" * 248 + ".service") for check in (is_unit, may_be_named, may_be_changed))


def test_the_pattern_of_kinds_names_those_alone() -> None:
    assert re.fullmatch(pattern(NAMED), "a.slice") and not re.fullmatch(pattern(("timer",)), "a.slice")


def test_the_units_of_one_sockets_connections_are_one_service() -> None:
    one = "sshd@3-192.0.2.1:22-203.0.113.7:50222.service"
    assert of_all_connections(one) == "sshd@.service"
    assert of_all_connections("postgresql@15-main.service") == "postgresql@15-main.service"


@pytest.mark.parametrize(
    ("point", "unit"),
    [
        ("/", "-.mount"),
        ("/srv/data", "srv-data.mount"),
        ("/srv/my-data", "srv-my\\x2ddata.mount"),
        ("/.x", "\\x2ex.mount"),
    ],
)
def test_a_mount_point_has_the_unit_that_systemd_escape_gives(point: str, unit: str) -> None:
    assert mount_unit(point) == unit


def test_r37_an_escaped_name_in_a_list_is_the_unit_itself() -> None:
    assert listed('a.service "ssh\\\\x2da.socket" -.mount') == ["a.service", "ssh\\x2da.socket", "-.mount"]
    assert listed("") == []
