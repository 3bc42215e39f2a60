"""`policy apply`: the policy's grants for polkit, and the mark by which the gate knows that they are in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stillwatch.install.installer import Installer
from stillwatch.install.layout import POLKIT
from stillwatch.install.polkit import granted, polkit_rules

KEEPER = "stillwatch-keep.service"
LISTS = (
    ("systemctl", "list-unit-files", "--no-legend", "--no-pager", "--plain", "--type=service,socket,timer,path"),
    ("systemctl", "list-units", "--all", "--no-legend", "--no-pager", "--plain", "--type=service,socket,timer,path"),
)


async def host_units(hands: Installer) -> list[str]:
    """Every unit that this host has a file for or has loaded; templates have no exact name and are left out."""
    found: set[str] = set()
    for argv in LISTS:
        found |= {line.split()[0] for line in await hands.lines(argv) if line.split()}
    return sorted(name for name in found if "@." not in name)


async def apply_policy(
    hands: Installer, policy_file: Path, tables: Mapping[str, Any], version: str, protected: Callable[[str], bool]
) -> int:
    """Write the polkit rules, then the policy's hash beside it; returns how many units are granted.

    The rules come first: a gate never believes in a policy whose rules are not there.
    """
    grants = granted(tables, await host_units(hands), protected)
    hands.write(POLKIT, polkit_rules(grants))
    hands.write(str(policy_file.with_name("policy.applied")), f"{version}\n")
    return len(grants)


async def keep_good_copies(hands: Installer) -> None:
    """A first good copy of each declared file that passes its test, at once: the next fault need not wait for a timer.

    A file that does not pass it is said in the journal and holds up nothing.
    """
    await hands.run("systemctl", "start", KEEPER, needed=False)
