"""`stillwatch check`: one read-only pass over the host."""

from __future__ import annotations

from typing import Annotated

import typer

from stillwatch.cli.everywhere import door
from stillwatch.cli.flags import AsJson, Journal

EXIT_CODES = {"healthy": 0, "attention": 1, "critical": 1, "unknown": 5}


def command(
    since: Annotated[
        str, typer.Option(metavar="TIME", help="How far back to read the journal: 15m, 1h, 2d or an ISO time.")
    ] = "1h",
    journal: Journal = None,
    log: Annotated[
        str | None, typer.Option(metavar="FILE", help="Read a log file (- for stdin), all of it, instead of this host.")
    ] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help="Rules alone: quick, and asks no model.")] = False,
    deadline: Annotated[float, typer.Option(metavar="SECONDS", help="By when it has to be done.")] = 60,
    as_json: AsJson = False,
) -> int:
    """Nothing is changed on the host, and nothing is proposed to the gate.

    Exit code: 0 healthy, 1 something needs attention, 5 it could not be established.

    \b
    Examples:
      stillwatch check
      stillwatch check --since 15m --no-model
      journalctl -o short-iso -b -1 | stillwatch check --log - --json
    """
    from stillwatch.cli import values
    from stillwatch.cli.show_report import show_report
    from stillwatch.cli.work import work

    values.journal_folder(journal)
    values.log_file(log)
    values.deadline(deadline)
    app = door.app()
    back = values.span_or_moment(since, now=app.clock.now())
    report = work(
        lambda progress: app.service().check(
            since=back, journal=journal, log=log, use_models=not no_model, deadline=deadline, progress=progress
        ),
        quiet=as_json,
    )
    show_report(report, as_json=as_json, now=app.clock.now())
    return EXIT_CODES[report.status]
