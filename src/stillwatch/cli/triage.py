"""`stillwatch triage`: logs in, triggers out, as they complete."""

from __future__ import annotations

from typing import Annotated

import typer

from stillwatch.cli.everywhere import door
from stillwatch.cli.flags import Journal


def command(
    log: Annotated[str | None, typer.Argument(metavar="[FILE|-]", help="A log file, or - for stdin.")] = None,
    journal: Journal = None,
    stats: Annotated[bool, typer.Option("--stats", help="Counts, rate and peak memory, on stderr.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON a trigger.")] = False,
) -> int:
    """Without a file or --journal it reads this host's journal.

    \b
    Examples:
      stillwatch triage /var/log/syslog
      journalctl -o short-iso -n 100000 | stillwatch triage - --json
      stillwatch triage --journal /mnt/backup/var/log/journal --stats
    """
    from stillwatch.cli import values
    from stillwatch.cli.json_out import put_json_line
    from stillwatch.cli.paper import put
    from stillwatch.cli.show_trigger import show_stats, trigger_row
    from stillwatch.records.render import trigger_json

    values.journal_folder(journal)
    values.log_file(log)
    app = door.app()
    run = app.service().triage(journal=journal, log=log)
    for trigger in run:
        if as_json:
            put_json_line(trigger_json(trigger))
        else:
            put([trigger_row(trigger, now=app.clock.now())])
    if stats:
        show_stats(run.lines, run.triggers, run.seconds, as_json=as_json)
    return 0
