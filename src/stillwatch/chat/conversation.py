"""A chat with the administrator: orders by an exact grammar, facts by code, and words by a model where one writes.

The history is the client's: edited, branched, replayed or forged. Only what the person wrote before is read of it, to
understand a follow-up; what an answer of ours said is never taken for a fact, and nothing in it is an order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from stillwatch.chat.chat_commands import READ_ONLY, ChatCommands, exact_order
from stillwatch.chat.chat_orders import ChatOrders
from stillwatch.chat.history import harmless_messages
from stillwatch.host.accounts import all_users
from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.reading.gather import Gathered
from stillwatch.records.chat import Answer, Failure, Message, Prompt, Thought, Usage
from stillwatch.records.incident import Evidence
from stillwatch.service.one_pass import Service
from stillwatch.think.attention import Attention
from stillwatch.think.context import prompt
from stillwatch.think.talk.answer import numbered
from stillwatch.think.talk.catalogue import router
from stillwatch.think.talk.orders import order_in
from stillwatch.think.talk.phrase import Phrased, Style, phrase
from stillwatch.think.talk.respond import Responded, respond
from stillwatch.think.talk.topic import Known
from stillwatch.untrusted.for_model import new_nonce, ours
from stillwatch.untrusted.for_page import CitationFilter, evidence_list
from stillwatch.untrusted.redact import redact
from stillwatch.views.gate import Say

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

Samples = Callable[[str, float, float], Sequence[tuple[float, float]]]
DEADLINE = 300.0
QUESTION_CHARACTERS = 8_000
MOST_HISTORY = 40
SIDE_SECONDS = 20.0
APPROVALS = frozenset(("wrong", "unit_down", "waiting", "incident"))
"""Topics whose answer ends with what waits for an approval."""


def hear_nothing(_: str) -> None:
    """For whoever does not want to hear of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What a conversation draws on, as app.py joins it.

    known: what is known of the host now; writer: the model that talks with people, or one phrase why there is none;
    small: a cheap model that can write a title, None where there is none; gate: see views.gate.Say;
    samples: metric, since, until → readings; metrics: the names there are; noted: what people told it;
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How an answer ended. finish: "stop" or "length"; by: the tier that wrote it, "rule" or "gate"."""

    usage: Usage = Usage()
    finish: str = "stop"
    by: str = "rule"
    evidence: tuple[Evidence, ...] = ()


class Conversation:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.orders = ChatCommands(service=desk.service, clock=desk.clock, gate=desk.gate)
        self._own_words = ChatOrders(commands=self.orders)

    async def turn(
        self,
        turn: Turn,
        say: Callable[[str], None],
        looking: Callable[[str], None] = hear_nothing,
        thinking: Callable[[str], None] = hear_nothing,
    ) -> Ended:
        """Answer one message.

        say: gets the pieces as they come; looking: a line for each thing that is looked at; thinking: what a reasoning
        model says to itself before it answers.
        """
        with self.desk.attention.given():
            return await self._turn(await asyncio.to_thread(_redacted, turn), say, looking, thinking)

    async def _turn(
        self,
        turn: Turn,
        say: Callable[[str], None],
        looking: Callable[[str], None],
        thinking: Callable[[str], None],
    ) -> Ended:
        exact = None if turn.continues else exact_order(turn.message)
        if exact is not None:
            _quote(await self.orders.carry_out(exact) if turn.may_order else READ_ONLY, (), say)
            return Ended(by="gate")
        known = self._known()
        order = None if turn.continues else order_in(turn.message, known.units)
        if order is not None:
            _quote(await self._own_words.carry_out(order, turn, known), known.evidence, say)
            return Ended(by="gate")
        return await self._answer(turn, known, say, looking, thinking)

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
            recent=self.desk.service.recent,
            samples=self.desk.samples,
            gate=self.orders.ask_gate,
            notes=self.desk.noted,
            mutes=lambda: [f"{one.pattern} ({one.by})" for one in self.desk.service.mutes()],
            models=self.desk.models(),
        )

    async def _answer(
        self,
        turn: Turn,
        known: Known,
        say: Callable[[str], None],
        looking: Callable[[str], None],
        thinking: Callable[[str], None],
    ) -> Ended:
        """Facts by code, at once; then what a model adds in its own words, as far as they stand."""
        model = self.desk.writer()
        writer = None if isinstance(model, str) else model
        before = [message.content for message in turn.history if message.role == "user"]
        responded = await respond(
            turn.message,
            before,
            known,
            looks=self.desk.looks,
            clock=self.desk.clock,
            users=all_users(),
            looking=looking,
            model=writer,
        )
        used = _quote(responded.text, responded.asking.evidence, say)
        phrased = Phrased()
        if writer is not None and responded.wants_words and used:
            phrased, more = await self._in_words(writer, turn, responded, say, thinking)
            used = tuple(dict.fromkeys([*used, *more]))
        say(evidence_list(used))
        told = turn.may_order and responded.topic is not None and responded.topic.name in APPROVALS
        if told and (waiting := await self.orders.waiting(known.incidents)):
            _quote(f"\n\n**Waits for your approval**\n{waiting}", (), say)
        finish = "length" if phrased.finish == "length" else "stop"
        return Ended(usage=phrased.usage, finish=finish, by="meta" if phrased.said else "rule", evidence=used)

    async def _in_words(
        self,
        model: ChatModel,
        turn: Turn,
        responded: Responded,
        say: Callable[[str], None],
        thinking: Callable[[str], None],
    ) -> tuple[Phrased, tuple[Evidence, ...]]:
        """What the model said that stands, and the evidence that it cites."""
        evidence = responded.asking.evidence
        words = CitationFilter((one.id for one in evidence), _after_a_blank_line(say))
        aside = CitationFilter((one.id for one in evidence), thinking)
        phrased = await phrase(
            model,
            turn.message,
            responded.text,
            evidence,
            nonce=new_nonce(),
            deadline=DEADLINE,
            say=words.hear,
            thinking=aside.hear,
            style=turn.style,
        )
        words.end()
        aside.end()
        by_id = {one.id: one for one in evidence}
        return phrased, tuple(by_id[name] for name in words.cited)


def _after_a_blank_line(say: Callable[[str], None]) -> Callable[[str], None]:
    """A paragraph of its own, once there is something to say."""
    begun = False

    def saying(piece: str) -> None:
        nonlocal begun
        say(piece if begun else f"\n\n{piece}")
        begun = True

    return saying


def _quote(text: str, evidence: Sequence[Evidence], say: Callable[[str], None]) -> tuple[Evidence, ...]:
    """Say a text that may hold words from outside; the evidence that it cites."""
    words = CitationFilter((one.id for one in evidence), say)
    words.hear(text)
    words.end()
    by_id = {one.id: one for one in evidence}
    return tuple(by_id[name] for name in words.cited)


def _redacted(turn: Turn) -> Turn:
    """Secrets that a person pastes go no further: not to the model, and so not back into an answer (R17).

    Each message is cut first, well behind what is used of it, so that no cut secret comes into use.
    """
    history = [replace(one, content=redact(one.content[:QUESTION_CHARACTERS])) for one in turn.history[-MOST_HISTORY:]]
    return replace(turn, message=redact(turn.message[:QUESTION_CHARACTERS]), history=history)
