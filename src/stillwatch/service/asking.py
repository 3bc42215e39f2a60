"""A single question from a command line: the answer as it comes, and whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from stillwatch.records.incident import Evidence
from stillwatch.records.report import Reply
from stillwatch.records.saying import Citation, Hear, Looking, Saying, Text
from stillwatch.service.answering import Answering, Question
from stillwatch.think.talk.answer import CITED
from stillwatch.think.talk.catalogue import router
from stillwatch.think.talk.orders import Order
from stillwatch.think.talk.topic import Words
from stillwatch.think.talk.words import language_of

NO_ORDERS: Final = Words(
    en="Nothing was done: `ask` only answers. Orders are understood in `stillwatch chat` and in chat windows{command}.",
    de="Nichts wurde getan: `ask` antwortet nur. Befehle verstehen `stillwatch chat` und Chat-Fenster{command}.",
    fr="Rien n'a été fait : `ask` répond seulement. `stillwatch chat` et les chats prennent des ordres{command}.",
    es="No se hizo nada: `ask` solo responde. Las órdenes van en `stillwatch chat` y ventanas de chat{command}.",
)
SHELL: Final = Words(
    en="Nothing was done: `ask` only answers. A person would type: `{command}`",
    de="Nichts wurde getan: `ask` antwortet nur. Ein Mensch würde tippen: `{command}`",
    fr="Rien n'a été fait : `ask` ne fait que répondre. Une personne taperait : `{command}`",
    es="No se hizo nada: `ask` solo responde. Una persona escribiría: `{command}`",
)


def no_orders(order: Order, question: str) -> str:
    """What to do with an order instead, in the language of the question."""
    language = language_of(question, tongue=router().vocabulary.tongue)
    if order.kind == "untyped":
        return SHELL.in_(language).format(command=order.command)
    typed = f"{order.action.split('_')[0]} {order.target.removesuffix('.service')}" if order.kind == "act" else ""
    typed = order.command if order.kind == "near" else typed
    return NO_ORDERS.in_(language).format(command=f": `{typed}`" if typed else "")


class PlainWords:
    """For a terminal, which loads nothing: citations of evidence that does not exist are taken out."""

    def __init__(self, known: Sequence[str], say: Callable[[str], None]) -> None:
        self._known, self._say = frozenset(known), say
        self.cited: list[str] = []

    def hear(self, piece: str) -> None:
        clean = CITED.sub(lambda mark: mark.group() if mark[1] in self._known else "", piece)
        self.cited += [name for name in dict.fromkeys(CITED.findall(clean)) if name not in self.cited]
        self._say(clean)

    def end(self) -> None:
        """Each piece is whole: a text of ours, or a sentence."""


async def reply_to(
    question: Question, answering: Answering, progress: Callable[[str], None], say: Callable[[str], None]
) -> Reply:
    """say: gets the pieces as they come."""
    text_parts, evidence = list[str](), list[Evidence]()
    _, ended = await answering.answer(question, _hearing(text_parts, evidence, progress, say))
    return Reply(
        text="".join(text_parts).strip(), by=ended.by, evidence=tuple(evidence), usage=ended.usage, note=ended.note
    )


def _hearing(
    text_parts: list[str], evidence: list[Evidence], progress: Callable[[str], None], say: Callable[[str], None]
) -> Hear:
    def hear(event: Saying) -> None:
        match event:
            case Looking(line):
                progress(line)
            case Text(text):
                text_parts.append(text)
                say(text)
            case Citation(one):
                evidence.append(one)

    return hear
