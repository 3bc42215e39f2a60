"""Options that several commands share, and who it is that gives them."""

from __future__ import annotations

import argparse


def journal(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--journal", metavar="DIR", help="read the journal files in DIR instead of this host")


def no_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-model", action="store_true", help="rules alone: quick, and asks no model")


def deadline(parser: argparse.ArgumentParser, seconds: float) -> None:
    parser.add_argument(
        "--deadline", type=float, default=seconds, metavar="SECONDS", help=f"by when it has to be done ({seconds:g})"
    )


def me() -> str:
    """The person at the terminal, for the history of what they did."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
