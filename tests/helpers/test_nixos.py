from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stillwatch.helpers import nixos
from stillwatch.helpers.request import RequestRefused
from tests.support.nixos_host import NixosHost

pytestmark = pytest.mark.process


def test_generations_are_told_apart(host: NixosHost) -> None:
    here = nixos.Generations()
    assert list(here.all()) == [1, 2, 3, 4, 5, 6, 7]
    assert (here.runs(), here.booted(), here.chosen()) == (7, 2, 7)
    assert here.deletable(2) == [1, 3, 4, 5] and here.deletable(100) == []
    with pytest.raises(RequestRefused, match="no generation 9"):
        here.place(9)


def test_a_host_that_is_no_nixos_has_none(tmp_path: Path) -> None:
    here = nixos.Generations(tmp_path)
    assert here.all() == {} and here.runs() == here.booted() == here.chosen() == 0
    assert nixos.differing(tmp_path / "a", tmp_path / "b", "etc") == {}


def test_links_lead_below_the_root(tmp_path: Path) -> None:
    """A recorded host's absolute links are meant below its own root."""
    (tmp_path / "nix/store/x-y").mkdir(parents=True)
    (tmp_path / "a").symlink_to("/b/../c")
    (tmp_path / "c").symlink_to("nix/store")
    (tmp_path / "turn").symlink_to("/turn")
    assert nixos.followed(tmp_path / "a/x-y", tmp_path) == tmp_path / "nix/store/x-y"
    assert nixos.followed(tmp_path / "../..", tmp_path) == tmp_path
    assert nixos.followed(tmp_path / "turn", tmp_path) in (tmp_path, tmp_path / "turn")


def with_accounts(root: Path, number: int, users: list[dict[str, Any]], groups: list[dict[str, Any]]) -> Path:
    """A system whose activation makes these."""
    name = f"{number:032d}-users-groups.json"
    store, system = root / "nix/store", root / f"nix/store/system-{number}"
    system.mkdir(parents=True)
    (store / name).write_text(json.dumps({"mutableUsers": True, "users": users, "groups": groups}))
    (system / "activate").write_text(f"perl -w /nix/store/x-update-users-groups.pl /nix/store/{name}\n")
    return system


@pytest.mark.parametrize(
    ("users", "groups", "same"),
    [
        ([], [], True),
        ([{"name": "shop", "isSystemUser": True, "hashedPassword": None}], [{"name": "shop", "members": []}], True),
        ([{"name": "eve", "isSystemUser": False}], [], False),
        ([{"name": "shop", "isSystemUser": True, "hashedPassword": "$6$x"}], [], False),
        ([], [{"name": "wheel", "members": ["eve"]}], False),
    ],
)
def test_r40_who_may_log_in_is_told_apart_from_users_of_services(
    tmp_path: Path, users: list[dict[str, Any]], groups: list[dict[str, Any]], same: bool
) -> None:
    people = [{"name": "root", "isSystemUser": False, "hashedPassword": "$6$y"}]
    one = with_accounts(tmp_path, 1, people, [{"name": "wheel", "members": ["root"]}])
    other = with_accounts(tmp_path, 2, people + users, [{"name": "wheel", "members": ["root"]}, *groups])
    assert (nixos.accounts(one, tmp_path) == nixos.accounts(other, tmp_path)) == same


def test_r7_accounts_that_cannot_be_read_are_other_ones(tmp_path: Path) -> None:
    one, other = (with_accounts(tmp_path, number, [], []) for number in (1, 2))
    for number, text in ((1, "[]"), (2, "{")):
        (tmp_path / f"nix/store/{number:032d}-users-groups.json").write_text(text)
    assert nixos.accounts(one, tmp_path) != nixos.accounts(other, tmp_path)
    assert nixos.accounts(tmp_path / "none", tmp_path) == []
