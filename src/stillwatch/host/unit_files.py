"""Which units have a file on this host, and which of them are switched on: read off the directories, which costs PID 1
nothing (it needs most of a second for the same)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from stillwatch.host.smallfile import content
from stillwatch.unit.facts import OWN_PLACES

PLACES: Final = (*OWN_PLACES, "/usr/lib/systemd/system", "/lib/systemd/system")
"""systemd.unit(5)."""
HERE: Final = Path("/")
SWITCHED: Final = ("/etc/systemd/system", "/run/systemd/system")
"""Where systemctl(1) makes the links of what it enables."""
KINDS: Final = (".service", ".socket", ".timer", ".path", ".mount", ".automount", ".swap", ".target", ".slice")


def installed(kind: str, places: Sequence[str] = PLACES) -> list[str]:
    """Names of all units of a kind (".timer") with a file of their own, templates left out, sorted."""
    found: set[str] = set()
    for place in places:
        try:
            found.update(file.name for file in Path(place).iterdir() if file.suffix == kind and "@." not in file.name)
        except OSError:
            continue
    return sorted(found)


def in_state(state: Literal["enabled", "disabled", "masked"], root: Path = HERE) -> list[str]:
    """Names of unit files in a state, as `systemctl is-enabled` has it, sorted: enabled ones are linked from where the
    administrator switches on; disabled ones could be, and are not; masked ones are links to /dev/null."""
    links = {file.name for own in SWITCHED for file in _within(root / own.lstrip("/")) if file.is_symlink()}
    masked = {file.name for place in PLACES for file in _files(root / place.lstrip("/")) if _is_masked(file)}
    if state == "masked":
        return sorted(masked)
    if state == "enabled":
        return sorted(name for name in links - masked if "@." not in name)
    could = {file.name for place in PLACES for file in _files(root / place.lstrip("/")) if _can_be_enabled(file)}
    aliased = {file.resolve().name for own in SWITCHED for file in _files(root / own.lstrip("/")) if file.is_symlink()}
    return sorted(name for name in could - links - masked - aliased if "@." not in name)


def _files(place: Path) -> list[Path]:
    try:
        return [file for file in place.iterdir() if file.suffix in KINDS]
    except OSError:
        return []


def _within(place: Path) -> list[Path]:
    """What lies in its folders of wanted and required units."""
    try:
        folders = [folder for folder in place.iterdir() if folder.suffix in (".wants", ".requires", ".upholds")]
    except OSError:
        return []
    return [file for folder in folders for file in _files(folder)]


def _is_masked(file: Path) -> bool:
    try:
        return file.is_symlink() and str(file.readlink()) == os.devnull
    except OSError:
        return False


def _can_be_enabled(file: Path) -> bool:
    return not file.is_symlink() and b"\n[Install]" in content(str(file))
