"""`stillwatch note`: something to remember."""

from __future__ import annotations

import argparse

from stillwatch.cli.global_options import door, me
from stillwatch.cli.parser import Command, json_option

LONGEST = 2000


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="what to remember, best in quotation marks")
    json_option(parser)


def note(*, text: list[str], as_json: bool) -> int:
    """It is kept with your name and the time.

    example:
      stillwatch note "backups run at 03:00 and make the disk busy for an hour"
    """
    from stillwatch.cli.terminal import line, put, put_json
    from stillwatch.errors import WrongUsage

    said = " ".join(text).strip()
    if not said:
        raise WrongUsage("the note is empty")
    if len(said) > LONGEST:
        raise WrongUsage(f"a note has at most {LONGEST} characters, this one has {len(said)}")
    door.app().service().note(said, me())
    if as_json:
        put_json({"noted": said, "by": me()})
    else:
        put([line("noted")])
    return 0


command = Command(run=note, arguments=arguments, of_service=True)
