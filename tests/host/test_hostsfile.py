from __future__ import annotations

from pathlib import Path

from stillwatch.host.hostsfile import addresses_of


def test_a_name_by_its_line_and_an_address_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n# 10.0.0.1 db\n203.0.113.9 db DB.internal # moved\nnonsense db\n")
    assert addresses_of("db.Internal", file) == [{"address": "203.0.113.9", "line": 3, "local": False}]
    assert addresses_of("127.0.0.5", file) == [{"address": "127.0.0.5", "line": 0, "local": True}]
    assert addresses_of("nowhere", file) == [] and addresses_of("db", tmp_path / "none") == []
