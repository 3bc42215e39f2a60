"""Options that several commands share."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Journal = Annotated[
    str | None, typer.Option("--journal", metavar="DIR", help="Read the journal files in DIR instead of this host.")
]


def me() -> str:
    """The person at the terminal, for the history of what they did."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
