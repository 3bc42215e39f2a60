from __future__ import annotations

import configparser

from stillwatch.config import Api
from stillwatch.install.table import SECTIONS, enabled, groups, sysusers_text, table, unit_text, units, users
from stillwatch.llm.servers import PORTS


def test_every_set_is_used_and_every_unit_has_only_sections_that_are_known() -> None:
    told = [*table()["units"].values(), *table()["nixos"].values()]
    assert {name for unit in told for name in unit.get("as", ())} == set(table()["sets"])
    parts = [*table()["sets"].values(), *told]
    assert {section for part in parts for section in part} <= {*SECTIONS, "as"}


def test_what_stands_below_the_name_wins_over_its_sets() -> None:
    look = units()["stillwatch-look@.service"]["Service"]
    assert [words.split()[0] for words in look["SystemCallFilter"]] == ["@system-service", "~@privileged", "capset"]
    assert units()["stillwatch-peek.service"]["Service"]["ProtectHome"] == "read-only"


def test_several_values_are_several_lines() -> None:
    assert unit_text({"Service": {"A": ["1", "2"], "B": ""}, "Install": {"C": "3"}}) == (
        "[Service]\nA=1\nA=2\nB=\n\n[Install]\nC=3\n"
    )


def test_a_unit_reads_as_it_was_meant() -> None:
    for name, unit in units().items():
        parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
        parser.read_string(unit_text(unit))
        assert parser.sections() == list(unit), name


def test_users_of_units_and_owners_of_sockets_are_there() -> None:
    known = {"root", *users(), *groups()}
    keys = ("User", "Group", "SocketUser", "SocketGroup")
    named = {
        word
        for unit in units().values()
        for section in unit.values()
        for key in keys
        for word in str(section.get(key, "")).split()
    }
    assert named <= known
    assert all(f"u {user} " in sysusers_text() for user in users())


def test_a_group_that_a_host_lacks_keeps_no_unit_from_starting() -> None:
    """systemd does not start a unit that names it; sysusers.d(5) makes it, and otherwise nobody is in it."""
    assert not [name for name, unit in units().items() if "SupplementaryGroups" in unit.get("Service", {})]
    assert {"m stillwatch adm", "m stillwatch-look adm"} <= set(sysusers_text().splitlines())


def test_ports_are_those_of_the_program() -> None:
    assert table()["ports"] == {"api": Api().port, **PORTS}


def test_a_socket_has_its_service() -> None:
    for name in enabled():
        stem, _, kind = name.rpartition(".")
        if kind == "socket":
            socket = units()[name]["Socket"]
            each = "@" if socket.get("Accept") == "yes" else ""
            assert socket.get("Service", f"{stem}{each}.service") in units(), name


def test_r41_no_burst_of_connections_ends_a_socket_for_good() -> None:
    sockets = {name: unit["Socket"] for name, unit in units().items() if name.endswith(".socket")}
    assert {name for name, door in sockets.items() if door.get("TriggerLimitIntervalSec") != "0"} == set()
    helpers = [door for door in sockets.values() if door.get("Accept") == "yes"]
    assert helpers and all(int(door["MaxConnections"]) <= 8 for door in helpers)
