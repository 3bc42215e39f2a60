from __future__ import annotations

from contextlib import nullcontext

from stillwatch.service.answering import Answering, Question
from stillwatch.service.asking import PlainWords, reply_to
from tests.think.models import in_turn
from tests.think.talk.hosts import CLOCK, TypedLooks, known


async def test_what_stands_follows_the_facts_and_only_that_is_cited() -> None:
    model = in_turn("x [E1]. 99 dwarfs [E9].")
    answering = Answering(
        known=known(), looks=TypedLooks(), clock=CLOCK, words=PlainWords, writing=lambda: nullcontext(model)
    )
    said, looked = list[str](), list[str]()
    reply = await reply_to(Question(text="why is nginx down?"), answering, looked.append, said.append)
    assert "dwarfs" not in reply.text and "".join(said).strip() == reply.text and looked
    assert reply.evidence and all(f"[{one.id}]" in reply.text for one in reply.evidence)


def test_a_citation_of_nothing_is_taken_out() -> None:
    said = list[str]()
    words = PlainWords(["E1"], said.append)
    words.hear("so [E1], not [E2] [E1]")
    words.end()
    assert said == ["so [E1], not  [E1]"] and words.cited == ["E1"]
