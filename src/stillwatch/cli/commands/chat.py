"""`stillwatch chat`: a conversation in the terminal, as a chat window has it."""

from __future__ import annotations

import argparse
import sys

from stillwatch.cli.global_options import door, me
from stillwatch.cli.parser import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--read-only", action="store_true", help="answers alone: no orders, no proposals")


def chat(*, read_only: bool) -> int:
    """Ask and order in plain words; answers name their evidence. Ctrl-C stops an answer, Ctrl-D or 'exit' leaves.

    Facts are code's, with or without a model. An order proposes what it names, and the gate decides: 'restart nginx'.
    Follow-ups are understood: 'and since when?', 'the second one'. Lines on a pipe are answered one after the other.

    examples:
      stillwatch chat
      echo "what is wrong?" | stillwatch chat
    """
    if sys.stdin.isatty():
        import readline  # noqa: F401  (history and editing of the line)
    import asyncio

    from stillwatch.cli.chat_desk import talk

    return asyncio.run(talk(door.app(), me(), read_only=read_only))


command = Command(run=chat, arguments=arguments, of_service=True)
