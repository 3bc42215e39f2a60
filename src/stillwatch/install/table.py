"""The one table of services, `services.toml`: users, directories, ports and units, for Debian and for NixOS."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

Unit = Mapping[str, Mapping[str, str | list[str]]]
"""Section → key → value; several values are several lines of it."""
SECTIONS: Final = ("Unit", "Service", "Socket", "Timer", "Install")


@cache
def table() -> dict[str, Any]:
    """The file as it stands."""
    return tomllib.loads((files("stillwatch.install") / "services.toml").read_text("utf-8"))


def units() -> dict[str, Unit]:
    """Name → unit, its sets put together."""
    return {name: _whole(rows) for name, rows in table()["units"].items()}


def enabled() -> tuple[str, ...]:
    """What starts with the host: every unit that something wants."""
    return tuple(name for name, unit in units().items() if "Install" in unit)


def users() -> list[str]:
    return list(table()["users"])


def groups() -> list[str]:
    return list(table()["groups"])


def unit_text(unit: Unit) -> str:
    """systemd.syntax(7)."""
    sections = []
    for section, keys in unit.items():
        lines = [f"{key}={line}" for key, value in keys.items() for line in _lines(value)]
        sections.append("\n".join([f"[{section}]", *lines, ""]))
    return "\n".join(sections)


def sysusers_text() -> str:
    """sysusers.d(5)."""
    lines = ["# sysusers.d(5)"]
    for name, user in table()["users"].items():
        lines.append(f'u {name} - "{user["description"]}" {user.get("home", "")}'.rstrip())
    lines += [f"g {group} -" for group in groups()]
    lines += [f"m {name} {group}" for name, user in table()["users"].items() for group in user.get("groups", ())]
    return "\n".join([*lines, ""])


def tmpfiles_text() -> str:
    """tmpfiles.d(5)."""
    lines = [f"d {path} {mode} root root -" for path, mode in table()["directories"].items()]
    return "\n".join(["# tmpfiles.d(5)", *lines, ""])


def _whole(row: Mapping[str, Any]) -> Unit:
    parts = [*(table()["sets"][name] for name in row.get("as", ())), row]
    merged = {
        section: {key: part[section][key] for part in parts for key in part.get(section, ())} for section in SECTIONS
    }
    return {section: keys for section, keys in merged.items() if keys}


def _lines(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
