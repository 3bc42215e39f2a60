from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from stillwatch.records.unit import UnitState

from .played_host import NOW, look, reader, rows

SHOP = UnitState(name="shop.service", exec_start=("/usr/bin/shop",))


def written(root: Path, name: str, text: str) -> None:
    file = root / "var/log/shop" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (NOW, NOW))


async def test_the_newest_lines_of_its_own_log_and_which_tell_most(tmp_path: Path) -> None:
    said = "2020-01-01T00:00:00Z error: long ago\n2033-05-18T03:33:19Z ready\n"
    written(tmp_path, "main", f"{said}2033-05-18T03:33:20Z error: cannot open /srv/x: Permission denied\n")
    (row,) = rows(await look("own_log", replace(reader(SHOP), root=tmp_path), unit="shop"), "logs")
    assert row["path"] == "/var/log/shop/main" and "long ago" not in repr(row)
    assert "error: cannot open /srv/x: Permission denied" in row["telling"]


async def test_a_secret_in_a_log_stays_there(tmp_path: Path) -> None:
    written(tmp_path, "main", "error: password=hunter2hunter2 is wrong\n")
    seen = await look("own_log", replace(reader(SHOP), root=tmp_path), unit="shop")
    assert rows(seen, "logs") and "hunter2" not in repr(seen)


async def test_what_is_no_text_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "var/log/shop").mkdir(parents=True)
    (tmp_path / "var/log/shop/data").write_bytes(b"\x7fELF\0\0\0")
    assert rows(await look("own_log", replace(reader(SHOP), root=tmp_path), unit="shop"), "logs") == []
