"""`stillwatch status`: what was last known, without looking again."""

from __future__ import annotations

from stillwatch.cli.commands.check import EXIT_CODES
from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option


def status(*, as_json: bool) -> int:
    """It reads nothing again; 'stillwatch check' does.

    exit code: 0 healthy, 1 something needs attention, 5 nothing is known

    example:
      stillwatch status --json
    """
    from stillwatch.cli.show.report import show_report
    from stillwatch.cli.terminal import work

    app = door.app()
    report = work(lambda _: app.known().status(), quiet=as_json)
    show_report(report, as_json=as_json, now=app.clock.now())
    return EXIT_CODES[report.status]


command = Command(run=status, arguments=json_option, of_service=True)
