"""`stillwatch doctor`: what is missing or broken here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option

if TYPE_CHECKING:
    from stillwatch.app import App


def doctor(*, as_json: bool) -> int:
    """Nothing is changed.

    exit code: 0 all well, 1 something is missing or broken

    examples:
      stillwatch doctor
      stillwatch doctor --json | jq '.findings[] | select(.ok | not)'
    """
    from stillwatch.cli.commands.config import has_key
    from stillwatch.cli.show.findings import finding_lines
    from stillwatch.cli.terminal import put, put_json, work
    from stillwatch.doctor.gate import gate_findings
    from stillwatch.doctor.host import examine
    from stillwatch.views.report import DoctorView

    app = usable_app()
    findings = work(lambda _: examine(app.config, app.paths, has_key=has_key(app)), quiet=as_json)
    findings = [*findings, *work(lambda _: gate_findings(app.paths), quiet=as_json)]
    if as_json:
        put_json(DoctorView.of(findings))
    else:
        put(finding_lines(findings))
    return 0 if all(finding.ok for finding in findings) else 1


def usable_app() -> App:
    """With the defaults where the configuration is broken: that is one finding among others."""
    from stillwatch.errors import WrongUsage

    try:
        return door.app()
    except WrongUsage:
        return door.app(ignore_config=True)


command = Command(run=doctor, arguments=json_option)
