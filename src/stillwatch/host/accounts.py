"""Names of users and groups."""

from __future__ import annotations

import grp
import pwd


def user_name(uid: int) -> str:
    """The name, or the number as text where nobody has it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """The name, or the number as text where none has it."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def all_users() -> frozenset[str]:
    """The names of root and of people's accounts; those of services ("backup", "mail") are words like others."""
    return frozenset(entry.pw_name for entry in pwd.getpwall() if entry.pw_uid == 0 or 1000 <= entry.pw_uid < 60_000)
