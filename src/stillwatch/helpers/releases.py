"""The link that leads to one of several releases: where it leads, which whole release is the newest, and both ways."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import stat
from pathlib import PurePosixPath
from typing import Any, Final

from stillwatch.helpers import declared, made
from stillwatch.helpers.policyfile import entry
from stillwatch.helpers.request import RequestRefused, begun
from stillwatch.helpers.safe_open import open_beneath, open_folder

MOST: Final = 1_000
_NAME: Final = re.compile(r"[A-Za-z0-9_@~][A-Za-z0-9@+=:,._~-]{0,127}")
_TEXT: Final = re.compile(r"[A-Za-z0-9@+=:,._~/-]{1,255}")
"""Of a link: an approver reads where it leads, and its owner may write anything there (R21)."""
DRAFT: Final = ".stillwatch-new-link"


def release(name: str) -> dict[str, Any]:
    """leads: the link's own text; whole: whether that is a release now; newest: the link's text for the newest one."""
    facts = entry("releases", "name", name)
    link, folder = PurePosixPath(facts["path"]), str(facts["directory"])
    with declared.opened(open_folder(str(link.parent))) as parent:
        leads, hands = _text(parent, link), _hands(parent)
    whole = _inside(link, leads, folder) and _is_whole(_target(link, leads), facts.get("holds", ""))
    found = (one for one in _releases(folder, hands) if _is_whole(f"{folder}/{one}", facts.get("holds", ""), hands))
    newest = max(found, key=_order, default="")
    return {
        "path": str(link), "unit": facts["unit"], "leads": leads, "whole": whole,
        "newest": _spelt(link, f"{folder}/{newest}", leads) if newest else "",
    }  # fmt: skip


def repoint(name: str, leads: str, to: str) -> dict[str, Any]:
    """Lead it to the newest release, while it leads where it led when that was decided."""
    seen = release(name)
    if seen["whole"] or seen["leads"] != leads or not to or seen["newest"] != to:
        raise RequestRefused(
            f"{seen['path']} leads to {seen['leads'][:200]}, and the newest release is {seen['newest'][:200]}"
        )
    with made.noting("repoint", name, {"leads": to, "to": leads}):
        return _turn(seen, to)


def repoint_back(name: str, leads: str, to: str) -> dict[str, Any]:
    """Undo a `repoint`: to where the link led then, whether or not a release is there."""
    seen = release(name)
    with made.taking_back("repoint", name) as was:
        if seen["leads"] != leads or was != {"leads": leads, "to": to}:
            raise RequestRefused(f"{seen['path']} is no longer as it was left")
        return _turn(seen, to)


def _turn(seen: dict[str, Any], to: str) -> dict[str, Any]:
    """In one step, so that there is a link at every moment; it keeps its owner."""
    link = PurePosixPath(seen["path"])
    with declared.opened(open_folder(str(link.parent))) as parent, begun():
        was = os.stat(link.name, dir_fd=parent, follow_symlinks=False)
        with contextlib.suppress(FileNotFoundError):  # left by one that was cut short
            os.unlink(DRAFT, dir_fd=parent)
        os.symlink(to, DRAFT, dir_fd=parent)
        os.chown(DRAFT, was.st_uid, was.st_gid, dir_fd=parent, follow_symlinks=False)
        os.rename(DRAFT, link.name, src_dir_fd=parent, dst_dir_fd=parent)
    return {"path": str(link), "leads": to}


def _text(parent: int, link: PurePosixPath) -> str:
    try:
        text = os.readlink(link.name, dir_fd=parent)
    except OSError as error:
        raise RequestRefused(f"{link} is no link: {error.strerror}") from error
    if not _TEXT.fullmatch(text):
        raise RequestRefused(f"{link} leads to a place with an odd name")
    return text


def _hands(descriptor: int) -> set[str]:
    """Who beside root may write there."""
    facts = os.fstat(descriptor)
    group = {f"group {facts.st_gid}"} if facts.st_mode & stat.S_IWGRP else set()
    others = {"all"} if facts.st_mode & stat.S_IWOTH else set()
    return ({f"user {facts.st_uid}"} | group | others) - {"user 0"}


def _target(link: PurePosixPath, text: str) -> str:
    return os.path.normpath(link.parent / text)


def _inside(link: PurePosixPath, text: str, folder: str) -> bool:
    """As the kernel goes there: after a name, ".." may lead anywhere."""
    names = itertools.dropwhile(lambda part: part == "..", PurePosixPath(text).parts)
    return ".." not in names and str(PurePosixPath(_target(link, text)).parent) == folder


def _spelt(link: PurePosixPath, place: str, before: str) -> str:
    """As the link was spelt before: from the root, or from its own directory."""
    return place if before.startswith("/") else os.path.relpath(place, link.parent)


def _releases(folder: str, hands: set[str]) -> list[str]:
    """hands: who may turn the link already; nobody else may put a release there (R39)."""
    with declared.opened(open_folder(folder)) as directory, os.scandir(directory) as listing:
        found = [one.name for one, _ in zip(listing, range(MOST + 1), strict=False)]
        if len(found) > MOST:
            raise RequestRefused(f"{folder} holds more than {MOST} entries")
        if strangers := _hands(directory) - hands:
            raise RequestRefused(f"{min(strangers)} may write in {folder}, and not where the link lies")
        found = [name for name in found if _NAME.fullmatch(name)]
        return [name for name in found if stat.S_ISDIR(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)]


def _is_whole(place: str, holds: str, hands: set[str] | None = None) -> bool:
    """Whether the release is there, with what each has to hold, and nobody but `hands` may write on the way to that."""
    way = list(itertools.accumulate([place, *holds.strip("/").split("/")] if holds else [place], "{}/{}".format))
    try:
        for one in way if hands is not None else way[-1:]:
            with declared.opened(open_beneath(one, os.O_PATH)) as descriptor:
                if hands is not None and _hands(descriptor) - hands:
                    return False
        return True
    except RequestRefused:
        return False


def _order(name: str) -> list[tuple[int, str]]:
    """Numbers in names count as such: 1.10 comes after 1.9."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d{1,18})", name)]
