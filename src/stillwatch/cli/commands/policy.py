"""`stillwatch policy`: is the policy file good, and is it in force."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, Final

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option

if TYPE_CHECKING:
    from stillwatch.app import App
    from stillwatch.install.installer import Installer
    from stillwatch.views.command import PolicyView

READ_BY_THE_GATE: Final = "the gate has read it"
MOST_BYTES = 1_048_576


def check_policy(*, file: str | None, as_json: bool) -> int:
    """Check the policy file, or another before it is put in its place; nothing is changed.

    exit code: 0 good, 1 it would not be believed

    examples:
      stillwatch policy check
      stillwatch policy check /tmp/policy.toml
      stillwatch policy check - </tmp/policy.toml
    """
    from pathlib import Path

    from stillwatch.admin.policy import declared, policy_of, policy_of_text
    from stillwatch.errors import StillwatchError, WrongUsage
    from stillwatch.views.command import PolicyRuleView, PolicyView

    app = door.app()
    if file not in (None, "-") and not Path(str(file)).is_file():
        raise WrongUsage(f"no policy file {file}")
    where = Path(file) if file else app.paths.policy_file
    given = sys.stdin.buffer.read(MOST_BYTES) if file == "-" else None
    view = PolicyView(ok=False, file=str(where), default=given is None and not where.exists(), problem="")
    try:
        policy = policy_of(app.paths, Path(file) if file else None) if given is None else policy_of_text(given)
    except StillwatchError as error:
        view.problem = str(error)
    else:
        view.ok, view.version, view.declared = True, policy.version, declared(policy)
        view.rules = [PolicyRuleView(rule.name, rule.verdict, list(rule.actions or ())) for rule in policy.rule]
    _tell(view, as_json=as_json)
    return 0 if view.ok else 1


def apply_policy(*, dry_run: bool, as_json: bool) -> int:
    """Put the policy file into force.

    polkit's rules are written from it, the gate reads it again, and a first good copy is taken of each declared file
    that passes its test. In a trial there are no rules to write, and only the gate reads it again.

    example:
      stillwatch policy apply
    """
    import asyncio

    from stillwatch.admin.policy import policy_of
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.errors import NotReachable
    from stillwatch.gate.client import ask
    from stillwatch.views.command import PolicyAppliedView
    from stillwatch.views.gate import RELOAD

    app = door.app()
    view = PolicyAppliedView(version=policy_of(app.paths).version, units=None, gate=None)
    if not app.paths.trial:
        view.units = asyncio.run(_apply(app, _hands(dry_run=dry_run, as_json=as_json)))
    if not dry_run:
        try:
            view.gate = ask(app.paths, RELOAD)
        except NotReachable:
            if app.paths.trial:
                raise
    if as_json:
        put_json(view)
        return 0
    units = "" if view.units is None else f", {view.units} units granted to the gate"
    gate = READ_BY_THE_GATE if view.gate else "no gate has read it yet"
    put([line(f"policy {view.version[:12]}{units}; {gate}")])
    return 0


def polkit(*, units: str) -> int:
    """Print the polkit rules of a policy on standard input, for a host that has the units of a file, one a line.

    It is how a package or a NixOS configuration builds what `policy apply` writes elsewhere; nothing is changed.

    example:
      stillwatch policy polkit --units units.txt <policy.toml
    """
    from pathlib import Path

    from stillwatch.admin.policy import polkit_of_text
    from stillwatch.cli.terminal import write
    from stillwatch.errors import WrongUsage
    from stillwatch.untrusted.for_terminal import harmless

    try:
        names = Path(units).read_text().split()
    except OSError as error:
        raise WrongUsage(f"{units}: {error.strerror}") from error
    write(harmless(polkit_of_text(sys.stdin.buffer.read(MOST_BYTES), names)))
    return 0


def suggest_entries(*, as_json: bool) -> int:
    """Print entries that the policy file could declare for what is found here. Nothing is changed by it.

    example:
      stillwatch policy suggest
    """
    import asyncio

    from stillwatch.admin.policy import suggested
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.views.command import PolicyEntryView

    found = asyncio.run(suggested(door.app().paths))
    if as_json:
        put_json([PolicyEntryView(each.table, dict(each.fields), each.why) for each in found])
    elif not found:
        put([line("nothing was found here that is not declared already")])
    else:
        lines = ["# Keep what you want of this in the policy file, then: stillwatch policy apply"]
        for each in found:
            lines += ["", *each.toml().splitlines()]
        put(line(text) for text in lines)
    return 0


def _hands(*, dry_run: bool, as_json: bool) -> Any:
    from stillwatch.cli.commands.install import prepared

    installer = prepared(dry_run=dry_run)
    if as_json:
        installer.say = lambda reported: None
    return installer


def _tell(view: PolicyView, *, as_json: bool) -> None:
    from stillwatch.cli.show.proposal import VERDICT_STYLES, labelled
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.untrusted.for_terminal import one_line

    if as_json:
        put_json(view)
        return
    if view.version is None:
        put([line(("✗ ", "red"), one_line(view.problem, 1000), hang=2)])
        return
    absent = " (not there, so the default holds)" if view.default else ""
    put([line(("✓ ", "green"), f"{view.file}{absent}, version {view.version[:12]}")])
    for rule in view.rules or ():
        acts = ", ".join(rule.actions) or "every action"
        put([labelled("rule", (f"{rule.verdict:<7}", VERDICT_STYLES[rule.verdict]), f"{rule.name}: {acts}")])
    for table, names in (view.declared or {}).items():
        put([labelled("declared", f"{table.replace('_', ' ')}: {', '.join(names)}")])


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="another file than the one in force; - for standard input"
    )
    json_option(parser)


async def _apply(app: App, installer: Installer) -> int:
    from stillwatch.admin.policy import apply_policy
    from stillwatch.install.apply import keep_good_copies

    units = await apply_policy(installer, app.paths.policy_file)
    await keep_good_copies(installer)
    return units


def _units(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--units", required=True, metavar="FILE", help="the units of the host, one a line")


def _apply_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    json_option(parser)


command = Group(
    help="""\
    Without a subcommand it checks it.

    examples:
      stillwatch policy check
      stillwatch policy apply
    """,
    members={
        "check": Command(run=check_policy, arguments=_check),
        "apply": Command(run=apply_policy, arguments=_apply_options),
        "polkit": Command(run=polkit, arguments=_units),
        "suggest": Command(run=suggest_entries, arguments=json_option),
    },
    default="check",
)
