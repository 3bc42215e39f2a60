"""R39: root in another user's folder is that user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stillwatch.helpers.as_owner import as_owner, owner_of

THEIRS = (4711, 4712)


@pytest.fixture
def theirs(open_to_all: Path) -> Path:
    """A folder of somebody else, in one of root's."""
    folder = open_to_all / "theirs"
    folder.mkdir()
    os.chown(folder, *THEIRS)
    return folder


def test_r39_a_link_leads_to_nothing_that_is_not_its_owners(theirs: Path) -> None:
    secret = theirs.parent / "secret"
    secret.write_text("root's")
    secret.chmod(0o640)
    (theirs / "a").symlink_to(secret)
    with as_owner(theirs), pytest.raises(PermissionError):
        (theirs / "a").read_text()
    with as_owner(theirs), pytest.raises(PermissionError):
        (theirs / "a").chmod(0o644)
    assert (theirs / "a").read_text() == "root's" and secret.stat().st_mode & 0o777 == 0o640


def test_what_is_made_is_theirs_and_root_is_root_again(theirs: Path) -> None:
    before = (os.geteuid(), os.getegid(), os.getgroups())
    with as_owner(theirs / "not/there/yet"):
        (theirs / "x").write_text("")
    assert ((theirs / "x").stat().st_uid, (theirs / "x").stat().st_gid) == THEIRS
    assert (os.geteuid(), os.getegid(), os.getgroups()) == before


def test_the_topmost_that_is_not_roots_decides(theirs: Path) -> None:
    (theirs / "led").symlink_to("/etc")
    (theirs / "of-root").mkdir()
    assert [owner_of(theirs / name) for name in ("led", "led/x", "of-root/x", "none/x")] == [THEIRS] * 4
    assert owner_of(theirs.parent) is None
    with as_owner(theirs):
        assert owner_of(theirs) is None
