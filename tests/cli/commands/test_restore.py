"""`restore`: what it says."""

from __future__ import annotations

import json
from pathlib import Path

from tests.admin.lived_in import live_in
from tests.cli.conftest import Stillwatch


def test_there_and_back(trial: Stillwatch, tmp_path: Path) -> None:
    live_in(tmp_path)
    assert trial("backup", str(tmp_path / "b.tar.gz")).code == 0
    said = trial("restore", str(tmp_path / "b.tar.gz"), "--json")
    assert (said.code, set(json.loads(said.out)["aside"])) == (0, {"daemon", "gate"})


def test_what_is_no_backup(trial: Stillwatch, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no archive")
    assert trial("restore", str(tmp_path / "x")).code == 2
    assert trial("restore", str(tmp_path / "none")).code == 5
