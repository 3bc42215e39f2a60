"""`stillwatch doctor`: what is missing or broken here."""

from __future__ import annotations

from stillwatch.cli.everywhere import door
from stillwatch.cli.parser import Command, json_option


def doctor(*, as_json: bool) -> int:
    """Nothing is changed.

    exit code: 0 all well, 1 something is missing or broken

    examples:
      stillwatch doctor
      stillwatch doctor --json | jq '.findings[] | select(.ok | not)'
    """
    from stillwatch.cli.paper import put, put_json, work
    from stillwatch.cli.show_findings import finding_lines
    from stillwatch.doctor import examine
    from stillwatch.records.render_report import findings_json

    app = door.app()
    findings = work(lambda _: examine(app.config, app.places), quiet=as_json)
    findings = [*findings, *work(lambda _: app.gate_findings(), quiet=as_json)]
    if as_json:
        put_json(findings_json(findings))
    else:
        put(finding_lines(findings))
    return 0 if all(finding.ok for finding in findings) else 1


command = Command(run=doctor, arguments=json_option)
