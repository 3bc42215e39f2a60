"""A chat with the administrator: orders by an exact grammar, facts by code, and words by a model where one writes.

The history is the client's: edited, branched, replayed or forged. Only what the person wrote before is read of it, to
understand a follow-up; what an answer of ours said is never taken for a fact, and nothing in it is an order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field, replace
from typing import cast

from stillwatch.chat.chat_commands import READ_ONLY, ChatCommands, exact_order
from stillwatch.chat.chat_orders import ChatOrders
from stillwatch.chat.history import harmless_messages
from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.reading.gather import Gathered
from stillwatch.records.chat import Answer, Failure, Message, Prompt, Thought
from stillwatch.records.incident import Evidence
from stillwatch.records.saying import Citation, Ended, Hear, Saying, Text
from stillwatch.records.trigger import Trigger
from stillwatch.service.answering import Answering, Question
from stillwatch.service.service import Service
from stillwatch.think.attention import Attention
from stillwatch.think.context import prompt
from stillwatch.think.talk.answer import numbered
from stillwatch.think.talk.catalogue import router
from stillwatch.think.talk.orders import order_in
from stillwatch.think.talk.phrase import Style
from stillwatch.think.talk.pronouns import spelled_out
from stillwatch.think.talk.topic import Known
from stillwatch.untrusted.echo import with_quotations
from stillwatch.untrusted.for_model import ours
from stillwatch.untrusted.for_page import CitationFilter, evidence_list
from stillwatch.untrusted.redact import redact
from stillwatch.views.gate import Say

Samples = Callable[[str, float, float], Sequence[tuple[float, float]]]
DEADLINE = 300.0
QUESTION_CHARACTERS = 8_000
MOST_HISTORY = 40
SIDE_SECONDS = 20.0
APPROVALS = frozenset(("wrong", "unit_down", "waiting", "incident"))
"""Topics whose answer ends with what waits for an approval."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What a conversation draws on, as app.py joins it.

    known: what is known of the host now; writer: the model that talks with people, or one phrase why there is none;
    small: a cheap model that can write a title, None where there is none; gate: see views.gate.Say;
    samples: metric, since, until → readings; metrics: the names there are; hear: takes what others saw of
    this host, None where nobody watches; noted: what people told it;
    models: a line for each tier; attention: shared with whoever else thinks.
    """

    service: Service
    clock: Clock
    known: Callable[[], Gathered]
    looks: LookTools | None
    writer: Callable[[], ChatModel | str]
    small: Callable[[], ChatModel | None]
    gate: Say | None = None
    samples: Samples | None = None
    metrics: Callable[[], Sequence[str]] | None = None
    hear: Callable[[Sequence[Trigger]], None] | None = None
    noted: Callable[[], Sequence[str]] = tuple
    models: Callable[[], Sequence[str]] = tuple
    attention: Attention = field(default_factory=Attention)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message of a person. history: what the client says was said before; by: who asks, for the history.

    continues: the client wants the last answer carried on, so the message is no order whatever it says.
    """

    message: str
    history: Sequence[Message] = ()
    style: Style = field(default_factory=Style)
    may_order: bool = True
    continues: bool = False
    by: str = "chat"


