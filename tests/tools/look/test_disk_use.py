from __future__ import annotations

from pathlib import Path

from .played_host import look, rows


async def test_all_file_systems_with_how_full_they_are() -> None:
    assert any(
        row["path"] == "/" and row["metric"] == "disk-used" for row in rows(await look("disk_use"), "filesystems")
    )


async def test_what_fills_a_directory(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    for number in range(30):
        (tmp_path / f"spool/{number}").touch()
    (tmp_path / "big.iso").write_bytes(b"x" * 200_000)
    seen = await look("disk_use", path=str(tmp_path))
    assert rows(seen, "most_entries")[0]["path"] == f"{tmp_path}/spool"
    assert rows(seen, "files")[0]["path"] == f"{tmp_path}/big.iso"
    assert seen.data["complete"] is True


async def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    assert (await look("disk_use", path=f"{tmp_path}/none")).problem
