"""`stillwatch resume`: go on after a pause, or lift a quarantine."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door
from stillwatch.cli.parser import Command, json_option


def resume(*, target: str | None, as_json: bool) -> int:
    """Without a name, the pause ends. With a unit's name, only the quarantine of that unit is lifted.

    examples:
      stillwatch resume
      stillwatch resume nginx.service
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.gate.client import ask
    from stillwatch.untrusted.for_terminal import one_line
    from stillwatch.views.gate import RELEASE, RESUME

    paths = door.app().paths
    reply = ask(paths, RESUME) if target is None else ask(paths, RELEASE, target=target)
    if as_json:
        put_json(reply)
    elif target is None:
        put([line("resumed: what the policy allows may run again")])
    else:
        put([line(f"{one_line(target, 200)} is out of quarantine")])
    return 0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", metavar="UNIT", help="lift the quarantine of this unit only")
    json_option(parser)


command = Command(run=resume, arguments=_arguments)