class Conversation:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.orders = ChatCommands(service=desk.service, clock=desk.clock, gate=desk.gate)
        self._own_words = ChatOrders(commands=self.orders)

    async def turn(self, turn: Turn) -> AsyncGenerator[Saying, None]:
        """Answer one message: what happens as it happens, `Ended` as the last. Closed, it stops all work for it."""
        heard = asyncio.Queue[Saying | None]()

        async def work() -> None:
            try:
                with self.desk.attention.given():
                    clean = await asyncio.to_thread(_redacted, turn)
                    heard.put_nowait(await self._turn(clean, heard.put_nowait))
            finally:
                heard.put_nowait(None)

        working = asyncio.create_task(work())
        try:
            while (event := await heard.get()) is not None:
                yield event
            await working
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _turn(self, turn: Turn, hear: Hear) -> Ended:
        exact = None if turn.continues else exact_order(turn.message)
        if exact is not None:
            _quote(await self.orders.carry_out(exact) if turn.may_order else READ_ONLY, (), hear)
            return Ended(by="gate")
        known = self._known()
        said = [message.content for message in turn.history if message.role == "user"]
        words = spelled_out(turn.message, said[-1] if said else "", known.units)
        order = None if turn.continues else order_in(words, known.units)
        if order is not None:
            _quote(await self._own_words.carry_out(order, turn, known), known.evidence, hear)
            return Ended(by="gate")
        return await self._answer(turn, known, hear)

    async def warm(self) -> None:
        """Have the catalogue read, and the model what every answer begins with, so that the first does not wait."""
        await asyncio.to_thread(router)
        model = self.desk.writer()
        if isinstance(model, str):
            return
        opening = [Prompt(role="system", content=prompt("converse")), Prompt(role="user", content=ours("…"))]
        await self.desk.attention.unless_taken(model.chat(opening, max_tokens=1, deadline=DEADLINE))

    async def side(self, messages: Sequence[Message], style: Style, say: Callable[[str], None]) -> Ended | Failure:
        """What a chat window wants beside the chat: a small model alone, without tools, evidence or orders."""
        model = self.desk.small()
        if model is None:
            return Failure(reason="off", detail="no small model that writes is up")
        kept = await asyncio.to_thread(harmless_messages, messages)
        stream = model.stream(
            kept, max_tokens=style.max_tokens, temperature=style.temperature, stop=style.stop, deadline=SIDE_SECONDS
        )
        outcome: Answer | Failure = Failure(reason="garbage", detail="the stream ended without an answer")
        async with aclosing(cast("AsyncGenerator[str | Thought | Answer | Failure, None]", stream)) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    say(piece)
                elif not isinstance(piece, Thought):
                    outcome = piece
        if isinstance(outcome, Failure):
            return outcome
        return Ended(usage=outcome.usage, finish=outcome.finish, by="trigger")

    def _known(self) -> Known:
        """What there is to draw on now."""
        gathered = self.desk.known()
        incidents, evidence = numbered(self.desk.service.incidents())
        return Known(
            units=gathered.units,
            sources=gathered.sources,
            incidents=incidents,
            evidence=evidence,
            recent=lambda most: [with_quotations(one) for one in self.desk.service.recent(most)],
            samples=self.desk.samples,
            gate=self.orders.ask_gate,
            notes=self.desk.noted,
            mutes=lambda: [f"{one.pattern} ({one.by})" for one in self.desk.service.mutes()],
            models=self.desk.models(),
        )

    async def _answer(self, turn: Turn, known: Known, hear: Hear) -> Ended:
        """As for `ask`, then what it rests on, and what waits for an approval."""
        writer = self.desk.writer()
        answering = Answering(
            known=known,
            looks=self.desk.looks,
            clock=self.desk.clock,
            words=CitationFilter,
            writing=lambda: nullcontext(writer),
            chooser=None if isinstance(writer, str) else writer,
        )
        before = [message.content for message in turn.history if message.role == "user"]
        used = list[Evidence]()

        def noting(event: Saying) -> None:
            if isinstance(event, Citation):
                used.append(event.evidence)
            hear(event)

        question = Question(text=turn.message, before=before, style=turn.style, deadline=DEADLINE)
        responded, ended = await answering.answer(question, noting)
        hear(Text(evidence_list(used)))
        to_approve = turn.may_order and responded.topic is not None and responded.topic.name in APPROVALS
        if to_approve and (waiting := await self.orders.waiting(known.incidents)):
            _quote(f"\n\n**Waits for your approval**\n{waiting}", (), hear)
        return ended


def _quote(text: str, evidence: Sequence[Evidence], hear: Hear) -> None:
    """Say a text that may hold words from outside."""
    words = CitationFilter((one.id for one in evidence), lambda piece: hear(Text(piece)))
    words.hear(text)
    words.end()


def _redacted(turn: Turn) -> Turn:
    """Secrets that a person pastes go no further: not to the model, and so not back into an answer (R17).

    Each message is cut first, well behind what is used of it, so that no cut secret comes into use.
    """
    history = [replace(one, content=redact(one.content[:QUESTION_CHARACTERS])) for one in turn.history[-MOST_HISTORY:]]
    return replace(turn, message=redact(turn.message[:QUESTION_CHARACTERS]), history=history)
