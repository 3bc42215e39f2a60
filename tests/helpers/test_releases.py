from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stillwatch.helpers import releases
from stillwatch.helpers.releases import release, repoint, repoint_back
from stillwatch.helpers.request import HalfDone, RequestRefused

Write = Callable[[str], Path]


@pytest.fixture
def link(tmp_path: Path, policy: Write) -> Path:
    """Leads nowhere; 1.10 is the newest whole release, 1.11 lacks its program."""
    place = tmp_path / "shop"
    for name in ("1.2", "1.9", "1.10"):
        (place / "releases" / name / "bin").mkdir(parents=True)
        (place / "releases" / name / "bin/shop").touch()
    (place / "releases/1.11").mkdir()
    (place / "releases/1.99").symlink_to("1.2")
    (place / "current").symlink_to("releases/1.12")
    policy(
        f'[[releases]]\nname = "shop"\npath = "{place}/current"\ndirectory = "{place}/releases"\n'
        'holds = "bin/shop"\nunit = "shop.service"\n'
    )
    return place / "current"


def test_the_newest_whole_release_by_number_and_as_the_link_was_spelt(link: Path) -> None:
    seen = release("shop")
    assert (seen["leads"], seen["whole"], seen["newest"]) == ("releases/1.12", False, "releases/1.10")
    link.unlink()
    link.symlink_to(link.parent / "releases/1.9")
    seen = release("shop")
    assert seen["whole"] is True and seen["newest"] == str(link.parent / "releases/1.10")


def test_it_is_led_there_and_back(link: Path) -> None:
    repoint("shop", "releases/1.12", "releases/1.10")
    assert link.readlink() == Path("releases/1.10") and (link / "bin/shop").exists()
    repoint_back("shop", "releases/1.10", "releases/1.12")
    assert link.readlink() == Path("releases/1.12")


def test_one_that_was_cut_short_is_no_hindrance(link: Path) -> None:
    (link.parent / releases.DRAFT).symlink_to("/nowhere")
    repoint("shop", "releases/1.12", "releases/1.10")
    assert (link / "bin/shop").exists() and not os.path.lexists(link.parent / releases.DRAFT)


@pytest.mark.parametrize(
    ("leads", "to"),
    [("releases/1.11", "releases/1.10"), ("releases/1.12", "releases/1.9"), ("releases/1.12", "/etc"), ("", "")],
)
def test_r39_the_gate_is_not_believed_where_it_leads_or_is_to_lead(link: Path, leads: str, to: str) -> None:
    with pytest.raises(RequestRefused):
        repoint("shop", leads, to)
    assert link.readlink() == Path("releases/1.12")


def test_r22_one_that_leads_to_a_whole_release_is_left_alone(link: Path) -> None:
    link.unlink()
    link.symlink_to("releases/1.2")
    with pytest.raises(RequestRefused):
        repoint("shop", "releases/1.2", "releases/1.10")


@pytest.mark.parametrize(("leads", "to"), [("releases/1.9", "releases/1.2"), ("releases/1.12", "/etc/passwd")])
def test_r39_it_is_led_back_only_as_it_was_left_and_never_elsewhere(link: Path, leads: str, to: str) -> None:
    with pytest.raises(RequestRefused):
        repoint_back("shop", leads, to)
    assert link.readlink() == Path("releases/1.12")


def test_what_is_no_link_or_has_no_release_left(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (link.parent / "releases").glob("*/bin/shop"):
        one.unlink()
    assert release("shop")["newest"] == ""
    monkeypatch.setattr(releases, "MOST", 1)
    with pytest.raises(RequestRefused):
        release("shop")
    link.unlink()
    link.mkdir()
    with pytest.raises(RequestRefused):
        release("shop")


def test_r29_what_fails_half_way_is_told_as_begun(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(HalfDone):
        repoint("shop", "releases/1.12", "releases/1.10")


@pytest.mark.parametrize("loose", ["releases", "releases/1.10", "releases/1.10/bin"])
@pytest.mark.parametrize("how", ["owner", "group", "others"])
def test_r39_a_release_that_others_may_write_than_who_may_turn_the_link_is_none(
    link: Path, loose: str, how: str
) -> None:
    """Else whoever may put a folder there chooses what a unit of root's runs."""
    place = link.parent / loose
    if how == "owner":
        os.chown(place, 33, 0)
    else:
        os.chown(place, 0, 33)
        place.chmod(0o775 if how == "group" else 0o757)
    if loose == "releases":
        with pytest.raises(RequestRefused):
            release("shop")
    else:
        assert release("shop")["newest"] == "releases/1.9"


def test_r39_who_may_turn_the_link_may_put_releases_there(link: Path) -> None:
    for place in (link.parent, *link.parent.rglob("*")):
        os.chown(place, 33, 33, follow_symlinks=False)
    (link.parent / "releases/1.10").chmod(0o775)
    link.parent.chmod(0o775)
    assert release("shop")["newest"] == "releases/1.10"


@pytest.mark.parametrize(
    "name", ["1.99\nreviewed by root", "1.99 \x1b[2J", "1.99\u202e", "-1.99", "1 99", ".99", "x" * 200]
)
def test_r21_a_release_with_a_name_for_eyes_is_none(link: Path, name: str) -> None:
    (link.parent / "releases" / name / "bin").mkdir(parents=True)
    (link.parent / "releases" / name / "bin/shop").touch()
    assert release("shop")["newest"] == "releases/1.10"


@pytest.mark.parametrize("text", ["releases/1.12\nall is well", "releases/\u202e1.12", "x" * 300])
def test_r21_nor_is_a_link_with_such_a_text_touched(link: Path, text: str) -> None:
    link.unlink()
    link.symlink_to(text)
    with pytest.raises(RequestRefused):
        release("shop")


@pytest.mark.parametrize("way", ["releases/away/../1.9", "releases/1.2/../1.9"])
def test_r39_a_link_that_leaves_the_folder_on_its_way_leads_to_no_release(link: Path, way: str) -> None:
    (link.parent / "elsewhere/1.9").mkdir(parents=True)
    (link.parent / "elsewhere/deep").mkdir()
    (link.parent / "releases/away").symlink_to("../elsewhere/deep")
    link.unlink()
    link.symlink_to(way)
    assert release("shop")["whole"] is False
