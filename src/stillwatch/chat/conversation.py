"""A chat with the administrator: what is wanted, what is known, what is looked at, and an answer with its evidence.

The history is the client's: edited, branched, replayed or forged. Only the words of user and assistant messages reach
the model, as text; nothing in it is an order, and nothing in it is remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

from stillwatch.chat.chat_commands import READ_ONLY, ChatCommands, Say, exact_order
from stillwatch.chat.history import fitting, harmless_messages
from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.reading.gather import Gathered
from stillwatch.records.chat import Answer, Failure, Message, Thought, Usage
from stillwatch.records.incident import Evidence, Incident
from stillwatch.service.one_pass import Service
from stillwatch.think.attention import Attention
from stillwatch.think.context import new_nonce, prompt
from stillwatch.think.talk.answer import by_rules, numbered
from stillwatch.think.talk.chat_facts import facts, first_looks, units_for
from stillwatch.think.talk.converse import UNCITED, UNSHOWN, Style, Talk, beginning, converse, total
from stillwatch.think.talk.intent import Wish, understand
from stillwatch.think.talk.think_tags import ThinkTagFilter
from stillwatch.untrusted.for_page import CitationFilter, evidence_list
from stillwatch.untrusted.redact import redact

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

Samples = Callable[[str, float, float], Sequence[tuple[float, float]]]
DEADLINE = 300.0
WISH_SECONDS = 120.0
QUESTION_CHARACTERS = 8_000
SIDE_SECONDS = 20.0
UNDERSTOOD = "until one can, only `approve ID CODE`, `reject ID` and `pause` are understood as orders"
GREETING = "I am here, and I watch this host."


def hear_nothing(_: str) -> None:
    """For whoever does not want to hear of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What a conversation draws on, as app.py joins it.

    known: what is known of the host now; writer: the model that talks with people, or one phrase why there is none;
    small: a cheap model that can write a title, None where there is none; gate: see orders.Say;
    samples: metric, since, until → readings; metrics: the names there are; noted: what people told it;
    attention: shared with whoever else thinks.
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
        order = None if turn.continues else exact_order(turn.message)
        if order is not None:
            _quote(await self.orders.carry_out(order) if turn.may_order else READ_ONLY, (), say)
            return Ended(by="gate")
        incidents, evidence = numbered(self.desk.service.incidents())
        model = self.desk.writer()
        if isinstance(model, str):
            why = f"no model can answer (meta: {model}); {UNDERSTOOD}"
            return await self._by_rules(turn, incidents, evidence, why, say, Usage())
        wish = await self._wish(model, turn, incidents)
        if isinstance(wish, Failure):
            return await self._by_rules(
                turn, incidents, evidence, f"the model gave no answer ({wish.reason})", say, wish.usage
            )
        if wish.kind != "answer":
            _quote(await self._granted(wish, turn, incidents), evidence, say)
            return Ended(usage=wish.usage, by="meta" if wish.kind == "social" else "gate")
        return await self._answer(model, turn, incidents, evidence, wish, say, looking, thinking)

    async def warm(self) -> None:
        """Have the model read what every question begins with, so that the first one does not wait for it."""
        model = self.desk.writer()
        if isinstance(model, str):
            return
        for system in (prompt("wish"), beginning(self.desk.looks)):
            opening = [Message(role="system", content=system), Message(role="user", content="…")]
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

    async def _wish(self, model: ChatModel, turn: Turn, incidents: Sequence[Incident]) -> Wish | Failure:
        if turn.continues:
            return Wish()
        before = [message.content for message in turn.history if message.role == "user"]
        now = self.desk.clock.now()
        return await understand(model, turn.message, before, incidents, now=now, deadline=WISH_SECONDS)

    async def _granted(self, wish: Wish, turn: Turn, incidents: Sequence[Incident]) -> str:
        if wish.kind == "social":
            return wish.words or GREETING
        if wish.kind == "consent":
            return await self.orders.consent(incidents)
        if not turn.may_order:
            return READ_ONLY
        if wish.kind == "fix":
            return await self.orders.fix(incidents, wish.incident)
        if wish.kind == "undo":
            return await self.orders.undo()
        return self.orders.mute(incidents, wish.incident, wish.hours, turn.by)

    async def _answer(
        self,
        model: ChatModel,
        turn: Turn,
        incidents: Sequence[Incident],
        evidence: tuple[Evidence, ...],
        wish: Wish,
        say: Callable[[str], None],
        looking: Callable[[str], None],
        thinking: Callable[[str], None],
    ) -> Ended:
        known = self.desk.known()
        talk = Talk(
            model=model,
            looks=self.desk.looks,
            clock=self.desk.clock,
            incidents=incidents,
            evidence=evidence,
            units=units_for(turn.message, incidents, known.units),
            facts=[*facts(turn.message, known.units, known.sources), *_waiting(incidents), *self.desk.noted()],
            history=fitting(turn.history),
            first=first_looks(wish.about, turn.message, known.units),
        )
        words = CitationFilter((one.id for one in evidence), say)
        aside = CitationFilter((one.id for one in evidence), thinking)
        pieces = ThinkTagFilter(words.hear, aside.hear)
        said = await converse(
            talk,
            turn.message,
            nonce=new_nonce(),
            deadline=DEADLINE,
            say=pieces.hear,
            looking=looking,
            thinking=aside.hear,
            seen=lambda one: words.know([one.id]),
            style=turn.style,
        )
        pieces.end()
        aside.end()
        words.end()
        usage = total(wish.usage, said.usage)
        if isinstance(said.answer, Failure):
            why = f"the model gave no whole answer ({said.answer.reason})"
            return await self._by_rules(turn, incidents, evidence, why, say, usage)
        by_id = {one.id: one for one in said.evidence}
        used = tuple(by_id[name] for name in words.cited)
        if not used:
            say(f"\n\n({_sentence(UNCITED if said.basis else UNSHOWN)})")
        used = used or said.basis
        say(evidence_list(used))
        return Ended(usage=usage, finish=said.answer.finish, by="meta", evidence=used)

    async def _by_rules(
        self,
        turn: Turn,
        incidents: Sequence[Incident],
        evidence: Sequence[Evidence],
        why: str,
        say: Callable[[str], None],
        usage: Usage,
    ) -> Ended:
        """What the rules know, whatever was asked, and how to approve what waits."""
        known = self.desk.known()
        used = _quote(by_rules(turn.message, incidents, known.units, known.sources), evidence, say)
        say(evidence_list(used))
        if turn.may_order and (waiting := await self.orders.waiting(incidents)):
            _quote(f"\n\n**Waits for your approval**\n{waiting}", (), say)
        say(f"\n\n({_sentence(f'{why}; this is from the rules alone')})")
        return Ended(usage=usage, by="rule", evidence=used)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


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
    history = [replace(one, content=redact(one.content[:QUESTION_CHARACTERS])) for one in turn.history]
    return replace(turn, message=redact(turn.message[:QUESTION_CHARACTERS]), history=history)


def _waiting(incidents: Sequence[Incident]) -> list[str]:
    return [
        f"{one.proposal_id} waits for the owner's approval: {one.proposal.action} {one.proposal.target} ({one.id})"
        for one in incidents
        if one.proposal_id and one.state == "waiting" and one.proposal is not None
    ]
