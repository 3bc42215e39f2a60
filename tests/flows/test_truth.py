"""On a booted machine: who may read only a part, and a fault that is muted, are never told that all is well."""

from __future__ import annotations

import json

from tests.support.rig import Machine

BROKEN = "[Service]\nExecStart=/usr/bin/false\n"


def test_an_ordinary_user_is_not_told_that_all_is_well(machine: Machine) -> None:
    machine.run(["useradd", "-m", "anna"])
    home = {"HOME": "/home/anna"}
    said = machine.stillwatch("check", "--no-model", "--json", user="anna", env=home)
    report = json.loads(said.stdout)
    assert report["status"] != "healthy" and said.returncode != 0
    assert [one["read"] for one in report["sources"] if one["name"] == "journal"] == [False]
    root = json.loads(machine.stillwatch("check", "--no-model", "--json").stdout)
    assert [one["read"] for one in root["sources"] if one["name"] == "journal"] == [True]


def test_a_muted_fault_that_lasts_needs_attention(machine: Machine) -> None:
    machine.unit("broken.service", BROKEN)
    machine.run(["systemctl", "start", "broken.service"], check=False)
    machine.wait_failed("broken.service")
    found = json.loads(machine.stillwatch("check", "--no-model", "--json").stdout)
    number = next(one["id"] for one in found["incidents"] if one["subject"] == "broken.service")
    assert machine.stillwatch("incidents", "mute", number).returncode == 0
    again = machine.stillwatch("check", "--no-model", "--json")
    report = json.loads(again.stdout)
    assert (report["status"], again.returncode) == ("attention", 1)
    assert [one["state"] for one in report["incidents"] if one["id"] == number] == ["muted"]
