"""What the doctor says about the gate: its policy, its standing, the doors and rules that it needs to act."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from stillwatch.admin.policy import declared_already, policy_of
from stillwatch.admin.suggest import Suggestion, suggestions
from stillwatch.config import Paths
from stillwatch.errors import NotReachable, StillwatchError
from stillwatch.gate.client import ask
from stillwatch.install.layout import POLKIT
from stillwatch.records.report import Checked
from stillwatch.views.gate import STATUS

HELPERS = Path("/run/stillwatch-helpers")
HELPER_NAMES = ("look", "peek", "act")
POLKIT_SERVICE = Path("/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service")


async def gate_findings(paths: Paths) -> list[Checked]:
    """What the doctor says about the gate and its policy. Never raises."""
    version, problem = "", ""
    try:
        version = policy_of(paths).version
    except StillwatchError as error:
        problem = str(error)
    return await examine_gate(paths, version, problem, declared_already(paths))


async def examine_gate(
    paths: Paths, version: str, problem: str, declared: Mapping[str, Collection[str]]
) -> list[Checked]:
    """version: the hash of the policy; problem: why the gate would not believe it, "" if it would. Never raises."""
    found = [policy(paths, version, problem), *standing(paths)]
    if not paths.trial:
        found += [helpers(), *polkit()]
    return [*found, *could_be_declared(await suggestions(declared))]


def policy(paths: Paths, version: str, problem: str) -> Checked:
    """Whether it loads, and as a service also whether it is the one that was applied."""
    file = paths.policy_file
    if problem:
        return Checked(topic="policy", ok=False, text=problem, mend="stillwatch policy check")
    where = str(file) if file.exists() else "no file, so the default holds: everything asks"
    if paths.trial:
        return Checked(topic="policy", ok=True, text=where)
    try:
        applied = file.with_name("policy.applied").read_text().strip()
    except OSError:
        applied = ""
    if applied != version:
        text = f"{where} is not in force, so the gate refuses everything"
        return Checked(topic="policy", ok=False, text=text, mend="stillwatch policy apply")
    return Checked(topic="policy", ok=True, text=f"{where}, in force")


def standing(paths: Paths) -> Iterator[Checked]:
    """Whether a gate answers, and whether something holds it back."""
    try:
        answer = ask(paths, STATUS, seconds=3.0)
    except NotReachable as error:
        yield _silent(paths, error)
        return
    except StillwatchError as error:
        yield Checked(topic="gate", ok=True, text=f"runs, and does not talk to us: {error}")
        return
    yield Checked(topic="gate", ok=True, text="answers")
    level = f"{answer.level}, at most {answer.ceiling}"
    if answer.problem:
        yield Checked(topic="autonomy", ok=False, text=answer.problem, mend="stillwatch policy apply")
    elif answer.paused:
        yield Checked(topic="autonomy", ok=False, text=f"{level}, and paused", mend="stillwatch resume")
    else:
        yield Checked(topic="autonomy", ok=True, text=level)
    for name in answer.quarantine:
        text = f"{name} is in quarantine: it was mended too often"
        yield Checked(topic="quarantine", ok=False, text=text, mend=f"stillwatch resume {name}")


def _silent(paths: Paths, error: NotReachable) -> Checked:
    """In a trial it need not run; as a service it must, if we are somebody to whom it answers."""
    if paths.trial:
        return Checked(topic="gate", ok=True, text="does not run, so this host is only observed: 'stillwatch gate'")
    if isinstance(error.__cause__, PermissionError):
        return Checked(topic="gate", ok=True, text="talks only to root and the group stillwatch-admin")
    return Checked(topic="gate", ok=False, text=str(error.args[0]), mend="systemctl restart stillwatch-gate")


def helpers(folder: Path = HELPERS) -> Checked:
    """The three doors to the programs with rights of their own."""
    absent = [name for name in HELPER_NAMES if not (folder / f"{name}.sock").is_socket()]
    if absent:
        text = f"no socket of {', '.join(absent)} in {folder}"
        mend = f"systemctl start {' '.join(f'stillwatch-{name}.socket' for name in absent)}"
        return Checked(topic="helpers", ok=False, text=text, mend=mend)
    return Checked(topic="helpers", ok=True, text=f"{', '.join(HELPER_NAMES)} wait in {folder}")


def polkit(service: Path = POLKIT_SERVICE, rules: Path = Path(POLKIT)) -> Iterator[Checked]:
    """Without it, the gate may not start a unit. Its rules' folder is closed to all but root."""
    if not service.exists():
        text = "polkit is not installed, so the gate cannot start or stop a unit"
        yield Checked(topic="polkit", ok=False, text=text, mend="apt-get install polkitd")
    elif not os.access(rules.parent, os.X_OK):
        yield Checked(topic="polkit", ok=True, text="installed; whether our rules are there, only root can see")
    elif not rules.is_file():
        yield Checked(topic="polkit", ok=False, text=f"no rules at {rules}", mend="stillwatch policy apply")
    else:
        yield Checked(topic="polkit", ok=True, text="installed, with our rules")


def could_be_declared(found: Sequence[Suggestion]) -> Iterator[Checked]:
    """One line; the entries themselves are what `policy suggest` prints."""
    if found:
        named = ", ".join(
            str(each.fields.get("directory") or each.fields.get("path") or each.fields["unit"]) for each in found
        )
        text = f"'stillwatch policy suggest' prints entries for the policy: {named}"
        yield Checked(topic="suggestions", ok=True, text=text)
