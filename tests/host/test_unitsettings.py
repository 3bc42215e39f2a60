from __future__ import annotations

from pathlib import Path

from stillwatch.host.unitsettings import settings_in


def test_names_are_told_and_never_a_value(tmp_path: Path) -> None:
    unit, defaults = tmp_path / "shop.service", tmp_path / "defaults"
    unit.write_text("[Service]\nExecStart=/usr/bin/shop $ARGS -q\n#LimitNOFILE=9\n LimitCORE = 0\n")
    defaults.write_text('# --old=1\nARGS="--data.dir=/srv/a-b --key hunter2 -l"\n')
    found = settings_in([str(unit), str(tmp_path / "gone"), str(defaults), str(unit)])
    assert [row["path"] for row in found] == [str(unit), str(defaults)]
    assert found[0]["names"] == ["ExecStart", "LimitCORE", "-q"]
    assert found[1]["names"] == ["ARGS", "--data.dir", "--key", "-l"]
