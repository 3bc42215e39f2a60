"""The facts of an answer, and what a model adds to them that stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from stillwatch.ports import ChatModel
from stillwatch.records.report import Reply
from stillwatch.think.talk.answer import cited
from stillwatch.think.talk.catalogue import router
from stillwatch.think.talk.orders import Order
from stillwatch.think.talk.phrase import phrase
from stillwatch.think.talk.respond import Responded
from stillwatch.think.talk.topic import Words
from stillwatch.think.talk.words import language_of
from stillwatch.untrusted.for_model import new_nonce

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


async def in_words(
    model: ChatModel,
    question: str,
    text: str,
    responded: Responded,
    seconds: float,
    say: Callable[[str], None],
) -> Reply:
    """text: the facts, which have been said. say: gets each sentence that passes."""
    evidence, said = responded.asking.evidence, list[str]()

    def saying(piece: str) -> None:
        piece = piece if said else f"\n\n{piece}"
        said.append(piece)
        say(piece)

    phrased = await phrase(model, question, text, evidence, nonce=new_nonce(), deadline=seconds, say=saying)
    whole, used = cited(text + "".join(said), evidence)
    return Reply(text=whole, by="meta" if phrased.said else "rule", evidence=used, usage=phrased.usage)
