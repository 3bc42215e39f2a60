from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.host import settings as room
from stillwatch.host.settings import change_of, difference, listed, read


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    (tmp_path / "etc/shop").mkdir(parents=True)
    (tmp_path / "etc/shop/shop.conf").write_text("port = 80\n")
    return tmp_path / "etc"


def test_only_what_anybody_may_read_and_is_text_is_kept(etc: Path) -> None:
    for name, mode in (("secret", 0o640), ("server.key", 0o644), ("big", 0o644), ("packed", 0o644)):
        (etc / name).write_bytes(b"x" * (room.LARGEST + 1) if name == "big" else b"a\0b" if name == "packed" else b"x")
        (etc / name).chmod(mode)
    (etc / "link").symlink_to("shop/shop.conf")
    os.mkfifo(etc / "pipe", 0o644)
    (etc / "closed").mkdir()
    (etc / "closed/file").write_text("x")
    (etc / "closed").chmod(0o750)
    (etc / ".git").mkdir()
    (etc / ".git/HEAD").write_text("x")
    assert sorted(listed(etc.parent)) == ["/etc/packed", "/etc/shop/shop.conf"]
    refused = ("packed", "secret", "link", "pipe", "big", "none")
    assert [read(f"/etc/{name}", etc.parent) for name in refused] == [None] * len(refused)


def test_the_number_of_files_is_bounded(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        (etc / f"{number}.conf").write_text("x")
    monkeypatch.setattr(room, "MOST_FILES", 3)
    assert len(listed(etc.parent)) == 3
    monkeypatch.setattr(room, "MOST_ENTRIES", 2)
    assert len(listed(etc.parent)) < 3


def test_secrets_are_cut_out_as_it_is_read_r17(etc: Path) -> None:
    file = etc / "shop/shop.conf"
    file.write_text("port = 80\ndb_password = correct-horse-battery\n")
    before = read("/etc/shop/shop.conf", etc.parent)
    file.write_text("port = 80\ndb_password = another-horse-battery\n")
    after = read("/etc/shop/shop.conf", etc.parent)
    assert before and after and "horse" not in before.text + after.text
    changed = change_of("/etc/shop/shop.conf", (before.digest, before.text), after, after.changed + 9)
    assert (changed.kind, changed.difference, changed.at) == ("secret", "", after.changed)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", ("-b\n+B", 1, 1)),
        ("a\nb\n", "a\nx\nb\ny\n", ("+x\n+y", 2, 0)),
        ("", "a\n", ("+a", 1, 0)),
        ("a\na\n", "a\n", ("-a", 0, 1)),
        ("-- a\n", "++ b\n", ("--- a\n+++ b", 1, 1)),
        ("a\n", "a\n", ("", 0, 0)),
    ],
)
def test_what_differs(before: str, after: str, told: tuple[str, int, int]) -> None:
    assert difference(before, after) == told


def test_what_differs_is_bounded_r41() -> None:
    many = "".join(f"{number}\n" for number in range(room.MOST_COMPARED + 1))
    found = difference("x\n", many)
    assert (found.added, found.removed) == (room.MOST_COMPARED + 1, 1)
    assert len(found.text.splitlines()) == room.MOST_SHOWN + 1
    assert max(map(len, difference("", "y" * 9999).text.splitlines())) == room.LONGEST_LINE
