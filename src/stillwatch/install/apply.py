"""`policy apply`: the policy's grants for polkit, and the mark by which the gate knows that they are in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stillwatch.install.along import Along, taken_along
from stillwatch.install.installer import Installer
from stillwatch.install.layout import POLKIT
from stillwatch.install.polkit import polkit_rules
from stillwatch.unit.names import Names, listed
from stillwatch.unit.protected import ACCESS_PROGRAMS, EXECUTED, runs

KEEPER = "stillwatch-keep.service"
AT_ONCE = 200
SHOW = ("systemctl", "show", "--no-pager", f"--property=Id,Names,Triggers,TriggeredBy,{','.join(EXECUTED)}")
PROTECTED_ANYWAY = "stillwatch-protects-what-this-runs.service"
"""Among the relatives of a unit that runs a way in: protected by what it runs, whatever its name (R40)."""
LISTS = (
    ("systemctl", "list-unit-files", "--no-legend", "--no-pager", "--plain", "--type=service,socket,timer,path"),
    ("systemctl", "list-units", "--all", "--no-legend", "--no-pager", "--plain", "--type=service,socket,timer,path"),
)


async def host_units(installer: Installer) -> dict[str, Names]:
    """Every unit that this host has a file for or has loaded, by the name that PID 1 gives it; templates have no exact
    name and are left out."""
    there: set[str] = set()
    for argv in LISTS:
        there |= {line.split()[0] for line in await installer.lines(argv) if line.split()}
    names = sorted(name for name in there if "@." not in name)
    found = {name: Names.of((name,)) for name in names}
    for start in range(0, len(names), AT_ONCE):
        lines = await installer.lines((*SHOW, "--", *names[start : start + AT_ONCE]))
        for block in "\n".join(lines).split("\n\n"):
            facts = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
            own = {facts.get("Id", ""), *listed(facts.get("Names", ""))} - {""}
            near = listed(f"{facts.get('Triggers', '')} {facts.get('TriggeredBy', '')}")
            more = [PROTECTED_ANYWAY] if runs((facts.get(name, "") for name in EXECUTED), ACCESS_PROGRAMS) else []
            found |= {facts["Id"]: Names.of(own, [*near, *more])} if facts.get("Id") else {}
    aliases = {name for unit, known in found.items() for name in known.own if name != unit}
    return {name: known for name, known in found.items() if name not in aliases}


async def apply_policy(
    installer: Installer,
    policy_file: Path,
    granted: Callable[[Mapping[str, Names], Along], Mapping[str, Sequence[str]]],
    version: str,
) -> int:
    """Write the polkit rules, then the policy's hash beside it; returns how many units are granted.

    The rules come first: a gate never believes in a policy whose rules are not there.
    """
    units = await host_units(installer)
    grants = granted(units, await taken_along(installer, units))
    installer.write(POLKIT, polkit_rules(grants))
    installer.write(str(policy_file.with_name("policy.applied")), f"{version}\n")
    return len(grants)


async def keep_good_copies(installer: Installer) -> None:
    """A first good copy of each declared file that passes its test, at once: the next fault need not wait for a timer.

    A file that does not pass it is said in the journal and holds up nothing.
    """
    await installer.run("systemctl", "start", KEEPER, needed=False)
