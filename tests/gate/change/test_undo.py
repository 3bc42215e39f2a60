"""The undo of every real action over the played host: what it found comes back, while what it left still stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stillwatch.gate.change.action import Absent, Change, Refused
from stillwatch.gate.change.catalogue import CATALOGUE
from stillwatch.gate.change.undo import Made, Undo
from tests.gate.change.played import HostAccess, change, unit

SHOP, TIMER = "shop.service", "renew.timer"
UNDO = change("undo", "A-17")
UNDOABLE = {
    "start_unit",
    "stop_unit",
    "enable_timer",
    "restore_file",
    "repair_ownership",
    "nix_rollback",
    "suggest_patch",
    "unmask_unit",
    "repoint_symlink",
    "mount_unit",
}


def owned(uid: int, right: bool) -> dict[str, Any]:
    return {"now": {"uid": uid, "gid": uid, "mode": 0o750}, "right": right}


def file(content: str) -> dict[str, Any]:
    return {"sha256": content, "good": "good", "same": content == "good"}


def masked(mask: str) -> HostAccess:
    return HostAccess(answers={"mask_of": {"mask": mask, "file": "/usr/lib/systemd/system/db.service"}})


def link(leads: str, whole: bool) -> HostAccess:
    return HostAccess(units={SHOP: unit(SHOP)}, answers={"release": {"leads": leads, "newest": "r/6", "whole": whole}})


def place(mounted: bool) -> HostAccess:
    units = {"srv-photos.mount": unit("srv-photos.mount", "inactive")}
    return HostAccess(units=units, answers={"mount": {"what": "8:2" if mounted else "", "entries": 0}})


def nixos(verb: str, done: bool, **facts: str) -> dict[str, Any]:
    return {verb: {"hindrance": "", "said": "so it is", "done": done, "facts": {"path": "/x", **facts}}}


ALONE: dict[str, Any] = {"enables": {"along": {}}}
FOUND: dict[str, HostAccess] = {
    "start_unit": HostAccess(units={SHOP: unit(SHOP)}),
    "stop_unit": HostAccess(units={SHOP: unit(SHOP, "active")}),
    "enable_timer": HostAccess(units={TIMER: unit(TIMER, "inactive", enabled="disabled")}, answers=ALONE),
    "restore_file": HostAccess(units={SHOP: unit(SHOP)}, answers={"file": file("bad"), "test": {"passed": False}}),
    "repair_ownership": HostAccess(answers={"ownership": owned(0, False)}),
    "nix_rollback": HostAccess(answers=nixos("nix_rollback", False, runs="42")),
    "suggest_patch": HostAccess(answers=nixos("nix_suggest_patch", False, there="False")),
    "unmask_unit": masked("masked"),
    "repoint_symlink": link("r/7", False),
    "mount_unit": place(False),
}
LEFT: dict[str, HostAccess] = {
    "start_unit": HostAccess(units={SHOP: unit(SHOP, "active", invocation_id="2")}),
    "stop_unit": HostAccess(units={SHOP: unit(SHOP, "inactive")}),
    "enable_timer": HostAccess(units={TIMER: unit(TIMER, "active", enabled="enabled")}, answers=ALONE),
    "restore_file": HostAccess(units={SHOP: unit(SHOP)}, answers={"file": file("good"), "test": {"passed": True}}),
    "repair_ownership": HostAccess(answers={"ownership": owned(9, True)}),
    "nix_rollback": HostAccess(answers=nixos("nix_rollback", True, runs="41")),
    "suggest_patch": HostAccess(answers=nixos("nix_suggest_patch", True, there="True")),
    "unmask_unit": masked(""),
    "repoint_symlink": link("r/6", True),
    "mount_unit": place(True),
}
"""For each action the host as it was before, and as the action left it."""
TARGET = {
    "enable_timer": TIMER,
    "restore_file": "conf",
    "repair_ownership": "data",
    "nix_rollback": "41",
    "unmask_unit": "db.service",
    "repoint_symlink": "current",
    "mount_unit": "/srv/photos",
}
ARGUMENTS: dict[str, dict[str, Any]] = {"suggest_patch": {"setting": "memory-limit", "value": 512}}


async def made(name: str, state: str = "done", left: Mapping[str, str] | None = None) -> Made:
    action, done = CATALOGUE[name], change(name, TARGET.get(name, SHOP), **ARGUMENTS.get(name, {}))
    before = (await action.precondition(FOUND[name], done)).facts
    after = (await action.precondition(LEFT[name], done)).facts
    return Made(state=state, action=action, change=done, before=before, left=after if left is None else left)


def test_every_action_that_says_what_undoes_it_is_tried_here() -> None:
    assert {name for name, action in CATALOGUE.items() if action.undoes} == UNDOABLE == set(FOUND) == set(LEFT)
    assert all(CATALOGUE[name].undoable for name in UNDOABLE)


@pytest.mark.parametrize("name", sorted(UNDOABLE))
async def test_it_may_run_as_long_as_the_host_is_as_it_was_left(name: str) -> None:
    undo = Undo("A-17", await made(name))
    await undo.check_target(LEFT[name], UNDO)
    now = await undo.precondition(LEFT[name], UNDO)
    assert now.ok and "A-17" in now.cause and set(now.facts) & {"unit", "path"}
    assert not (await undo.precondition(FOUND[name], UNDO)).ok
    assert undo.made.change.target in undo.describe(UNDO)


@pytest.mark.parametrize("name", sorted(UNDOABLE))
async def test_its_success_is_what_was_found_before(name: str) -> None:
    undo = Undo("A-17", await made(name))
    assert (await undo.verify(FOUND[name], UNDO, {})).ok is True
    assert (await undo.verify(LEFT[name], UNDO, {})).ok is False


@pytest.mark.parametrize("name", sorted(UNDOABLE))
async def test_it_does_what_the_action_says_that_undoes_it(name: str) -> None:
    undo = Undo("A-17", await made(name))
    verbs = {
        "stop_timer": {},
        "disable_timer": {},
        "put_back": {},
        "own_back": {},
        "nix_rollback_back": {},
        "nix_suggest_patch_back": {},
        "mask_again": {},
        "repoint_back": {},
        "unmount": {},
    }
    access = HostAccess(units=dict(LEFT[name].units), answers={**LEFT[name].answers, **{verb: {} for verb in verbs}})
    await undo.run(access, UNDO, {})
    (told,) = access.done
    assert told in {
        ("stop", SHOP), ("start", SHOP), ("disable_timer", TIMER), ("put_back", "conf"), ("own_back", "data"),
        ("nix_rollback_back", "41"), ("nix_suggest_patch_back", SHOP), ("mask_again", "db.service"),
        ("repoint_back", "current"), ("unmount", "/srv/photos"),
    }  # fmt: skip


@pytest.mark.parametrize("state", ["waiting", "failed", "undone", "unknown", "rejected", "undoing"])
async def test_what_is_not_done_has_nothing_to_take_back(state: str) -> None:
    with pytest.raises(Refused, match=f"A-17 is {state}"):
        await Undo("A-17", await made("stop_unit", state)).check_target(HostAccess(), UNDO)


@pytest.mark.parametrize("name", sorted(set(CATALOGUE) - UNDOABLE))
async def test_what_nothing_undoes_is_refused_an_undo_among_them(name: str) -> None:
    done = Made(state="done", action=CATALOGUE[name], change=UNDO, before={}, left={"unit": SHOP})
    with pytest.raises(Refused, match=f" {name}$"):
        await Undo("A-17", done).check_target(HostAccess(), UNDO)


async def test_what_was_changed_again_since_is_refused() -> None:
    with pytest.raises(Refused, match="again"):
        await Undo("A-17", await made("stop_unit", left={})).check_target(HostAccess(), UNDO)


async def test_a_change_that_the_book_does_not_have_is_absent() -> None:
    for asked in (Undo().check_target(HostAccess(), UNDO), Undo("A-17").precondition(HostAccess(), UNDO)):
        with pytest.raises(Absent):
            await asked
    said = Undo().describe(Change(action="undo", target="A-17", arguments=UNDO.arguments))
    assert said == Undo.does.format(target="A-17")
