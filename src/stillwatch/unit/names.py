"""The grammar of unit names (systemd.unit(5)), said once; who changes units asks for more than who reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

KINDS: Final = (
    "service", "socket", "timer", "path", "target", "mount", "automount", "swap", "slice", "scope", "device",
)  # fmt: skip
NAMED: Final = ("service", "socket", "timer", "target", "path", "mount", "slice", "scope")
"""Kinds that a proposal may name; what may be done to one is for the policy to say."""
CHANGED: Final = ("service", "socket", "timer", "path")
"""Kinds that may be started and stopped."""
LONGEST: Final = 255
CHARACTERS: Final = r"[A-Za-z0-9:_.@\\-]"


def pattern(kinds: tuple[str, ...]) -> str:
    """A regular expression for names of these kinds that begin with a letter or a digit, to be matched as a whole."""
    return rf"[A-Za-z0-9]{CHARACTERS}*\.(?:{'|'.join(kinds)})"


_ANY: Final = re.compile(rf"{CHARACTERS}+\.(?:{'|'.join(KINDS)})")
_CONNECTION: Final = re.compile(r"@\d+-[^@]*:\d+-[^@]*:\d+(?=\.service$)")
_NAMED: Final = re.compile(pattern(NAMED))
_CHANGED: Final = re.compile(pattern(CHANGED))
_ESCAPE: Final = re.compile(r"\\x([0-9a-f]{2})")


def is_unit(text: str) -> bool:
    """Whether the text has the form of a unit's name (not whether such a unit exists)."""
    return len(text) <= LONGEST and _ANY.fullmatch(text) is not None


def of_all_connections(name: str) -> str:
    """A socket's unit for one connection (`sshd@3-192.0.2.1:22-203.0.113.7:50222.service`) under its template."""
    return _CONNECTION.sub("@", name)


def may_be_named(text: str) -> bool:
    """Whether a proposal may name it: the plain name of one unit, no "-.mount" and no template."""
    return len(text) <= LONGEST and "@." not in text and _NAMED.fullmatch(text) is not None


def may_be_changed(text: str) -> bool:
    """Whether it is the exact name of one unit of a kind that may be started and stopped."""
    return len(text) <= LONGEST and _CHANGED.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """own: what the unit is called; relatives (R37): also what triggers it, what it triggers, the templates of all."""

    own: tuple[str, ...]
    relatives: tuple[str, ...]

    @classmethod
    def of(cls, own: Iterable[str], more: Iterable[str] = ()) -> Names:
        mine = set(own)
        found = {*mine, *more}
        return cls(own=tuple(sorted(mine)), relatives=tuple(sorted(found | {template_of(each) for each in found})))


def listed(text: str) -> list[str]:
    """The names in a list of `systemctl show`: one with backslashes stands in quotes, with each of them doubled."""
    return [one.strip('"').replace("\\\\", "\\") if one.startswith('"') else one for one in text.split()]


def lies_in(cgroup: str, unit: str) -> bool:
    """Whether a control group is the unit's own; below another unit one of that name is somebody else's, such as a
    user's."""
    *above, last = [part for part in cgroup.split("/") if part] or [""]
    return last == unit and not any(part.endswith((".service", ".scope")) for part in above)


def template_of(name: str) -> str:
    """`web@.service` of `web@1.service`; a name without "@" is its own."""
    stem, at, rest = name.partition("@")
    return f"{stem}@.{rest.rpartition('.')[2]}" if at else name


CHECKED: Final = "systemd-fsck@*"
"""What PID 1 starts before it mounts a disk: it is part of mounting."""


def mount_unit(point: str) -> str:
    """systemd-escape --path: the name of the unit of a mount point."""
    plain = "/".join(part for part in point.split("/") if part)
    named = "".join(_escaped(byte, first=not number) for number, byte in enumerate(plain.encode()))
    return f"{named or '-'}.mount"


def unescaped(name: str) -> str:
    """What a part of a unit's name stands for that is no path (systemd-escape(1)): `br-lan` of `br\\x2dlan`."""
    return _ESCAPE.sub(lambda mark: chr(int(mark[1], 16)), name)


def _escaped(byte: int, *, first: bool) -> str:
    letter = chr(byte)
    plain = letter.isascii() and (letter.isalnum() or letter in ":_" or (letter == "." and not first))
    return "-" if letter == "/" else letter if plain else f"\\x{byte:02x}"
