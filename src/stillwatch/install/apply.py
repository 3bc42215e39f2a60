"""`policy apply`: the policy's grants for polkit, and the mark by which the gate knows that they are in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stillwatch.install.along import Along, Host, along_with
from stillwatch.install.installer import Installer
from stillwatch.install.layout import POLKIT
from stillwatch.install.polkit import polkit_rules
from stillwatch.unit.names import Names
from stillwatch.unit.shown import names_told

KEEPER = "stillwatch-keep.service"
LISTS = (
    ("systemctl", "list-unit-files", "--no-legend", "--no-pager", "--plain", "--type=service,socket,timer,path"),
    ("systemctl", "list-units", "--all", "--no-legend", "--no-pager", "--plain", "--type=service,socket,timer,path"),
)


async def host_units(installer: Installer, host: Host) -> dict[str, Names]:
    """Every unit that this host has a file for or has loaded, by the name that PID 1 gives it; templates have no exact
    name and are left out."""
    there: set[str] = set()
    for argv in LISTS:
        there |= {line.split()[0] for line in await installer.lines(argv) if line.split()}
    names = sorted(name for name in there if "@." not in name)
    await host.ask_all(names)
    found = [await names_told(host.facts, name) for name in names]
    return {host[known.own[0]]["Id"]: known for known in found}


async def apply_policy(
    installer: Installer,
    policy_file: Path,
    granted: Callable[[Mapping[str, Names], Along], Mapping[str, Sequence[str]]],
    version: str,
) -> int:
    """Write the polkit rules, then the policy's hash beside it; returns how many units are granted.

    The rules come first: a gate never believes in a policy whose rules are not there.
    """
    host = Host(installer)
    units = await host_units(installer, host)
    grants = granted(units, await along_with(host.facts, units))
    installer.write(POLKIT, polkit_rules(grants))
    installer.write(str(policy_file.with_name("policy.applied")), f"{version}\n")
    return len(grants)


async def keep_good_copies(installer: Installer) -> None:
    """A first good copy of each declared file that passes its test, at once: the next fault need not wait for a timer.

    A file that does not pass it is said in the journal and holds up nothing.
    """
    await installer.run("systemctl", "start", KEEPER, needed=False)
