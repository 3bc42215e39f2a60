"""`stillwatch incidents`: what is open, one of them in full, and putting one to rest."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door, me
from stillwatch.cli.parser import Command, Group, json_option

if TYPE_CHECKING:
    from stillwatch.records.incident import Incident


def list_incidents(*, as_json: bool) -> int:
    """List the incidents that are not resolved, the worst first.

    example:
      stillwatch incidents list --json
    """
    from stillwatch.cli.show.incident import incident_row
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.views.incident import IncidentView

    app = door.app()
    known = app.known().incidents()
    if as_json:
        put_json([IncidentView.of(incident) for incident in known])
    elif known:
        put([incident_row(incident, now=app.clock.now()) for incident in known])
    else:
        put([line("no incident is known; 'stillwatch check' looks now")])
    return 0


def show_incident(*, incident_id: str, svg: bool, as_json: bool) -> int:
    """Show one incident with all its evidence, the way it took and its history.

    examples:
      stillwatch incidents show 7
      stillwatch incidents show 7 --svg >path.svg
    """
    app = door.app()
    if svg:
        from stillwatch.cli.show.path import path_svg
        from stillwatch.cli.terminal import write
        from stillwatch.untrusted.for_terminal import harmless

        write(harmless(path_svg(app.known().incident(incident_id))))
        return 0
    _tell(app.known().incident(incident_id), as_json=as_json, now=app.clock.now())
    return 0


def close_incident(*, incident_id: str, as_json: bool) -> int:
    """Close an incident: somebody has dealt with it.

    example:
      stillwatch incidents close 7
    """
    app = door.app()
    _tell(app.known().close(incident_id, me()), as_json=as_json, now=app.clock.now())
    return 0


def mute(*, incident_id: str | None, rule: str | None, until: str, as_json: bool) -> int:
    """Say nothing more about an incident, or about a rule, for a while.

    examples:
      stillwatch incidents mute 7 --for 12h
      stillwatch incidents mute --rule oom-kill --until 2026-12-24T08:00
    """
    from stillwatch.cli import values
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import local_time
    from stillwatch.errors import WrongUsage
    from stillwatch.records.iso import iso
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.command import MutedView

    if (incident_id is None) == (rule is None):
        raise WrongUsage("mute either an incident by its ID or a rule with --rule")
    app = door.app()
    end = values.moment_ahead(until, now=app.clock.now(), option="--until")
    outcome = app.known().mute(incident_id=incident_id, rule=rule, until=end, by=me())
    if as_json:
        put_json(MutedView(incident_id, rule, iso(end)))
    else:
        put([line(one_line(outcome) or f"muted until {local_time(end)}")])
    return 0


def unmute(*, pattern: str | None, as_json: bool) -> int:
    """Tell again of an incident, or of what a rule notices. Without a word it lists what is muted.

    examples:
      stillwatch incidents unmute
      stillwatch incidents unmute 7
      stillwatch incidents unmute oom-kill
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import local_time
    from stillwatch.records.iso import iso
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.command import MuteView, UnmutedView

    service = door.app().service()
    if pattern is not None:
        outcome = service.unmute(pattern)
        if as_json:
            put_json(UnmutedView(pattern))
        else:
            put([line(one_line(outcome))])
        return 0
    mutes = service.mutes()
    if as_json:
        put_json([MuteView(one.pattern, iso(one.until) if one.until else None, one.by) for one in mutes])
        return 0
    for one in mutes:
        end = f"until {local_time(one.until)}" if one.until else "for ever"
        put([line((one_line(one.pattern), "bold"), f"  {end}, by {one_line(one.by, 40)}", hang=2)])
    if not mutes:
        put([line("nothing is muted")])
    return 0


def _tell(incident: Incident, *, as_json: bool, now: float) -> None:
    from stillwatch.cli.show.incident import incident_page
    from stillwatch.cli.terminal import put, put_json
    from stillwatch.views.incident import IncidentView

    if as_json:
        put_json(IncidentView.of(incident))
    else:
        put(incident_page(incident, now=now))


def _shown(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--svg", action="store_true", help="the way it took, as a drawing")
    _one(parser)


def _one(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("incident_id", metavar="ID", help="the incident's id, as the list shows it")
    json_option(parser)


def _unmute(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pattern", nargs="?", metavar="PATTERN", help="an incident's id, or what the list shows")
    json_option(parser)


def _mute(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("incident_id", nargs="?", metavar="ID", help="mute this incident")
    parser.add_argument("--rule", metavar="RULE", help="mute whatever this rule notices")
    parser.add_argument("--until", "--for", metavar="TIME", default="1d", help="12h, 2d or an ISO time (1d)")
    json_option(parser)


command = Group(
    help="""\
    Without a subcommand it lists them.

    examples:
      stillwatch incidents
      stillwatch incidents show 7
      stillwatch incidents mute --rule oom-kill --until 2d
    """,
    members={
        "list": Command(run=list_incidents, arguments=json_option, of_service=True),
        "show": Command(run=show_incident, arguments=_shown, of_service=True),
        "close": Command(run=close_incident, arguments=_one, of_service=True),
        "mute": Command(run=mute, arguments=_mute, of_service=True),
        "unmute": Command(run=unmute, arguments=_unmute, of_service=True),
    },
)
