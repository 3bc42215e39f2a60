"""Generations made by the real nix-env, switched and cleaned by the program behind the gate."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from stillwatch.helpers import nixos, nixos_change, peek
from stillwatch.helpers.request import HalfDone, RequestRefused
from tests.support.nixos_host import NixosHost

pytestmark = pytest.mark.process


def see(verb: str, target: str, **more: Any) -> dict[str, Any]:
    return peek.handle({"see": verb, "target": target, **more})


def do(verb: str, target: str, **more: Any) -> dict[str, Any]:
    """As the gate: the facts are read, and sent along."""
    facts = see(verb, target, **more)["facts"]
    return nixos_change.handle({"do": verb, "target": target, **more, "facts": facts})


def test_a_rollback_switches_and_is_taken_back(host: NixosHost) -> None:
    before = see("nix_rollback", "6")
    assert not before["hindrance"] and not before["done"] and before["facts"]["runs"] == "7"
    assert before["units"] == {"new.service": "stop", "old.service": "start", "shop.service": "restart"}
    assert do("nix_rollback", "6")["code"] == 0
    here = nixos.Generations()
    assert (here.runs(), here.chosen()) == (6, 6)
    after = see("nix_rollback", "6")
    assert after["done"] and after["hindrance"]
    assert host.log.read_text().split()[-1] == "switch"
    assert nixos_change.handle({"do": "nix_rollback_back", "target": "6", "runs": "7"})["code"] == 0
    assert (here.runs(), here.chosen()) == (7, 7)
    with pytest.raises(RequestRefused, match="run"):
        nixos_change.handle({"do": "nix_rollback_back", "target": "6", "runs": "7"})


def test_a_switch_that_fails_is_no_refusal_and_units_that_fail_are_told(own_host: NixosHost) -> None:
    own_host.degrades.touch()
    assert do("nix_rollback", "6")["code"] == 4
    own_host.degrades.unlink()
    own_host.fails.touch()
    with pytest.raises(RuntimeError, match="ended with 1"):
        do("nix_rollback", "7")


def test_access_and_our_own_policy_are_not_switched(own_host: NixosHost) -> None:
    told: list[tuple[dict[str, str], dict[str, str], str]] = [
        ({"sshd.service": "[Service]\nExecStart=/x\n"}, {}, "sshd.service"),
        ({"stillwatch-look@.service": "[Service]\n"}, {}, "stillwatch-look@.service"),
        ({}, {"sudoers": "ALL"}, "/etc/sudoers"),
        ({}, {"stillwatch": "autonomy"}, "/etc/stillwatch"),
    ]
    for units, etc, named in told:
        own_host.rebuild(own_host.system(units, {}, etc))
        seen = see("nix_rollback", "7")
        assert named in seen["hindrance"] and "person" in seen["hindrance"]
        with pytest.raises(RequestRefused, match=re.escape(named)):
            nixos_change.handle({"do": "nix_rollback", "target": "7", "facts": seen["facts"]})


def test_what_changed_since_the_decision_is_not_done(own_host: NixosHost) -> None:
    seen = see("nix_rollback", "6")
    own_host.rebuild(own_host.system({}, {"new": "1"}))
    with pytest.raises(RequestRefused, match="decided"):
        nixos_change.handle({"do": "nix_rollback", "target": "6", "facts": seen["facts"]})
    assert not own_host.log.exists()


def test_garbage_goes_and_what_runs_was_booted_or_is_kept_stays(own_host: NixosHost) -> None:
    paths = nixos.Generations().all()
    before = see("nix_collect_garbage", "nix-store")
    assert before["facts"]["delete"] == "1 3 4 5" and not before["done"]
    for link in (own_host.runs, own_host.booted):  # roots of Nix's own on a NixOS
        root = own_host.nix.folder / "var/gcroots" / link.name
        root.symlink_to(link)
    done = do("nix_collect_garbage", "nix-store")
    assert done["deleted"] == 4 and done["code"] == 0
    assert list(nixos.Generations().all()) == [2, 6, 7]
    assert [number for number, place in paths.items() if Path(place).exists()] == [2, 6, 7]
    assert see("nix_collect_garbage", "nix-store")["done"]
    assert own_host.log.read_text().split()[-1] == "boot"
    with pytest.raises(RequestRefused, match="deleted"):
        do("nix_collect_garbage", "nix-store")
    with pytest.raises(RequestRefused, match="target"):
        see("nix_collect_garbage", "/")


def test_r29_what_stops_after_generations_went_is_no_refusal(
    own_host: NixosHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = nixos_change.run

    def runs(argv: list[str], **bounds: Any) -> Any:
        if "--gc" in argv:
            raise RequestRefused("no nix-store")
        return run(argv, **bounds)

    monkeypatch.setattr(nixos_change, "run", runs)
    with pytest.raises(HalfDone):
        do("nix_collect_garbage", "nix-store")
    assert list(nixos.Generations().all()) == [2, 6, 7]


def test_r39_nothing_is_run_to_which_another_than_root_could_lead(own_host: NixosHost) -> None:
    """The generation is a link that a stranger may turn, though what it leads to now is root's."""
    store = own_host.nix.folder / "store"
    os.chown(store, 65534, 65534)
    with pytest.raises(RequestRefused):
        do("nix_rollback", "6")
    assert not own_host.log.exists()


def test_requests_are_closed() -> None:
    for odd in (
        {"do": "nix_rollback", "target": "6"},
        {"do": "reboot"},
        {"do": "nix_rollback_back", "target": "6", "runs": 7},
    ):
        with pytest.raises(RequestRefused):
            nixos_change.handle(odd)
    assert set(nixos_change.DOES) == set(nixos_change.SCHEMAS)
