from __future__ import annotations

from pathlib import Path

from stillwatch.host.unit_files import installed


def test_what_has_a_file_of_its_own_without_templates(tmp_path: Path) -> None:
    for name in ("b.timer", "a.timer", "t@.timer", "x.service", "d.timer.d"):
        (tmp_path / name).touch()
    places = [str(tmp_path), "/no/such/place"]
    assert installed(".timer", places) == ["a.timer", "b.timer"]
    assert installed(".service", places) == ["x.service"]
