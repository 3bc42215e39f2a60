"""`stillwatch audit`: what was done, and whether the record of it is whole. Read-only, and needs no running gate."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, Group, json_option


def show_audit(*, after: int, as_json: bool) -> int:
    """Show the record from its beginning, or after a sequence number.

    example:
      stillwatch audit show --json --after 100 | jq 'select(.kind == "outcome")'
    """
    from stillwatch.cli.show.gate import audit_line
    from stillwatch.cli.terminal import put, put_json_line
    from stillwatch.host import auditanchors

    for record in auditanchors.show_audit(door.app().paths, after):
        if as_json:
            put_json_line(record)
        else:
            put([audit_line(record)])
    return 0


def verify_audit(*, journal: str | None, as_json: bool) -> int:
    """Check every record against the one before it and against the journal.

    exit code: 0 whole, 1 tampered with, 5 there is no record

    example:
      stillwatch audit verify
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import plural
    from stillwatch.host import auditanchors
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.command import AuditView

    found = auditanchors.verify_audit(door.app().paths, journal)
    if as_json:
        put_json(AuditView(found.whole, found.records, found.seq or None, found.problem, found.note))
    elif found.whole:
        note = f"; {one_line(found.note, 300)}" if found.note else ""
        put([line(("whole", "bold green"), f": {plural(found.records, 'record')}{note}")])
    else:
        put([line(("tampered with", "bold red"), f" at record {found.seq}: {one_line(found.problem, 400)}")])
    return 0 if found.whole else 1


def _show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--after", type=int, default=0, metavar="SEQ", help="only records beyond this number")
    json_option(parser)


def _verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--journal", metavar="DIR", help="compare with the journal files in DIR, not this host's")
    json_option(parser)


command = Group(
    help="""\
    Without a subcommand it shows it.

    examples:
      stillwatch audit
      stillwatch audit verify
    """,
    members={"show": Command(run=show_audit, arguments=_show), "verify": Command(run=verify_audit, arguments=_verify)},
    default="show",
)
