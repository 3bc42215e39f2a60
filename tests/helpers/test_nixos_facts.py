from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import nixos
from stillwatch.helpers.request import RequestRefused
from tests.helpers.test_nixos_change import see
from tests.support.nixos_host import NixosHost

pytestmark = pytest.mark.process


@pytest.mark.parametrize("target", ["8", "0", "-1", "07", "6 ", "system-6-link", "../6", "", "６"])
def test_what_is_no_generation_is_no_target(host: NixosHost, target: str) -> None:
    with pytest.raises(RequestRefused):
        see("nix_rollback", target)


def test_r40_who_may_log_in_is_not_changed_by_a_switch(host: NixosHost, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not see("nix_rollback", "6")["hindrance"]
    monkeypatch.setattr(nixos, "accounts", lambda system, root: [str(system)])
    assert see("nix_rollback", "6")["hindrance"]


def test_without_its_declaration_nothing_is_known(host: NixosHost, policy: Callable[[str], Path]) -> None:
    policy("")
    for verb, target in (("nix_rollback", "6"), ("nix_collect_garbage", "nix-store")):
        with pytest.raises(RequestRefused, match=r"declares no \[\[nixos\]\]"):
            see(verb, target)
    policy("[[nixos]]\n")
    with pytest.raises(RequestRefused, match=r"\[\[nixos\]\] names no"):
        see("nix_suggest_patch", "shop.service", setting="memory-limit", value=512)
