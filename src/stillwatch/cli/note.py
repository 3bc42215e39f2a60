"""`stillwatch note`: something to remember."""

from __future__ import annotations

from typing import Annotated

import typer

from stillwatch.cli.everywhere import door
from stillwatch.cli.flags import me

LONGEST = 2000


def command(text: Annotated[str, typer.Argument(help="What to remember, in quotation marks.")]) -> int:
    """It is kept with your name and the time, and shown to the models as what you said.

    \b
    Example:
      stillwatch note "backups run at 03:00 and make the disk busy for an hour"
    """
    from stillwatch.cli.paper import line, put
    from stillwatch.errors import WrongUsage

    if not text.strip():
        raise WrongUsage("the note is empty")
    if len(text) > LONGEST:
        raise WrongUsage(f"a note has at most {LONGEST} characters, this one has {len(text)}")
    door.app().service().note(text, me())
    put([line("noted")])
    return 0
