"""The answer by code: understand, look, say what is so; where nothing is understood, say that and what was near."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from stillwatch.ports import ChatModel, Clock, LookTools
from stillwatch.records.chat import Answer, Prompt
from stillwatch.think.context import prompt
from stillwatch.think.schemas import choice, closed
from stillwatch.think.talk.bearing import is_spoken
from stillwatch.think.talk.catalogue import catalogue
from stillwatch.think.talk.named import alike
from stillwatch.think.talk.parts import parts_of
from stillwatch.think.talk.topic import Asking, Known, Topic, Words
from stillwatch.think.talk.topics.outside import OUTSIDE
from stillwatch.think.talk.understand import MOST_CHARACTERS, Understood, by_itself, understand
from stillwatch.untrusted.for_model import filled, harmless, joined, ours

ROUTE_TOKENS: Final = 24
ROUTE_SECONDS: Final = 20.0
QUESTION_CHARACTERS: Final = 600
OFFERED: Final = 12
NEAR: Final = 0.05
PERHAPS: Final = 0.2
EMPTY: Final = Words(
    en="You wrote nothing. Ask me something about this host, or write `help`.",
    de="Sie haben nichts geschrieben. Fragen Sie etwas über diesen Host, oder schreiben Sie `hilfe`.",
    fr="Vous n'avez rien écrit. Posez une question sur cet hôte, ou écrivez `aide`.",
    es="No ha escrito nada. Pregunte algo sobre este equipo o escriba `ayuda`.",
)
DID_YOU_MEAN: Final = Words(
    en="I am not sure what you mean. Did you ask about: {topics}? Say it with one of these words, or write `help`.",
    de="Ich bin nicht sicher, was gemeint ist. Geht es um: {topics}? Bitte mit einem dieser Wörter fragen, oder `hilfe` schreiben.",
    fr="Je ne suis pas sûr de comprendre. S'agit-il de : {topics} ? Dites-le avec un de ces mots, ou écrivez `aide`.",
    es="No estoy seguro de lo que quiere decir. ¿Se refiere a: {topics}? Dígalo con una de estas palabras o escriba `ayuda`.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Responded:
    """asking: with what was said and found; topic: what it was about, None where that is not clear."""

    asking: Asking
    topic: Topic | None
    understood: Understood

    @property
    def text(self) -> str:
        return self.asking.text()

    @property
    def wants_words(self) -> bool:
        """Whether a model may add to it: the topic is one that wants explaining."""
        return self.topic is not None and self.topic.explains


async def respond(
    question: str,
    before: Sequence[str],
    known: Known,
    *,
    looks: LookTools | None,
    clock: Clock,
    users: Collection[str] = (),
    looking: Callable[[str], None] = lambda _: None,
    model: ChatModel | None = None,
) -> Responded:
    """model: asked which of the catalogue's topics is meant where the words do not tell; it chooses and says nothing."""
    one = partial(_respond, known=known, looks=looks, clock=clock, users=users, looking=looking, model=model)
    head = question[:MOST_CHARACTERS]
    pieces = parts_of(head, partial(by_itself, units=known.units, now=clock.now(), users=users))
    if len(pieces) == 1:
        return await one(question, before)
    responded = await one(pieces[0], before)
    for number, piece in enumerate(pieces[1:], 1):
        responded = await one(piece, (*before, *pieces[:number]), after=responded.asking)
    return responded


