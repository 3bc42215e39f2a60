"""The facts of an answer, and what a model adds to them that stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from stillwatch.ports import ChatModel
from stillwatch.records.report import Reply
from stillwatch.think.context import new_nonce
from stillwatch.think.talk.answer import cited
from stillwatch.think.talk.phrase import phrase
from stillwatch.think.talk.respond import Responded

NO_ORDERS: Final = (
    "Nothing was done: `ask` only answers. Orders are understood in `stillwatch chat` and in chat windows."
)


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
