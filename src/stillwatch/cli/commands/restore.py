"""`stillwatch restore`: a backup put in the place of today's state."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option


def restore(*, file: str, as_json: bool) -> int:
    """Put the state of a backup in the place of today's, which is kept beside it. Daemon and gate must not run.

    Everything in the backup is checked first, the chain of the audit record too; where something is wrong, nothing is
    changed.

    example:
      systemctl stop stillwatch stillwatch-gate
      stillwatch restore /root/stillwatch.tar.gz
    """
    from pathlib import Path

    from stillwatch.admin.restore import restore as put_back
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.cli.text import plural
    from stillwatch.views.command import RestoredView

    app = door.app(ignore_config=True)
    done = put_back(app.paths, Path(file), now=app.clock.now())
    aside = {part: str(path) for part, path in done.aside.items()}
    if as_json:
        put_json(RestoredView(files=done.files, audit_records=done.records, aside=aside))
        return 0
    put([line(f"restored {plural(done.files, 'file')} and {plural(done.records, 'audit record')}")])
    put([line(f"what was there before: {path}") for path in aside.values()])
    if app.paths.as_service:
        put([line("next: ", ("systemctl start stillwatch-gate stillwatch", "bold"))])
    return 0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what 'stillwatch backup' wrote")
    json_option(parser)


command = Command(run=restore, arguments=_arguments, of_service=True)