async def _respond(
    question: str,
    before: Sequence[str],
    *,
    known: Known,
    looks: LookTools | None,
    clock: Clock,
    users: Collection[str],
    looking: Callable[[str], None],
    model: ChatModel | None,
    after: Asking | None = None,
) -> Responded:
    """To one question; after: what was said to the pieces of it before this one."""
    understood = understand(question, before, known.units, now=clock.now(), users=users)
    asking = _asking(understood, known, looks, clock, looking, after)
    if not question.strip():
        asking.say(EMPTY)
        return Responded(asking=asking, topic=None, understood=understood)
    if understood.topic is None and model is not None and (understood.near or is_spoken(question)):
        looking("asking the model what is meant")
        understood = replace(understood, topic=await chosen(understood, model))
    if understood.topic is None and understood.near and _about_a_unit(understood, known):
        understood = replace(understood, topic=catalogue()["unit_state"])
    if understood.row and understood.before is not None:
        understood = await _row_meant(understood, known, looks, clock)
        asking = _asking(understood, known, looks, clock, looking, after)
    if understood.topic is None:
        _not_understood(asking, understood)
    else:
        await understood.topic.answer(asking)
        asking.own_up(whole=understood.topic.whole)
    return Responded(asking=asking, topic=understood.topic, understood=understood)


def _about_a_unit(understood: Understood, known: Known) -> bool:
    """It names one, or one that this host has not: then that is the answer."""
    named = understood.named
    near = {topic.name for topic, score in understood.near[:3] if score >= PERHAPS}
    return bool(named.units or alike(named.unknown, known.units, 1) or (named.unknown and "unit_state" in near))


async def chosen(understood: Understood, model: ChatModel) -> Topic | None:
    """The topic that a model picks from a short list, None where it picks none or gives no answer."""
    topics = catalogue()
    near = [topic.name for topic, _ in understood.near]
    offered = list(dict.fromkeys([*near, *COMMON]))[:OFFERED]
    lines = [
        filled("- {name}: {title}", name=harmless(name), title=harmless(topics[name].title.en)) for name in offered
    ]
    asking = filled("The owner writes: {words}", words=harmless(understood.question, QUESTION_CHARACTERS))
    messages = [
        Prompt(role="system", content=prompt("route")),
        Prompt(role="user", content=joined((*lines, ours("- none: something else"), asking))),
    ]
    schema = closed({"topic": choice([*offered, "none"])})
    answer = await model.chat(messages, schema=schema, max_tokens=ROUTE_TOKENS, deadline=ROUTE_SECONDS)
    return topics.get(str(answer.value.get("topic"))) if isinstance(answer, Answer) else None


COMMON: Final = (
    "wrong",
    "unit_state",
    "unit_down",
    "changes",
    "logs",
    "processor",
    "disk_space",
    "memory",
    "happened",
    "network",
)


async def _row_meant(understood: Understood, known: Known, looks: LookTools | None, clock: Clock) -> Understood:
    """The unit or path in the row of the answer before: that answer is made again, and only its rows are used."""
    before = understood.before
    assert before is not None
    if before.topic is None:
        return understood
    again = _asking(before, known, looks, clock, lambda _: None)
    await before.topic.answer(again)
    subjects = again.subjects or [one.subject for one in known.incidents]
    place = understood.row - 1 if understood.row > 0 else len(subjects) - 1
    subject = subjects[place] if 0 <= place < len(subjects) else ""
    named, topic = understood.named, understood.topic
    if subject in known.units:
        named = replace(named, units=(subject,), unknown="", role="")
        topic = catalogue()["unit_state"] if topic is before.topic else topic
    elif subject.startswith("/"):
        named = replace(named, path=subject)
    return replace(understood, named=named, topic=topic, before=None)


def _asking(
    understood: Understood,
    known: Known,
    looks: LookTools | None,
    clock: Clock,
    looking: Callable[[str], None],
    after: Asking | None = None,
) -> Asking:
    return Asking(
        question=understood.question,
        language=understood.language,
        named=understood.named,
        known=known,
        looks=looks,
        clock=clock,
        looking=looking,
        evidence=after.evidence if after else (),
        earlier=after.text() if after else "",
    )


def _not_understood(asking: Asking, understood: Understood) -> None:
    near = [
        topic.title.in_(asking.language)
        for topic, score in understood.near[:3]
        if score >= NEAR and topic.name != "outside"
    ]
    asking.say(DID_YOU_MEAN if near else OUTSIDE, topics="; ".join(near))
