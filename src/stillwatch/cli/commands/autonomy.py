"""`stillwatch autonomy`: how far it may go by itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option

if TYPE_CHECKING:
    from stillwatch.app import App
    from stillwatch.config import Autonomy
    from stillwatch.views.explain import AutonomyView

MEANINGS = {
    "observe": "nothing changes, ever",
    "suggest": "only what a person approved is done",
    "auto-safe": "low-risk actions on configured targets are done by themselves",
    "auto-full": "all but high risk, and what is protected, is done by itself",
}


def show_autonomy(*, as_json: bool) -> int:
    """Show the level that holds, its ceiling, what is in quarantine and how actions fared so far.

    example:
      stillwatch autonomy --json
    """
    from stillwatch.cli.show.gate import standing_lines
    from stillwatch.cli.terminal import put, put_json

    standing = read_standing(door.app())
    if as_json:
        put_json(standing)
    else:
        put(standing_lines(standing, MEANINGS))
    return 0


def set_autonomy(*, level: str, as_json: bool) -> int:
    """Set the level, up to the ceiling that the configuration file sets.

    example:
      stillwatch autonomy set observe
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.gate.client import ask
    from stillwatch.views.gate import AUTONOMY

    reply = ask(door.app().paths, AUTONOMY, level=level)
    if as_json:
        put_json(reply)
    else:
        put([line("autonomy is now ", (reply.level, "bold"), f": {MEANINGS[reply.level]}")])
    return 0


def read_standing(app: App) -> AutonomyView:
    """What the gate says; without one, what the configuration file sets. `gate`: whether one answered.

    Raises GateClosed where the gate may not be asked: what level holds is then not known.
    """
    from stillwatch.errors import NotReachable, StillwatchError
    from stillwatch.gate.client import GateClosed, ask
    from stillwatch.views.explain import AutonomyView
    from stillwatch.views.gate import STATUS

    ceiling = capped(app)
    silent = AutonomyView(
        gate=False,
        level=ceiling,
        ceiling=ceiling,
        paused=None,
        problem="",
        quarantine=[],
        ledger=[],
        trial=app.paths.trial,
    )
    try:
        return AutonomyView.of(ask(app.paths, STATUS, seconds=3.0))
    except GateClosed:
        raise
    except NotReachable as error:
        silent.why = str(error)
    except StillwatchError as error:
        silent.problem = str(error)
    return silent


def capped(app: App) -> Autonomy:
    """The ceiling of the configuration file; in a trial never above `suggest`."""
    level = app.config.autonomy
    return "suggest" if app.paths.trial and level in ("auto-safe", "auto-full") else level


def _set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("level", choices=tuple(MEANINGS), metavar="LEVEL", help=", ".join(MEANINGS))
    json_option(parser)


command = Group(
    help="""\
    Without a subcommand it shows it.

    examples:
      stillwatch autonomy
      stillwatch autonomy set auto-safe
    """,
    members={
        "show": Command(run=show_autonomy, arguments=json_option),
        "set": Command(run=set_autonomy, arguments=_set),
    },
    default="show",
)
