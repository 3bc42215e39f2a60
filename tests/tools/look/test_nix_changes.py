from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.tools.tool import HostLooks
from tests.support.nixos_host import NixosHost, arrange, built
from tests.tools.look.world import world

pytestmark = pytest.mark.process


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NixosHost:
    return arrange(built(tmp_path), monkeypatch)


async def test_what_a_rebuild_changed_is_told(host: NixosHost) -> None:
    looks = HostLooks(world=world())
    newest = await looks.look("nix_changes", {})
    assert newest.data["packages"] == {"nginx": ["1.26.6", "1.26.7"]}
    assert newest.data["units"] == {"new.service": "start", "old.service": "stop", "shop.service": "restart"}
    assert "nginx: 1.26.6 → 1.26.7" in newest.text and "generation 6 → 7 (runs)" in newest.text
    far = await looks.look("nix_changes", {"since": 1, "to": 6})
    assert far.data["packages"] == {"nginx": ["1.26.1", "1.26.6"]} and far.data["units"] == {"shop.service": "restart"}
    assert "there is no generation 70" in (await looks.look("nix_changes", {"to": 70})).text
    assert "no generation before 1" in (await looks.look("nix_changes", {"to": 1})).text
    same = await looks.look("nix_changes", {"to": 6, "since": 6})
    assert "no program, unit or file" in same.text
