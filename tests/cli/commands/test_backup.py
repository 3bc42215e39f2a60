"""`backup`: what it says."""

from __future__ import annotations

import json
from pathlib import Path

from tests.admin.lived_in import live_in
from tests.cli.conftest import Stillwatch


def test_it_says_what_it_holds(trial: Stillwatch, tmp_path: Path) -> None:
    live_in(tmp_path)
    said = trial("backup", str(tmp_path / "b.tar.gz"), "--json")
    assert said.code == 0
    assert {kept["part"] for kept in json.loads(said.out)["files"]} == {"daemon", "gate"}
    assert trial("backup", str(tmp_path / "b.tar.gz")).code == 2
