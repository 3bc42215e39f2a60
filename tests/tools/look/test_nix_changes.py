from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.tools.tool import HostLooks
from tests.support.facts import facts
from tests.support.nixos_host import NixosHost, arrange, built
from tests.tools.look.played_host import reader

pytestmark = pytest.mark.process


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NixosHost:
    return arrange(built(tmp_path), monkeypatch)


async def test_what_a_rebuild_changed_is_told(host: NixosHost) -> None:
    looks = HostLooks(reader=reader())
    newest = await looks.look("nix_changes", {})
    assert newest.data["packages"] == {"nginx": ["1.26.6", "1.26.7"]}
    assert newest.data["units"] == {"new.service": "start", "old.service": "stop", "shop.service": "restart"}
    assert "nginx: 1.26.6 → 1.26.7" in newest.text and "generation 6 → 7 (runs)" in newest.text
    far = await looks.look("nix_changes", {"since": 1, "to": 6})
    assert far.data["packages"] == {"nginx": ["1.26.1", "1.26.6"]} and far.data["units"] == {"shop.service": "restart"}
    for number in ("70", "1"):
        none = await looks.look("nix_changes", {"to": int(number)})
        assert facts(none.text)[0] == number and "packages" not in none.data
    same = await looks.look("nix_changes", {"to": 6, "since": 6})
    assert same.data["packages"] == {} and same.data["units"] == {}
