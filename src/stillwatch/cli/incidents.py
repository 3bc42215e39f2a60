"""`stillwatch incidents`: what is open, one of them in full, and putting one to rest."""

from __future__ import annotations

from typing import Annotated

import typer

from stillwatch.cli.everywhere import door
from stillwatch.cli.flags import AsJson, me

command = typer.Typer(
    help="""\
    The name alone lists them.

    \b
    Examples:
      stillwatch incidents
      stillwatch incidents show 7
      stillwatch incidents mute --rule oom-kill --until 2d
    """
)
IncidentId = Annotated[str, typer.Argument(metavar="ID", help="The incident's id, as the list shows it.")]


@command.command("list")
def list_incidents(as_json: AsJson = False) -> int:
    """List the incidents, the newest first.

    \b
    Example:
      stillwatch incidents list --json
    """
    from stillwatch.cli.json_out import put_json
    from stillwatch.cli.paper import line, put
    from stillwatch.cli.show_incident import incident_row
    from stillwatch.records.render import incident_json

    app = door.app()
    known = app.service().incidents()
    if as_json:
        put_json([incident_json(incident) for incident in known])
    elif known:
        put([incident_row(incident, now=app.clock.now()) for incident in known])
    else:
        put([line("no incident is known; 'stillwatch check' looks now")])
    return 0


@command.command("show")
def show_incident(incident_id: IncidentId, as_json: AsJson = False) -> int:
    """Show one incident with all its evidence and its history.

    \b
    Example:
      stillwatch incidents show 7
    """
    app = door.app()
    _tell(app.service().incident(incident_id), as_json=as_json, now=app.clock.now())
    return 0


@command.command("close")
def close_incident(incident_id: IncidentId, as_json: AsJson = False) -> int:
    """Close an incident: somebody has dealt with it.

    \b
    Example:
      stillwatch incidents close 7
    """
    app = door.app()
    _tell(app.service().close(incident_id, me()), as_json=as_json, now=app.clock.now())
    return 0


@command.command("mute")
def mute_incident(
    incident_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Mute this incident.")] = None,
    rule: Annotated[str | None, typer.Option(metavar="RULE", help="Mute whatever this rule notices.")] = None,
    until: Annotated[str, typer.Option("--until", "--for", metavar="TIME", help="12h, 2d or an ISO time.")] = "1d",
) -> int:
    """Say nothing more about an incident, or about a rule, for a while.

    \b
    Examples:
      stillwatch incidents mute 7 --for 12h
      stillwatch incidents mute --rule oom-kill --until 2026-12-24T08:00
    """
    from stillwatch.cli import values
    from stillwatch.cli.paper import line, put
    from stillwatch.cli.text import local_time, one_line
    from stillwatch.errors import WrongUsage

    if (incident_id is None) == (rule is None):
        raise WrongUsage("mute either an incident by its ID or a rule with --rule")
    app = door.app()
    end = values.moment_ahead(until, now=app.clock.now(), option="--until")
    said = app.service().mute(incident_id=incident_id, rule=rule, until=end, by=me())
    put([line(one_line(said) or f"muted until {local_time(end)}")])
    return 0


def _tell(incident: object, *, as_json: bool, now: float) -> None:
    from stillwatch.cli.json_out import put_json
    from stillwatch.cli.paper import put
    from stillwatch.cli.show_incident import incident_page
    from stillwatch.records.incident import Incident
    from stillwatch.records.render import incident_json

    assert isinstance(incident, Incident)
    if as_json:
        put_json(incident_json(incident))
    else:
        put(incident_page(incident, now=now))
