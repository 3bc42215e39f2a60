from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers.request import RequestRefused
from stillwatch.helpers.safe_open import open_beneath, open_folder, plain_file, walk


def test_a_plain_file_opens(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    descriptor = open_beneath(str(file), os.O_RDONLY)
    assert plain_file(descriptor, str(file)).st_size == 1
    os.close(descriptor)


@pytest.mark.parametrize("opens", [open_beneath, walk])
def test_r22_no_symbolic_link_is_followed_anywhere(tmp_path: Path, opens: Callable[[str, int], int]) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "last").symlink_to(tmp_path / "real/file")
    for path in ("link/file", "last"):
        with pytest.raises(RequestRefused):
            opens(str(tmp_path / path), os.O_RDONLY)
    os.close(opens(str(tmp_path / "real/file"), os.O_RDONLY))
    os.close(opens("/", os.O_RDONLY))
    with pytest.raises(RequestRefused):
        open_folder(str(tmp_path / "link"))


@pytest.mark.parametrize("path", ["relative", "/a/../b", "/a\0b", ""])
def test_r22_unclean_paths(path: str) -> None:
    with pytest.raises(RequestRefused):
        open_beneath(path, os.O_RDONLY)


def test_r22_two_links_or_a_device_are_no_plain_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    os.link(tmp_path / "a", tmp_path / "b")
    for path in (str(tmp_path / "a"), "/dev/null", str(tmp_path)):
        descriptor = open_beneath(path, os.O_RDONLY)
        with pytest.raises(RequestRefused):
            plain_file(descriptor, path)
        os.close(descriptor)
