"""The installer: whole files or none, links never followed, a dry run that touches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.install.installer import Installer


def installer(root: Path, *, dry_run: bool = False) -> tuple[Installer, list[str]]:
    said: list[str] = []
    return Installer(said.append, dry_run=dry_run, root=root), said


def test_a_file_is_written_once(tmp_path: Path) -> None:
    mine, said = installer(tmp_path)
    assert mine.write("/etc/x/unit", "text", 0o640)
    assert not mine.write("/etc/x/unit", "text", 0o640)
    assert said == ["write /etc/x/unit"]
    file = tmp_path / "etc/x/unit"
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("text", 0o640)
    assert [entry.name for entry in file.parent.iterdir()] == ["unit"]


def test_the_mode_is_mended_without_a_word(tmp_path: Path) -> None:
    mine, said = installer(tmp_path)
    mine.write("/f", "text")
    (tmp_path / "f").chmod(0o666)
    mine.write("/f", "text")
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o644
    assert len(said) == 1


def test_a_link_is_replaced_and_its_target_stays(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("other")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    mine, _ = installer(tmp_path)
    mine.write("/link", "text")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "other"


def test_a_linked_folder_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    mine, said = installer(tmp_path)
    mine.remove("/link")
    mine.remove("/nothing")
    assert (tmp_path / "precious/file").exists()
    assert said == ["remove /link"]


def test_a_dry_run_says_and_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    mine, said = installer(tmp_path, dry_run=True)
    mine.write("/new", "text")
    mine.remove("/old")
    assert said == ["write /new", "remove /old"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["old"]


async def test_programs(tmp_path: Path) -> None:
    mine, said = installer(tmp_path)
    assert await mine.run("true")
    assert not await mine.run("false", needed=False)
    with pytest.raises(NotReachable, match="false"):
        await mine.run("false")
    assert said[0] == "run true"
    assert await mine.lines(("printf", "a\nb\n")) == ["a", "b"]
    with pytest.raises(NotReachable):
        await mine.lines(("false",))
    dry, _ = installer(tmp_path, dry_run=True)
    assert await dry.run("touch", str(tmp_path / "made"))
    assert not (tmp_path / "made").exists()


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    mine, _ = installer(tmp_path)
    with pytest.raises(StillwatchError, match="file/below"):
        mine.write("/file/below", "text")


def test_a_file_that_a_dry_run_may_not_see_would_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder").symlink_to("folder")  # as hard to read as a closed directory, for root too
    mine, said = installer(tmp_path, dry_run=True)
    assert mine.write("/folder/rules", "text")
    assert mine.text("/folder/rules") is None
    assert said == ["write /folder/rules"]
