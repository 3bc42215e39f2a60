"""`stillwatch chat`: a conversation in the terminal, as a chat window has it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from typing import TYPE_CHECKING

from stillwatch.cli.global_options import door, me
from stillwatch.cli.parser import Command

if TYPE_CHECKING:
    from stillwatch.cli.chat_desk import Partner
    from stillwatch.records.chat import Message

LEAVES = frozenset(("exit", "quit", "bye", "ciao", "ende", ":q"))
PROMPT = "> "
MOST_SAID = 20


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
    return asyncio.run(_talk(read_only))


async def _talk(read_only: bool) -> int:
    from stillwatch.cli.chat_desk import partner

    async with partner(door.app(), me()) as other:
        return await converse(other, read_only=read_only)


async def converse(other: Partner, *, read_only: bool) -> int:
    """Until the input ends or somebody leaves."""
    from stillwatch.cli.terminal import write
    from stillwatch.records.chat import Message

    history: list[Message] = []
    while True:
        message = await asyncio.to_thread(_read, not sys.stdin.isatty())
        if message is None or message.strip().casefold() in LEAVES:
            return 0
        if not message.strip():
            continue
        said = await _answered(other, message, history[-MOST_SAID:], read_only)
        write("\n\n")
        history += [Message(role="user", content=message), Message(role="assistant", content=said)]


async def _answered(other: Partner, message: str, history: list[Message], read_only: bool) -> str:
    """One answer as it comes; Ctrl-C ends it, and the model with it."""
    from stillwatch.cli.terminal import ProgressLine, write
    from stillwatch.cli.text import harmless

    pieces: list[str] = []
    with ProgressLine() as progress:

        def say(piece: str) -> None:
            progress.stop()
            pieces.append(piece)
            write(harmless(piece))

        task = asyncio.ensure_future(other.turn(message, history, not read_only, say, progress))
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            write(" … stopped")
        finally:
            loop.remove_signal_handler(signal.SIGINT)
    return "".join(pieces)


def _read(alone: bool) -> str | None:
    """The next line; None at the end."""
    try:
        if not alone:
            return input(PROMPT)
        line = sys.stdin.readline()
        return line.rstrip("\n") if line else None
    except (EOFError, KeyboardInterrupt):
        return None


command = Command(run=chat, arguments=arguments, of_service=True)
