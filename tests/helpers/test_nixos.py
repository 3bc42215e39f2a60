from __future__ import annotations

from pathlib import Path

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
