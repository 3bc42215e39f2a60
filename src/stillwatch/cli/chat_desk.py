"""`stillwatch chat`: the lines of a terminal, and whom it talks with: the daemon where one runs, else a desk here."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from stillwatch.chat.conversation import Conversation, Desk, Turn
from stillwatch.cli.terminal import ProgressLine, write
from stillwatch.reading.gather import Gathered
from stillwatch.records.chat import Message
from stillwatch.records.saying import Looking, Saying, Text
from stillwatch.service.one_pass import OnePass
from stillwatch.service.through_daemon import ThroughDaemon
from stillwatch.untrusted.for_terminal import harmless

if TYPE_CHECKING:
    from stillwatch.app import App

LEAVES = frozenset(("exit", "quit", "bye", "ciao", "ende", ":q"))
PROMPT = "> "
MOST_SAID = 20
SAID, SAID_CHARACTERS, MESSAGE_CHARACTERS = 8, 1_000, 8_000


class Partner(Protocol):
    def turn(self, message: str, history: Sequence[Message], may_order: bool) -> AsyncGenerator[Saying, None]:
        """Answer once: what happens as it happens."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Daemon:
    service: ThroughDaemon

    def turn(self, message: str, history: Sequence[Message], may_order: bool) -> AsyncGenerator[Saying, None]:
        mine = [one.content[:SAID_CHARACTERS] for one in history if one.role == "user"][-SAID:]
        mine_before = [{"role": "user", "content": content} for content in mine]
        return self.service.chat(message=message[:MESSAGE_CHARACTERS], history=mine_before, may_order=may_order)


@dataclass(kw_only=True)
class Here:
    """Looks around before each answer, since nobody has watched meanwhile."""

    service: OnePass
    conversation: Conversation
    known: Gathered
    by: str

    async def turn(self, message: str, history: Sequence[Message], may_order: bool) -> AsyncGenerator[Saying, None]:
        yield Looking("looking around")
        _, self.known = await self.service.look_around()
        turn = Turn(message=message, history=history, may_order=may_order, by=self.by)
        async with aclosing(self.conversation.turn(turn)) as answer:
            async for event in answer:
                yield event


@asynccontextmanager
async def partner(app: App, by: str) -> AsyncIterator[Partner]:
    """by: who talks. Models are brought up meanwhile: facts do not wait for them."""
    service = app.service()
    if isinstance(service, ThroughDaemon):
        yield Daemon(service=service)
        return
    parts = app.parts()
    nothing = Gathered(triggers=(), novel=(), units={}, sources=(), lines=0)
    async with parts.tiers(True) as tiers:
        desk = Desk(
            service=service,
            clock=app.clock,
            known=lambda: here.known,
            looks=parts.looks(None, None),
            writer=tiers.writer,
            small=lambda: None,
            gate=parts.gate,
            noted=service.noted,
            models=tiers.lines,
        )
        here = Here(service=service, conversation=Conversation(desk), known=nothing, by=by)
        starting = asyncio.ensure_future(tiers.start(lambda _: None))
        try:
            yield here
        finally:
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await starting


async def talk(app: App, by: str, *, read_only: bool) -> int:
    """A whole conversation on this terminal. by: who talks."""
    async with partner(app, by) as other:
        return await converse(other, read_only=read_only)


async def converse(other: Partner, *, read_only: bool) -> int:
    """Until the input ends or somebody leaves."""
    history: list[Message] = []
    while True:
        message = await (_typed() if sys.stdin.isatty() else asyncio.to_thread(_read))
        if message is None or message.strip().casefold() in LEAVES:
            return 0
        if not message.strip():
            continue
        answer = await _answered(other, message, history[-MOST_SAID:], read_only)
        write(harmless("\n\n"))
        history += [Message(role="user", content=message), Message(role="assistant", content=answer)]


async def _answered(other: Partner, message: str, history: list[Message], read_only: bool) -> str:
    """One answer as it comes; Ctrl-C ends it, and the model with it."""
    pieces: list[str] = []
    with ProgressLine() as progress:

        async def listen() -> None:
            async with aclosing(other.turn(message, history, not read_only)) as answer:
                async for event in answer:
                    match event:
                        case Looking(line):
                            progress(line)
                        case Text(text):
                            progress.stop()
                            pieces.append(text)
                            write(harmless(text))

        task = asyncio.ensure_future(listen())
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            write(harmless(" … stopped"))
        finally:
            loop.remove_signal_handler(signal.SIGINT)
    return "".join(pieces)


async def _typed() -> str | None:
    """The next line that a person types; None at the end, or where Ctrl-C is pressed twice."""
    for hint in ("\nCtrl-C again, Ctrl-D or `exit` leaves.\n", "\n"):
        line: asyncio.Future[str | None] = asyncio.Future()
        try:
            return await _next_line(line)
        except asyncio.CancelledError:
            if not line.cancelled():
                raise
            write(harmless(hint))
    return None


async def _next_line(line: asyncio.Future[str | None]) -> str | None:
    """Nothing waits in a thread, which Ctrl-C could not end: it cancels `line`."""
    loop, typed = asyncio.get_running_loop(), sys.stdin.fileno()

    def ready() -> None:
        if not line.done():
            line.set_result(_read())

    loop.add_reader(typed, ready)
    loop.add_signal_handler(signal.SIGINT, line.cancel)
    write(harmless(PROMPT))  # whoever sees it may press Ctrl-C
    try:
        return await line
    finally:
        loop.remove_reader(typed)
        loop.remove_signal_handler(signal.SIGINT)


def _read() -> str | None:
    """The next line; None at the end."""
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None
