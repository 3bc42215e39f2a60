"""Whom `stillwatch chat` talks with: the daemon where one runs, else a desk of its own over this host."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from stillwatch.chat.conversation import Conversation, Desk, Turn
from stillwatch.reading.gather import Gathered
from stillwatch.records.chat import Message
from stillwatch.service.one_pass import Service
from stillwatch.service.through_daemon import ThroughDaemon

if TYPE_CHECKING:
    from stillwatch.app import App

SAID, SAID_CHARACTERS, MESSAGE_CHARACTERS = 8, 1_000, 8_000
Hear = Callable[[str], None]


class Partner(Protocol):
    async def turn(self, message: str, history: Sequence[Message], may_order: bool, say: Hear, looking: Hear) -> None:
        """Answer once; the pieces go to `say`, what is looked at to `looking`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Daemon:
    service: ThroughDaemon

    async def turn(self, message: str, history: Sequence[Message], may_order: bool, say: Hear, looking: Hear) -> None:
        mine = [one.content[:SAID_CHARACTERS] for one in history if one.role == "user"][-SAID:]
        said = [{"role": "user", "content": content} for content in mine]
        request = {"message": message[:MESSAGE_CHARACTERS], "history": said, "may_order": may_order}
        await self.service.chat(request, {"say": say, "progress": looking})


@dataclass(kw_only=True)
class Here:
    """Looks around before each answer, since nobody has watched meanwhile."""

    service: Service
    conversation: Conversation
    known: Gathered
    by: str

    async def turn(self, message: str, history: Sequence[Message], may_order: bool, say: Hear, looking: Hear) -> None:
        looking("looking around")
        _, self.known = await self.service.look_around()
        turn = Turn(message=message, history=history, may_order=may_order, by=self.by)
        await self.conversation.turn(turn, say, looking)


@asynccontextmanager
async def partner(app: App, by: str) -> AsyncIterator[Partner]:
    """by: who talks. Models are brought up meanwhile: facts do not wait for them."""
    service = app.service()
    if isinstance(service, ThroughDaemon):
        yield Daemon(service=service)
        return
    rooms = app.rooms()
    nothing = Gathered(triggers=(), novel=(), units={}, sources=(), lines=0)
    async with rooms.tiers(True) as tiers:
        desk = Desk(
            service=service,
            clock=app.clock,
            known=lambda: here.known,
            looks=rooms.looks(None, None),
            writer=tiers.writer,
            small=lambda: None,
            gate=rooms.gate,
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
